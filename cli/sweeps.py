"""`zlf tick`, `release`, `escalations`, `deliveries`: what falls due, and what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.moments import AsOf
from cli.people import ActorLogin, Json
from cli.say import remark


def tick(
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """办理此刻到期的一切：逾期督办、月度调度、消息发送、日志封存。不需要 Prefect。"""
    remark("尚未接通")
    raise typer.Exit(1)


def release(actor: ActorLogin = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """放行被保险丝拦下的督办（督查室）。"""
    remark("尚未接通")
    raise typer.Exit(1)


def escalations(
    as_of: AsOf = None,
    as_json: Json = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="OUT", help="写出 Excel")] = None,
    docx: Annotated[Path | None, typer.Option("--docx", metavar="OUT", help="写出 Word")] = None,
    actor: ActorLogin = None,
) -> None:
    """督查室报告：按属地、单位、级次，每个数字附名单。"""
    remark("尚未接通")
    raise typer.Exit(1)


GROUP = ()
