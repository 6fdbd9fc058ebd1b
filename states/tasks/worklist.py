"""What is owed, in pages: all of an actor's scope, one's own, or a unit's; the earliest due date first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from states.people.actor import Actor
from states.people.responsibility import UNIT, on_day
from states.people.tables import Person, Responsibility, Unit
from states.tasks.listing import Owed, overdue_tasks
from states.tasks.tables import Deadline, Task


@dataclass(frozen=True, slots=True)
class Wish:
    """Which tasks. `mine`: owed by a slot that the actor holds that day, by the actor's unit, or by name.

    `unit`: a unit's exact name: its own tasks and those of the projects for which it is 责任单位 that day.
    `after`: (due date, id) of the last line seen.
    """

    mine: bool = False
    overdue: bool = False
    unit: str | None = None
    project_id: int | None = None
    after: tuple[date, int] | None = None
    limit: int = 50


def worklist(session: Session, actor: Actor, on: date, known: datetime, wish: Wish) -> list[Owed]:
    """One page, as of a day and an instant of knowledge."""
    clauses = list(_clauses(actor, on, wish))
    return overdue_tasks(session, actor, on, known, wish.overdue, where=clauses, limit=wish.limit)


def _clauses(actor: Actor, on: date, wish: Wish) -> Iterator[ColumnElement[bool]]:
    if wish.project_id is not None:
        yield col(Task.project_id) == wish.project_id
    if wish.mine:
        yield _owed_by(actor, on)
    if wish.unit is not None:
        yield _of_unit(wish.unit, on)
    if wish.after is not None:
        due_on, task_id = wish.after
        due = col(Deadline.due_on)
        yield or_(due > due_on, and_(due == due_on, col(Task.id) > task_id))


def _owed_by(actor: Actor, on: date) -> ColumnElement[bool]:
    own_unit = select(col(Person.unit_id)).where(
        col(Person.id) == actor.person_id, col(Person.unit_id).is_not(None)
    )
    return or_(
        col(Task.person_id) == actor.person_id,
        col(Task.unit_id).in_(own_unit),
        _held(
            on, col(Responsibility.slot) == col(Task.slot), col(Responsibility.person_id) == actor.person_id
        ),
    )


def _of_unit(name: str, on: date) -> ColumnElement[bool]:
    units = select(col(Unit.id)).where(col(Unit.name) == name)
    return or_(
        col(Task.unit_id).in_(units),
        _held(on, col(Responsibility.slot) == UNIT, col(Responsibility.unit_id).in_(units)),
    )


def _held(on: date, *which: Any) -> ColumnElement[bool]:
    query = select(col(Responsibility.id)).where(
        col(Responsibility.project_id) == col(Task.project_id),
        on_day(col(Responsibility.from_on), col(Responsibility.to_on), on),
        *which,
    )
    return query.exists()
