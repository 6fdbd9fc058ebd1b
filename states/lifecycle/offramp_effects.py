"""What an approved off-ramp does to a project and its clocks (default-pack.md, *Stages and standing*, *Suspension*)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from states.errors import NotAllowedNow
from states.events import record
from states.instants import day_of
from states.lifecycle.access import claim
from states.lifecycle.effects import refresh
from states.lifecycle.machine import ACTIVE, OFFRAMPS, SEND_BACK, move
from states.lifecycle.queue import report_waits
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.policy.schema import Pack
from states.projects.facts import latest, revise
from states.projects.tables import Milestone, Project
from states.tasks.circumstances import run_of
from states.tasks.deadlines import close_task
from states.tasks.ladder import freeze, rearm, rungs_of
from states.tasks.steps import open_steps, step_tasks
from states.tasks.tables import Suspension, Task
from states.workdays import Calendar


def apply_offramp(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """What an approved off-ramp does. NotAllowedNow while a report of the project waits: that comes first."""
    assert project.id is not None
    move(pack, project.stage, project.standing, request.trigger)
    if report_waits(session, project.id):
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
    free(successor, project)
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
        for_good=True,
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


def free(successor: Project, project: Project) -> None:
    """A successor is another project in hand that replaces none yet."""
    if successor.id == project.id or successor.standing != ACTIVE or successor.replaces_id is not None:
        raise NotAllowedNow("替代项目须是另一个在办、且尚未替代其他项目的项目。")


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
