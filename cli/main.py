"""`zlf`: the index of its commands. Heavy imports stand inside the commands, so that `--help` answers at once."""

import sys
from collections.abc import Callable
from typing import Any

import typer

from cli import audit, bulletin, ledger, office, people, policy, sweeps, up, work
from cli.say import refuse, wrong_usage

UsageError: Any = typer.BadParameter.__base__  # typer vendors click and exports only this one of its errors

app = typer.Typer(
    name="zlf",
    help="招落服：招商引资项目从首报到投产的全流程推进。JSON 只写标准输出，进度与说明写标准错误。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    office.init,
    ledger.import_,
    ledger.template,
    work.tasks,
    work.advance,
    work.approve,
    work.return_,
    sweeps.tick,
    sweeps.release,
    sweeps.escalations,
    bulletin.bulletin,
    audit.doctor,
    up.up,
    people.account,
    people.token,
)
GROUPS = {
    "audit": (audit.GROUP, "日志封存的核验"),
    "people": (people.GROUP, "人员与单位的确认"),
    "deliveries": (sweeps.GROUP, "发送失败或不确定的消息"),
    "policy": (policy.GROUP, "规则包"),
}

for command in COMMANDS:
    app.command(command.__name__.rstrip("_"))(command)
for name, (commands, about) in GROUPS.items():
    group = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)
    for command in commands:
        group.command(command.__name__.rstrip("_"))(command)
    app.add_typer(group, name=name)


def main() -> None:
    """Run a command. Exit 0 done, 1 refused with the reason, 2 wrong usage."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of a command line; refusals and wrong usage are told on standard error, in Chinese."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except UsageError as error:
        return wrong_usage(error)
    except typer.Abort:
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return refuse(error)
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
