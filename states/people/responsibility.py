"""Who holds which slot of a project on a day. A slot owes; its holder of the day answers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from states.people.tables import Person, Responsibility, Unit

LEADER = "leader"
UNIT = "responsible_unit"
COOPERATING = "cooperating_unit"
SPECIALIST = "specialist"
SLOTS = {LEADER: "包保领导", UNIT: "责任单位", COOPERATING: "配合部门", SPECIALIST: "项目专员"}


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a slot: a person, or a unit (`unit_id`) whose 收件 account reads for it."""

    slot: str
    name: str
    person_id: int | None
    unit_id: int | None


def on_day(from_on: Mapped[Any], to_on: Mapped[Any], day: date) -> ColumnElement[bool]:
    """A WHERE clause: the half-open [from_on, to_on) holds the day."""
    return and_(from_on <= day, or_(to_on.is_(None), to_on > day))


def holders(session: Session, project_id: int, day: date) -> list[Holder]:
    """Every slot's holders on that day, in slot order."""
    rows = session.execute(
        select(
            col(Responsibility.slot),
            col(Person.name),
            col(Unit.name),
            col(Responsibility.person_id),
            col(Responsibility.unit_id),
        )
        .outerjoin(Person, col(Person.id) == col(Responsibility.person_id))
        .outerjoin(Unit, col(Unit.id) == col(Responsibility.unit_id))
        .where(
            col(Responsibility.project_id) == project_id,
            on_day(col(Responsibility.from_on), col(Responsibility.to_on), day),
        )
    ).all()
    order = list(SLOTS)
    found = [
        Holder(slot, person or unit, person_id, unit_id) for slot, person, unit, person_id, unit_id in rows
    ]
    return sorted(
        found, key=lambda holder: (order.index(holder.slot) if holder.slot in order else 99, holder.name)
    )


def holds(session: Session, person_id: int, project_id: int, slot: str, day: date) -> bool:
    """Whether the person holds that slot of the project on the day."""
    query = select(col(Responsibility.id)).where(
        col(Responsibility.project_id) == project_id,
        col(Responsibility.person_id) == person_id,
        col(Responsibility.slot) == slot,
        on_day(col(Responsibility.from_on), col(Responsibility.to_on), day),
    )
    return session.execute(query).first() is not None
