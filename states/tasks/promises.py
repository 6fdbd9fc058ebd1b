"""分类处置表: a backlog task's class and the date its unit promises; the ladder starts on that date.

default-pack.md, *Backlog*: once the bureau confirms, the ladder starts on the promised date; two promises at most.
"""

from datetime import date

from sqlmodel import Session, col, select

from states.policy.schema import Pack
from states.tasks.ladder import rungs_of, void_unearned
from states.tasks.rungs import next_on
from states.tasks.tables import Disposal, Task
from states.workdays import Calendar


def promises(session: Session, task_id: int | None) -> list[Disposal]:
    """The accepted promises of a task, first to last; the first one stays visible."""
    return list(
        session.exec(select(Disposal).where(Disposal.task_id == task_id).order_by(col(Disposal.round)))
    )


def ladder_kept(session: Session, task: Task, otherwise: date) -> date:
    """Where a backlog task's ladder starts: on the newest accepted promise, otherwise on the day given."""
    kept = promises(session, task.id) if task.backlog else []
    return kept[-1].promised_on if kept else otherwise


def promise(
    session: Session, pack: Pack, task: Task, amount_yuan: int, made: Disposal, today: date, *, frozen: bool
) -> list[str]:
    """Write an accepted promise and move the ladder's start; rungs no longer earned are voided, their keys returned.

    `frozen`: a report waits or the project is suspended, so nothing fires yet.
    """
    session.add(made)
    session.flush()
    task.ladder_from_on = made.promised_on
    rungs = rungs_of(pack, task, amount_yuan, Calendar.national())
    voided = void_unearned(session, task, rungs, today, made.event_id)
    task.next_rung_on = None if frozen else next_on(rungs, task.rung)
    task.version += 1
    session.flush()
    return voided
