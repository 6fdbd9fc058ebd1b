"""Off-ramps: 退回, 暂停, 恢复, 终止, 重启, 置换. Asked with a reason, decided by the role in the pack, felt by the clock.

Consequences (default-pack.md, *Stages and standing*, *Suspension and extension*): what takes effect does so on the day of
the decision, except that a suspension may begin, and end, on an earlier day that the supervision office accepts.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from states.errors import Forbidden, Malformed, NotAllowedNow
from states.events import record
from states.instants import day_of
from states.lifecycle.access import claim, covers, seen
from states.lifecycle.effects import refresh
from states.lifecycle.machine import ACTIVE, OFFRAMPS, SEND_BACK, SUSPENDED, move
from states.lifecycle.queue import REPORT, Asked, file, open_decision, waiting_tasks
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.responsibility import LEADER, SPECIALIST, holds
from states.people.rights import require
from states.policy.active import pack_by_id
from states.policy.schema import OffRamp, Pack
from states.projects import written
from states.projects.facts import latest, revise
from states.projects.ledger import Day
from states.projects.tables import Milestone, Project
from states.tasks.circumstances import run_of
from states.tasks.deadlines import close_task
from states.tasks.ladder import freeze, rearm, rungs_of
from states.tasks.steps import open_steps, step_tasks
from states.tasks.tables import Suspension, Task
from states.workdays import Calendar


def ask_offramp(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    key: str,
    reason: str,
    *,
    to: str | None = None,
    cause: str | None = None,
    successor_id: int | None = None,
    on: date | None = None,
    version: int | None = None,
) -> Request:
    """Ask for an off-ramp. `to`: the earlier stage of a 退回; `cause`: of a 暂停; `successor_id`: of a 置换.

    `on`: the first suspended day of a 暂停, the first working day after it of a 恢复; today if not given.
    NotFound · Forbidden (neither the project's specialist nor its leader) · Malformed · Stale · NotAllowedNow.
    """
    today = day_of(now)
    project = seen(session, actor, project_id, today)
    _require_asker(session, actor, project, today)
    claim(session, project, version)
    pack = pack_by_id(session, project.pack_id)
    ramp = _ramp(pack, key, to)
    trigger = f"{key}:{to}" if key == SEND_BACK else key
    move(pack, project.stage, project.standing, trigger)
    evidence = {
        "reason": _reason(reason),
        **_cause(ramp, cause),
        **_successor(session, actor, project, key, successor_id, today),
        **({"to": to} if key == SEND_BACK else {}),
    }
    occurred = Day(_day(session, project, key, on, today))
    request = file(session, actor, now, project, Asked(key, trigger, evidence, occurred))
    open_decision(session, actor, now, pack, request, ramp.decided_by)
    return request


def decider(pack: Pack, kind: str) -> str:
    """The role that decides a request of this kind on a project."""
    return next((ramp.decided_by for ramp in pack.offramp if ramp.key == kind), "approver")


def apply_offramp(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """What an approved off-ramp does. NotAllowedNow while a report of the project waits: that comes first."""
    assert project.id is not None
    move(pack, project.stage, project.standing, request.trigger)
    if waiting_tasks(session, project.id) or _report_waits(session, project.id):
        raise NotAllowedNow("本项目还有待核定的上报，请先核定或退回，再办理此申请。")
    EFFECTS[request.kind](session, actor, now, pack, project, request)
    session.flush()


def _send_back(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """Later milestones are no longer believed; the clock is armed anew from today, run + 1, without caps."""
    assert project.id is not None
    target = request.evidence["to"]
    kept = pack.stage_keys[: pack.stage_keys.index(target) + 1]
    undone = {key for key in pack.stage_keys if key not in kept}
    undone |= {node.key for node in pack.milestone if node.from_ not in kept}
    onward = pack.next_stage(target)
    assert onward is not None, "the target lies before another stage"
    open_kinds = _lapse(session, actor, now, pack, project)
    for row in session.exec(
        select(Milestone).where(
            Milestone.project_id == project.id,
            col(Milestone.kind).in_(undone),
            col(Milestone.superseded_at).is_(None),
        )
    ):
        row.superseded_at, row.superseded_why = now, "sent_back"
    project.stage = target
    session.flush()
    _log(session, actor, now, project, request, "project_sent_back", to=target)
    again = (onward.key, *(kind for kind in open_kinds if kind not in undone))
    open_steps(session, actor, now, pack, project.id, again, day_of(now))


def _suspend(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """Ladders freeze; no date moves before the project resumes."""
    assert project.id is not None
    event_id = _log(session, actor, now, project, request, "project_suspended", on=request.occurred_on)
    tasks = step_tasks(session, pack, project.id)
    for kind in [task.kind for task in tasks] or [project.stage]:
        session.add(
            Suspension(
                project_id=project.id,
                kind=kind,
                from_on=request.occurred_on,
                cause=request.evidence["cause"],
                request_id=request.id,
                known_at=now,
                event_id=event_id,
            )
        )
    for task in tasks:
        freeze(task)
    _stand(session, actor, now, project, request)


def _resume(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """The suspended days are credited; rungs that the new dates no longer earn are void and may fire again."""
    assert project.id is not None
    event_id = _log(session, actor, now, project, request, "project_resumed", on=request.occurred_on)
    _end_suspension(session, now, project.id, request.occurred_on, event_id)
    _stand(session, actor, now, project, request)
    refresh(session, actor, now, pack, project, source="suspension", request_id=request.id)
    amount = latest(session, project.id).amount_yuan
    for task in step_tasks(session, pack, project.id):
        rearm(task, rungs_of(pack, task, amount, Calendar.national()))


def _terminate(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """Open tasks lapse; the project stays in every denominator."""
    assert project.id is not None
    _lapse(session, actor, now, pack, project)
    event_id = _log(session, actor, now, project, request, "project_terminated")
    _end_suspension(session, now, project.id, day_of(now), event_id)
    _stand(session, actor, now, project, request)


def _reopen(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """What lapsed is owed again, from today, run + 1."""
    assert project.id is not None
    lapsed = _lapsed_kinds(session, project.id, run_of(session, project.id))
    onward = pack.next_stage(project.stage)
    _log(session, actor, now, project, request, "project_reopened")
    _stand(session, actor, now, project, request)
    again = dict.fromkeys([*([onward.key] if onward else []), *lapsed])
    open_steps(session, actor, now, pack, project.id, tuple(again), day_of(now))


def _replace(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """Open tasks lapse; the successor knows whom it replaces."""
    assert project.id is not None
    successor = session.get_one(Project, request.evidence["successor"])
    claim(session, successor, None)
    _free(successor, project)
    successor.replaces_id = project.id
    _lapse(session, actor, now, pack, project)
    event_id = _log(session, actor, now, project, request, "project_replaced", successor=successor.id)
    _end_suspension(session, now, project.id, day_of(now), event_id)
    _stand(session, actor, now, project, request)


Effect = Callable[[Session, Actor, datetime, Pack, Project, Request], None]
EFFECTS: dict[str, Effect] = {
    SEND_BACK: _send_back,
    "suspend": _suspend,
    "resume": _resume,
    "terminate": _terminate,
    "reopen": _reopen,
    "replace": _replace,
}


def _stand(session: Session, actor: Actor, now: datetime, project: Project, request: Request) -> None:
    """The new standing, now and in history: from the day asked for a suspension and its end, else from today."""
    assert project.id is not None
    project.standing = OFFRAMPS[request.kind][1]
    dated = request.kind in ("suspend", "resume")
    revise(
        session,
        actor,
        now,
        project.id,
        request.occurred_on if dated else day_of(now),
        standing=project.standing,
    )


def _lapse(session: Session, actor: Actor, now: datetime, pack: Pack, project: Project) -> list[str]:
    """Close the run's open steps as lapsed, rungs kept as history; returns their kinds."""
    assert project.id is not None
    tasks = step_tasks(session, pack, project.id)
    for task in tasks:
        close_task(session, actor, now, task, done_on=None, outcome="lapsed")
    session.flush()
    return [task.kind for task in tasks]


def _lapsed_kinds(session: Session, project_id: int, run: int) -> list[str]:
    query = select(Task.kind).where(
        Task.project_id == project_id, Task.run == run, Task.batch == "", Task.outcome == "lapsed"
    )
    return list(session.exec(query.order_by(col(Task.id))))


def _end_suspension(session: Session, now: datetime, project_id: int, on: date, event_id: int) -> None:
    """Write the open suspensions anew with their end; `on` is the day after the last suspended day."""
    open_rows = session.exec(
        select(Suspension).where(
            Suspension.project_id == project_id,
            col(Suspension.to_on).is_(None),
            col(Suspension.superseded_at).is_(None),
        )
    ).all()
    for row in open_rows:
        row.superseded_at = now
        session.add(
            Suspension(
                project_id=project_id,
                kind=row.kind,
                from_on=row.from_on,
                to_on=max(on, row.from_on),
                cause=row.cause,
                request_id=row.request_id,
                known_at=now,
                event_id=event_id,
            )
        )
    session.flush()


def _report_waits(session: Session, project_id: int) -> bool:
    query = select(Request.id).where(
        Request.project_id == project_id, Request.kind == REPORT, col(Request.outcome).is_(None)
    )
    return session.exec(query).first() is not None


def _require_asker(session: Session, actor: Actor, project: Project, today: date) -> None:
    require(actor, "ask_offramp")
    assert project.id is not None
    if actor.has("specialist") and holds(session, actor.person_id, project.id, SPECIALIST, today):
        return
    if actor.has("leader") and holds(session, actor.person_id, project.id, LEADER, today):
        return
    if not covers(session, actor, project.locality_id, "leader"):
        raise Forbidden(f"“{actor.name}”既不是本项目的项目专员，也不是包保领导，不能申请。")


def _ramp(pack: Pack, key: str, to: str | None) -> OffRamp:
    ramp = next((ramp for ramp in pack.offramp if ramp.key == key), None)
    if ramp is None:
        known = "、".join(f"{ramp.label}（{ramp.key}）" for ramp in pack.offramp)
        raise NotAllowedNow(f"规则包没有“{key[:40]}”这一项。现在可以申请：{known}。")
    if key == SEND_BACK and to not in pack.stage_keys:
        stages = "、".join(f"{stage.label}（{stage.key}）" for stage in pack.stage)
        raise Malformed(f"请写明退回到哪个阶段：{stages}。")
    return ramp


def _reason(reason: str) -> str:
    try:
        return written.text(reason, 1000)
    except written.Wrong as wrong:
        raise Malformed(f"请写明理由：{wrong}。") from wrong


def _cause(ramp: OffRamp, cause: str | None) -> dict[str, str]:
    if not ramp.causes:
        return {"cause": ramp.label} if ramp.key == "suspend" else {}
    if cause not in ramp.causes:
        raise Malformed(f"请写明{ramp.label}的原因类别：{'、'.join(ramp.causes)}。")
    return {"cause": str(cause)}


def _successor(
    session: Session, actor: Actor, project: Project, key: str, successor_id: int | None, today: date
) -> dict[str, int]:
    if key != "replace":
        return {}
    if successor_id is None:
        raise Malformed("请写明替代项目的编号。")
    _free(seen(session, actor, successor_id, today), project)
    return {"successor": successor_id}


def _free(successor: Project, project: Project) -> None:
    """A successor is another project in hand that replaces none yet."""
    if successor.id == project.id or successor.standing != ACTIVE or successor.replaces_id is not None:
        raise NotAllowedNow("替代项目须是另一个在办、且尚未替代其他项目的项目。")


def _day(session: Session, project: Project, key: str, on: date | None, today: date) -> date:
    """The day asked for: never in the future; a 恢复 not before the suspension began."""
    if on is None or key not in ("suspend", "resume"):
        return today
    if on > today:
        raise Malformed(f"日期（{on}）在今天（{today}）之后，请核对。")
    query = columns(col(Suspension.from_on)).where(
        col(Suspension.project_id) == project.id,
        col(Suspension.to_on).is_(None),
        col(Suspension.superseded_at).is_(None),
    )
    begun = session.scalars(query).first()
    if project.standing == SUSPENDED and begun is not None and on < begun:
        raise Malformed(f"恢复日期（{on}）早于暂停日期（{begun}），请核对。")
    return on


def _log(
    session: Session,
    actor: Actor,
    now: datetime,
    project: Project,
    request: Request,
    kind: str,
    *,
    on: date | None = None,
    **facts: Any,
) -> int:
    return record(
        session,
        kind,
        actor_id=actor.account_id,
        at=now,
        project_id=project.id,
        occurred_on=on or day_of(now),
        request=request.id,
        **facts,
    )
