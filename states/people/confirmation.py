"""Persons and units that only a ledger has named: listed, and confirmed by who manages people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from states.errors import NotFound
from states.events import record
from states.people.actor import Actor
from states.people.directory import MAILBOX
from states.people.rights import RIGHTS, require
from states.people.scope import regions_under
from states.people.tables import Person, RegionClosure, Unit

LABELS = {"person": "人员", "unit": "单位"}


@dataclass(frozen=True, slots=True)
class Named:
    """A person or a unit, and whether the office has confirmed it."""

    what: str
    id: int
    name: str
    confirmed: bool

    @property
    def label(self) -> str:
        """人员 or 单位."""
        return LABELS[self.what]


def named(session: Session, actor: Actor, *, unconfirmed: bool) -> list[Named]:
    """Units and persons (without 收件 accounts) of the regions that the actor manages; units first, by name."""
    require(actor, "manage_people")
    units = [Named("unit", row.id or 0, row.name, row.confirmed) for row in _units(session, actor)]
    persons = [
        Named("person", row.id or 0, row.name, row.confirmed)
        for row in _persons(session, actor)
        if row.kind != MAILBOX
    ]
    return [row for row in (*units, *persons) if not (unconfirmed and row.confirmed)]


def confirm(session: Session, actor: Actor, now: datetime, names: Sequence[str]) -> int:
    """Confirm whatever bears these exact names, a unit's 收件 account with it; the number newly confirmed.

    NotFound, and nothing is confirmed, where a name is unknown.
    """
    require(actor, "manage_people")
    units, persons = _units(session, actor), _persons(session, actor)
    unknown = sorted(set(names) - {row.name for row in units} - {row.name for row in persons})
    if unknown:
        raise NotFound(f"名单中没有：{'、'.join(unknown)}。可用 zlf people list --unconfirmed 查看。")
    new_units = {row.id for row in units if row.name in names and not row.confirmed}
    new_persons = {row.id for row in persons if row.name in names and not row.confirmed}
    for unit in units:
        if unit.id in new_units:
            unit.confirmed = True
            record(session, "unit_confirmed", actor_id=actor.account_id, at=now, unit=unit.id)
    for person in persons:
        if person.id in new_persons:
            person.confirmed = True
            record(session, "person_confirmed", actor_id=actor.account_id, at=now, person=person.id)
        elif person.kind == MAILBOX and person.unit_id in new_units:
            person.confirmed = True
    return len(new_units) + len(new_persons)


def _units(session: Session, actor: Actor) -> Sequence[Unit]:
    return session.exec(select(Unit).where(_managed(actor, col(Unit.region_id))).order_by(Unit.name)).all()


def _persons(session: Session, actor: Actor) -> Sequence[Person]:
    where = _managed(actor, col(Person.region_id))
    return session.exec(select(Person).where(where).order_by(Person.name)).all()


def _managed(actor: Actor, region_id: Mapped[Any]) -> ColumnElement[bool]:
    mine = select(RegionClosure.descendant_id).where(regions_under(actor.regions(*RIGHTS["manage_people"])))
    return or_(region_id.in_(mine), region_id.is_(None))
