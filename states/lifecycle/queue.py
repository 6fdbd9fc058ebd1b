"""The queue of requests: filed with the task of deciding it, settled once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.errors import NotAllowedNow
from states.events import record
from states.instants import day_of
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.directory import unit_of_kind
from states.policy.schema import Pack
from states.projects.ledger import Day
from states.projects.tables import Project
from states.tasks.deadlines import clock, close_task, open_task
from states.tasks.due import Due, add
from states.tasks.tables import Task
from states.workdays import Calendar

REPORT = "report"
APPROVAL = "approval"
DECIDERS = {"approver": "招商局", "supervision": "督查室"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the words of a Request row."""

    kind: str
    trigger: str
    evidence: dict[str, Any]
    occurred: Day
    task: Task | None = None


def file(session: Session, actor: Actor, now: datetime, project: Project | None, asked: Asked) -> Request:
    """Write the request. NotAllowedNow while the same is asked already."""
    project_id = project.id if project else None
    refuse_second(session, project_id, asked)
    request = Request(
        kind=asked.kind,
        project_id=project_id,
        task_id=asked.task.id if asked.task else None,
        trigger=asked.trigger,
        evidence=asked.evidence,
        occurred_on=asked.occurred.on,
        precision=asked.occurred.precision,
        requested_by=actor.account_id,
        requested_at=now,
    )
    session.add(request)
    session.flush()
    _log(session, actor, now, request, "filed")
    return request


def refuse_second(session: Session, project_id: int | None, asked: Asked) -> None:
    """NotAllowedNow while the same thing is already asked and undecided."""
    if project_id is None:
        return
    trigger = Request.kind != REPORT if asked.kind != REPORT else Request.trigger == asked.trigger
    query = select(Request.id).where(
        Request.project_id == project_id, Request.kind == asked.kind, trigger, col(Request.outcome).is_(None)
    )
    waiting = session.exec(query).first()
    if waiting is not None:
        raise NotAllowedNow(f"同一事项已有待办理的申请（第 {waiting} 号），请先核定或退回。", request=waiting)


def open_decision(
    session: Session, actor: Actor, now: datetime, pack: Pack, request: Request, decided_by: str
) -> Task:
    """The task of deciding a request, owed by the office's unit within the pack's `approval` budget."""
    unit = unit_of_kind(session, DECIDERS[decided_by])
    if unit is None:
        raise NotAllowedNow(f"办公室没有登记“{DECIDERS[decided_by]}”，无法受理申请；请先补登单位。")
    today, calendar = day_of(now), Calendar.national()
    due = decision_due(pack, today, calendar)
    made = clock(
        pack, due, ladder=None, lead=False, amount_yuan=0, opened_on=today, imported=False, calendar=calendar
    )
    return open_task(
        session,
        actor,
        now,
        made,
        kind=APPROVAL,
        ladder=None,
        project_id=request.project_id,
        unit_id=unit.id,
        batch=f"request-{request.id}",
    )


def decision_due(pack: Pack, today: date, calendar: Calendar) -> Due:
    """When a request of today must be decided."""
    rule = pack.approval
    raw_on = add(today, rule.budget, rule.unit, calendar)
    due_on = raw_on if rule.unit == "workdays" else calendar.roll(raw_on)
    return Due(
        start_on=today,
        raw_on=raw_on,
        due_on=due_on,
        source="pack",
        clause=pack.clause_of(rule.clause),
        budget=rule.budget,
        unit=rule.unit,
        provisional=calendar.provisional(raw_on, due_on),
    )


def settle(
    session: Session,
    actor: Actor,
    now: datetime,
    request: Request,
    outcome: str,
    *,
    reason: str | None = None,
    via: str = "request",
) -> None:
    """Decide a request, once: NotAllowedNow when it has been decided. Closes the task of deciding it."""
    done = session.execute(
        update(Request)
        .where(col(Request.id) == request.id, col(Request.outcome).is_(None))
        .values(
            outcome=outcome,
            reason=reason,
            via=via,
            decided_by=actor.account_id,
            decided_at=now,
            version=Request.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if getattr(done, "rowcount", 0) == 0:
        raise NotAllowedNow(f"第 {request.id} 号申请已经办结，不能重复办理。")
    session.refresh(request)
    _close_decision(session, actor, now, request)
    _log(session, actor, now, request, outcome)


def _close_decision(session: Session, actor: Actor, now: datetime, request: Request) -> None:
    query = select(Task).where(
        Task.kind == APPROVAL, Task.batch == f"request-{request.id}", col(Task.closed_at).is_(None)
    )
    for task in session.exec(query):
        close_task(session, actor, now, task, done_on=day_of(now), outcome="done")


def waiting_tasks(session: Session, project_id: int) -> set[int]:
    """Ids of the project's tasks whose report waits for 核定."""
    query = select(Request.task_id).where(
        Request.project_id == project_id, Request.kind == REPORT, col(Request.outcome).is_(None)
    )
    return {task_id for task_id in session.exec(query) if task_id is not None}


def report_waits(session: Session, project_id: int) -> bool:
    """Whether any report of the project waits for 核定."""
    query = select(Request.id).where(
        Request.project_id == project_id, Request.kind == REPORT, col(Request.outcome).is_(None)
    )
    return session.exec(query).first() is not None


def _log(session: Session, actor: Actor, now: datetime, request: Request, what: str) -> None:
    """The event report_filed, request_approved, … : reports apart from everything else that is asked."""
    word = REPORT if request.kind == REPORT else "request"
    record(
        session,
        f"{word}_{what}",
        actor_id=actor.account_id,
        at=now,
        project_id=request.project_id,
        task_id=request.task_id,
        occurred_on=request.occurred_on,
        request=request.id,
        asked=request.kind,
        trigger=request.trigger,
    )
