"""`zlf tasks`, `advance`, `approve`, `return`: what is owed, reported and decided."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.moments import AsOf, asked, day, put_in
from cli.people import ActorLogin, Json, MustActor
from cli.say import give, remark, table

if TYPE_CHECKING:
    from sqlmodel import Session

    from states.lifecycle.tables import Request
    from states.people.actor import Actor

RequestNo = Annotated[int, typer.Argument(metavar="REQUEST", min=1, max=2**31 - 1, help="申请的编号")]


def tasks(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的")] = False,
    as_of: AsOf = None,
    actor: ActorLogin = None,
    as_json: Json = False,
) -> None:
    """列出在办事项：项目、步骤、到期日、逾期天数、责任者。"""
    from cli.desk import desk
    from states.clock import today
    from states.tasks.listing import overdue_tasks

    at = asked(as_of) if as_of else None
    with desk() as here, here.asking() as session:
        who = here.actor(session, actor)
        rows = overdue_tasks(session, who, today(at or here.now), at or here.now, overdue)
    if as_json:
        give([row.as_json() for row in rows])
        return
    table(
        ("编号", "项目", "步骤", "到期日", "逾期天数", "级次", "责任者"),
        [
            (
                row.id,
                row.project,
                row.step,
                f"{row.due_on}{'（暂定）' if row.provisional else ''}",
                row.days_late or "",
                row.standing.rung if row.standing else "",
                row.owner,
            )
            for row in rows
        ],
    )
    remark(f"共 {len(rows)} 项。")


def advance(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="项目编号、合同编号或全称")],
    trigger: Annotated[
        str,
        typer.Argument(
            metavar="TRIGGER",
            help="动作，如 register、break_ground、suspend；dispose 分类处置、supplement 补录",
        ),
    ],
    more: Annotated[list[str] | None, typer.Argument(metavar="[name=value]…", show_default=False)] = None,
    values: Annotated[list[str] | None, typer.Option("--set", metavar="name=value", help="佐证")] = None,
    *,
    actor: MustActor,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """上报一个节点，附佐证（退回、暂停、终止等以 reason=… 申请）；由另一人核定。"""
    from cli.desk import desk

    given = evidence([*(values or ()), *(more or ())])
    at = put_in(as_of) if as_of else None
    with desk() as here, here.changing(at) as session:
        made = _file(session, here.actor(session, actor), at or here.now, project, trigger, given)
        shown = _shown(made)
    if as_json:
        give(shown)
    waits = "请由另一人核定：" if made.outcome is None else "已生效："
    remark(f"第 {made.id} 号申请已提交，{waits}zlf approve {made.id} --actor LOGIN")


def approve(request: RequestNo, actor: MustActor, as_of: AsOf = None, as_json: Json = False) -> None:
    """核定一件申请。"""
    from states.lifecycle import requests

    _decide(request, actor, as_of, as_json, requests.approve, "已核定")


def return_(
    request: RequestNo,
    actor: MustActor,
    reason: Annotated[str, typer.Option("--reason", help="退回理由")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """退回一件申请，须说明理由。"""
    from states.lifecycle import requests

    def returned(session: "Session", who: "Actor", now: datetime, number: int) -> "Request":
        return requests.return_report(session, who, now, number, reason)

    _decide(request, actor, as_of, as_json, returned, "已退回")


def evidence(pairs: list[str]) -> dict[str, object]:
    """name=value pairs; a value may contain "=". Twice the same name is wrong usage."""
    given: dict[str, object] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(f"“{pair}”应写作 name=value。")
        if name.strip() in given:
            raise typer.BadParameter(f"“{name.strip()}”给出了两次。")
        given[name.strip()] = value
    return given


def _file(
    session: "Session", who: "Actor", now: datetime, project: str, trigger: str, given: dict[str, object]
) -> "Request":
    """A lead, an off-ramp or a report, by its trigger."""
    from cli.projects import project_id
    from states.clock import today
    from states.lifecycle import requests
    from states.lifecycle.machine import OFFRAMPS
    from states.policy.active import current_pack

    _, pack = current_pack(session, today(now))
    if trigger == pack.stage[0].trigger:
        return requests.register_lead(session, who, now, {"name": project, **given})
    number = project_id(session, who, today(now), project)
    if trigger == "dispose":
        return requests.dispose(session, who, now, number, given)
    if trigger == "supplement":
        return requests.supplement(session, who, now, number, given)
    if trigger in OFFRAMPS:
        return requests.ask_offramp(session, who, now, number, trigger, **_offramp(given))
    return requests.report(session, who, now, number, trigger, given)


def _offramp(given: dict[str, object]) -> dict[str, Any]:
    """What an off-ramp may be given: reason, to, cause, successor, on."""
    known: dict[str, tuple[str, Callable[[str], str | int | date]]] = {
        "reason": ("reason", str),
        "to": ("to", str),
        "cause": ("cause", str),
        "successor": ("successor_id", _number),
        "on": ("on", day),
    }
    unknown = [name for name in given if name not in known]
    if unknown:
        raise typer.BadParameter(f"没有“{unknown[0]}”这一项；可填：{'、'.join(known)}。")
    found: dict[str, str | int | date | None] = {"reason": ""}
    for name, value in given.items():
        target, read = known[name]
        found[target] = read(str(value))
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise typer.BadParameter(f"“{text}”不是项目编号。")
    return int(text)


def _decide(
    number: int,
    actor: str,
    as_of: str | None,
    as_json: bool,
    decision: "Callable[[Session, Actor, datetime, int], Request]",
    told: str,
) -> None:
    from cli.desk import desk

    at = put_in(as_of) if as_of else None
    with desk() as here, here.changing(at) as session:
        shown = _shown(decision(session, here.actor(session, actor), at or here.now, number))
    if as_json:
        give(shown)
    remark(f"第 {number} 号申请{told}。")


def _shown(request: "Request") -> dict[str, object]:
    return {
        "request": request.id,
        "kind": request.kind,
        "project": request.project_id,
        "trigger": request.trigger,
        "occurred_on": request.occurred_on,
        "outcome": request.outcome,
        "reason": request.reason,
    }
