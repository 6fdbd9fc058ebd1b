"""A task's ladder after its clock has moved, stopped or started again."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from states.policy.schema import Pack
from states.tasks.rungs import Rung, next_on, schedule
from states.tasks.tables import Escalation, Task
from states.workdays import Calendar


def rungs_of(pack: Pack, task: Task, amount_yuan: int, calendar: Calendar) -> tuple[Rung, ...]:
    """The rungs that a task as it stands can earn, low to high; none without a ladder."""
    if task.ladder is None:
        return ()
    return schedule(
        pack,
        task.ladder,
        amount_yuan,
        start_on=task.start_on,
        due_on=task.due_on,
        ladder_from_on=task.ladder_from_on,
        backlog=task.backlog,
        calendar=calendar,
    )


def void_unearned(
    session: Session, task: Task, rungs: Sequence[Rung], today: date, event_id: int
) -> list[str]:
    """Void the rungs that the new date no longer earns; they may fire again. Returns their keys.

    `event_id` is the event that moved the date. `task.rung` falls back to the highest rung that still stands.
    """
    earned = {rung.key for rung in rungs if rung.on <= today}
    query = select(Escalation).where(Escalation.task_id == task.id, col(Escalation.voided_by).is_(None))
    standing = list(session.exec(query.order_by(col(Escalation.id))))
    for escalation in standing:
        if escalation.rung not in earned:
            escalation.voided_by = event_id
    kept = {escalation.rung for escalation in standing} & earned
    task.rung = next((rung.key for rung in reversed(rungs) if rung.key in kept), None)
    session.flush()
    return [escalation.rung for escalation in standing if escalation.rung not in earned]


def freeze(task: Task) -> None:
    """Nothing fires while a report waits or the project is suspended."""
    task.next_rung_on = None
    task.version += 1


def rearm(task: Task, rungs: tuple[Rung, ...]) -> None:
    """Let the ladder go on from the rung reached, as if it had never waited."""
    task.next_rung_on = next_on(rungs, task.rung)
    task.version += 1
