"""`zlf tasks`, `advance`, `approve`, `return`: what is owed, reported and decided."""

from typing import Annotated

import typer

from cli.moments import AsOf
from cli.people import ActorLogin, Json, MustActor
from cli.say import remark

Request = Annotated[int, typer.Argument(metavar="REQUEST", min=1, max=2**31 - 1, help="上报的编号")]


def tasks(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的")] = False,
    as_of: AsOf = None,
    actor: ActorLogin = None,
    as_json: Json = False,
) -> None:
    """列出在办事项：项目、步骤、到期日、逾期天数、责任者。"""
    remark("尚未接通")
    raise typer.Exit(1)


def advance(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="项目编号、合同编号或全称")],
    trigger: Annotated[str, typer.Argument(metavar="TRIGGER", help="动作，如 register、break_ground")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[name=value]…", show_default=False)] = None,
    values: Annotated[list[str] | None, typer.Option("--set", metavar="name=value", help="佐证")] = None,
    *,
    actor: MustActor,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """上报一个节点，附佐证；由招商局另一人核定。"""
    remark("尚未接通")
    raise typer.Exit(1)


def approve(request: Request, actor: MustActor, as_of: AsOf = None, as_json: Json = False) -> None:
    """核定一件上报。"""
    remark("尚未接通")
    raise typer.Exit(1)


def return_(
    request: Request,
    actor: MustActor,
    reason: Annotated[str, typer.Option("--reason", help="退回理由")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """退回一件上报，须说明理由。"""
    remark("尚未接通")
    raise typer.Exit(1)
