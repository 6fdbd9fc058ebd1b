"""The only writer of `due_on`: opens tasks, moves their dates with a history row and an event, closes them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.events import record
from states.people.actor import Actor
from states.policy.schema import Pack
from states.tasks.due import Due
from states.tasks.rungs import batch_day, ladder_start, next_on, schedule
from states.tasks.tables import Deadline, Task
from states.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Clock:
    """A task's date and ladder, as columns of `task`."""

    due: Due
    opened_on: date
    backlog: bool
    ladder_from_on: date
    next_rung_on: date | None

    def columns(self) -> dict[str, Any]:
        """The columns of `task` that this clock decides."""
        return {
            "start_on": self.due.start_on,
            "opened_on": self.opened_on,
            "budget": self.due.budget,
            "unit": self.due.unit,
            "clause": self.due.clause,
            "raw_on": self.due.raw_on,
            "cap_on": self.due.cap_on,
            "due_on": self.due.due_on,
            "provisional": self.due.provisional,
            "backlog": self.backlog,
            "ladder_from_on": self.ladder_from_on,
            "next_rung_on": self.next_rung_on,
        }


def clock(
    pack: Pack,
    due: Due,
    *,
    ladder: str | None,
    lead: bool,
    amount_yuan: int,
    opened_on: date,
    imported: bool,
    calendar: Calendar,
) -> Clock:
    """The clock of a run opened today. An imported task already due is backlog: its ladder starts on its batch day."""
    backlog = imported and due.due_on <= opened_on
    if backlog:
        from_on = batch_day(pack, opened_on, amount_yuan, lead=lead, calendar=calendar)
    else:
        from_on = ladder_start(due.due_on, opened_on)
    if ladder is None:
        return Clock(due, opened_on, backlog, from_on, None)
    rungs = schedule(
        pack,
        ladder,
        amount_yuan,
        start_on=due.start_on,
        due_on=due.due_on,
        ladder_from_on=from_on,
        backlog=backlog,
        calendar=calendar,
    )
    return Clock(due, opened_on, backlog, from_on, next_on(rungs, None))


def open_task(
    session: Session,
    actor: Actor,
    now: datetime,
    clock: Clock,
    *,
    kind: str,
    ladder: str | None,
    project_id: int | None = None,
    slot: str | None = None,
    unit_id: int | None = None,
    person_id: int | None = None,
    batch: str = "",
    run: int = 1,
) -> Task:
    """Write a task with its first deadline row and the event task_opened."""
    task = Task(
        project_id=project_id,
        slot=slot,
        unit_id=unit_id,
        person_id=person_id,
        kind=kind,
        batch=batch,
        run=run,
        ladder=ladder,
        **clock.columns(),
    )
    session.add(task)
    session.flush()
    assert task.id is not None
    event_id = record(
        session,
        "task_opened",
        actor_id=actor.account_id,
        at=now,
        project_id=project_id,
        task_id=task.id,
        occurred_on=clock.due.start_on,
        step=kind,
        run=run,
        due_on=clock.due.due_on.isoformat(),
        clause=clock.due.clause,
    )
    _write_deadline(session, task.id, clock.due, now, event_id, None)
    return task


def move_due(
    session: Session,
    actor: Actor,
    now: datetime,
    task: Task,
    clock: Clock,
    *,
    source: str | None = None,
    request_id: int | None = None,
) -> int | None:
    """Give an open task a new date: a new deadline row and the event deadline_moved; None if nothing changes.

    The caller voids the rungs that the new date no longer earns (`supervision.escalation.void_unearned`).
    """
    before = task.due_on
    unchanged = before == clock.due.due_on and task.clause == clock.due.clause
    for name, value in clock.columns().items():
        setattr(task, name, value)
    if unchanged:
        return None
    task.version += 1
    assert task.id is not None
    event_id = record(
        session,
        "deadline_moved",
        actor_id=actor.account_id,
        at=now,
        project_id=task.project_id,
        task_id=task.id,
        due_on=clock.due.due_on.isoformat(),
        was=before.isoformat(),
        source=source or clock.due.source,
        clause=clock.due.clause,
    )
    _write_deadline(session, task.id, clock.due, now, event_id, source, request_id)
    return event_id


def close_task(
    session: Session, actor: Actor, now: datetime, task: Task, *, done_on: date | None, outcome: str
) -> int:
    """Close a task: `done_on` the day it was done, None for one that lapses (terminated, superseded by a new run)."""
    task.closed_at, task.done_on, task.outcome, task.next_rung_on = now, done_on, outcome, None
    task.version += 1
    return record(
        session,
        "task_closed",
        actor_id=actor.account_id,
        at=now,
        project_id=task.project_id,
        task_id=task.id,
        occurred_on=done_on,
        outcome=outcome,
    )


def open_tasks(session: Session, project_id: int) -> list[Task]:
    """The open tasks of a project."""
    query = select(Task).where(Task.project_id == project_id, col(Task.closed_at).is_(None))
    return list(session.exec(query.order_by(col(Task.id))))


def _write_deadline(
    session: Session,
    task_id: int,
    due: Due,
    now: datetime,
    event_id: int,
    source: str | None,
    request_id: int | None = None,
) -> None:
    session.execute(
        update(Deadline)
        .where(col(Deadline.task_id) == task_id, col(Deadline.superseded_at).is_(None))
        .values(superseded_at=now)
    )
    session.add(
        Deadline(
            task_id=task_id,
            due_on=due.due_on,
            source=source or due.source,
            clause=due.clause,
            request_id=request_id,
            known_at=now,
            event_id=event_id,
        )
    )
    session.flush()
