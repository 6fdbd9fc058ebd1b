"""Which tasks a sweep may touch: found by the index, checked again, locked, and put into a temporary table."""

from datetime import date
from functools import reduce
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlmodel import Session, col

from states.bulk import alone
from states.lifecycle.queue import REPORT
from states.lifecycle.tables import Request
from states.projects.tables import Project, ProjectRevision
from states.sets import analyze, postgresql, temporary
from states.supervision.plan import Case
from states.tasks.tables import Suspension, Task

LOCK = 0x5EE9  # sweeps of one database wait for each other: their counts are the fuse's, their ids one block

CLAIMED = Table(
    "sweep_task",
    MetaData(),
    Column("task_id", Integer, primary_key=True),
    Column("project_id", Integer),
    Column("case_key", Text, nullable=False),
    Column("pack_id", Integer, nullable=False),
    Column("ladder", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("start_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("ladder_from_on", Date, nullable=False),
    Column("backlog", Boolean, nullable=False),
    Column("rung", String),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def anything_due(session: Session, today: date) -> bool:
    """One probe of the index: whether any rung is earned on or before this day. Flat in the table's size."""
    soonest = select(col(Task.next_rung_on)).where(col(Task.next_rung_on).is_not(None))
    first = session.execute(soonest.order_by(col(Task.next_rung_on)).limit(1)).scalar_one_or_none()
    return first is not None and first <= today


def claim(session: Session, today: date, bounds: tuple[int, ...], pack_id: int) -> int:
    """Fill CLAIMED and return how many due tasks another transaction holds just now.

    `pack_id` is the pack of tasks without a project. Nothing here waits for a row: a task that a writer is
    changing is left, and the caller sweeps once more after committing.
    """
    alone(session, LOCK)
    temporary(session, CLAIMED)
    source = _due(today, bounds, pack_id)
    if postgresql(session):
        source = source.with_for_update(of=Task, skip_locked=True)
    session.execute(insert(CLAIMED).from_select(CLAIMED.c.keys(), source))
    analyze(session, CLAIMED)
    return _left(session, today) if postgresql(session) else 0


def _due(today: date, bounds: tuple[int, ...], pack_id: int) -> Select[*tuple[Any, ...]]:
    pack = func.coalesce(col(Project.pack_id), pack_id)
    alike: tuple[Any, ...] = (
        pack,
        col(Task.ladder),
        _step(bounds),
        col(Task.start_on),
        col(Task.due_on),
        col(Task.ladder_from_on),
        col(Task.backlog),
        col(Task.rung),
    )
    return (
        select(col(Task.id), col(Task.project_id), _joined(*alike), *alike)
        .select_from(Task)
        .outerjoin(Project, col(Project.id) == col(Task.project_id))
        .outerjoin(ProjectRevision, _latest())
        .where(may_climb(today))
    )


def may_climb(today: date) -> ColumnElement[bool]:
    """A WHERE clause over Task outer-joined to Project: due, open, not stopped. next_rung_on only narrows."""
    return and_(
        col(Task.next_rung_on) <= today,
        col(Task.closed_at).is_(None),
        col(Task.ladder).is_not(None),
        or_(col(Task.project_id).is_(None), col(Project.standing) == "active"),
        ~_suspended(today),
        ~_reported(),
    )


def _suspended(today: date) -> ColumnElement[bool]:
    return exists().where(
        col(Suspension.project_id) == col(Task.project_id),
        col(Suspension.kind) == col(Task.kind),
        col(Suspension.superseded_at).is_(None),
        col(Suspension.from_on) <= today,
        or_(col(Suspension.to_on).is_(None), col(Suspension.to_on) > today),
    )


def _reported() -> ColumnElement[bool]:
    return exists().where(
        col(Request.task_id) == col(Task.id), col(Request.kind) == REPORT, col(Request.outcome).is_(None)
    )


def _latest() -> ColumnElement[bool]:
    """The project's latest facts as believed now: the same that its clock is derived from."""
    return and_(
        col(ProjectRevision.project_id) == col(Task.project_id),
        col(ProjectRevision.superseded_at).is_(None),
        col(ProjectRevision.to_on).is_(None),
    )


def _step(bounds: tuple[int, ...]) -> ColumnElement[int]:
    """The highest bound that the amount reaches, by its place: amounts that agree in it have the same rungs."""
    reached = [
        (col(ProjectRevision.amount_yuan) >= bound, literal(place)) for place, bound in enumerate(bounds)
    ]
    return case(*reversed(reached), else_=literal(0))


def _joined(*parts: ColumnElement[Any]) -> ColumnElement[str]:
    texts: list[ColumnElement[str]] = [func.coalesce(cast(part, String), "") for part in parts]
    return reduce(lambda left, right: left + literal("|") + right, texts)


def _left(session: Session, today: date) -> int:
    due = select(func.count()).select_from(Task).outerjoin(Project, col(Project.id) == col(Task.project_id))
    mine = select(func.count()).select_from(CLAIMED)
    total: int = session.execute(due.where(may_climb(today))).scalar_one()
    claimed: int = session.execute(mine).scalar_one()
    return max(0, total - claimed)


def cases(session: Session, bounds: tuple[int, ...]) -> list[Case]:
    """The claimed tasks by what their rungs depend on; as many as there are different ones, not tasks."""
    alike = [column for column in CLAIMED.c if column.name not in ("task_id", "project_id")]
    rows = session.execute(select(*alike, func.count()).group_by(*alike))
    return [
        Case(key, pack, ladder, bounds[step], start, due, from_on, backlog, rung, tasks)
        for key, pack, ladder, step, start, due, from_on, backlog, rung, tasks in rows
    ]
