"""From a word to persons, in SQL: for any number of events in one SELECT."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from notifications.routing import APPROVERS, BUREAU, GOVERNMENT, REPORTER, SUPERVISION
from states.events import Event
from states.lifecycle.tables import Request
from states.people.directory import MAILBOX, unit_of_kind
from states.people.responsibility import UNIT, on_day
from states.people.tables import Account, Person, RegionClosure, Responsibility, RoleGrant, Unit
from states.projects.tables import Project

GOVERNMENT_KIND, BUREAU_KIND, SUPERVISION_KIND = "政府", "招商局", "督查室"
Pairs = Select[Any, Any] | CompoundSelect[Any, Any]  # (event id, person id)
_REACHED = (
    col(Person.id) == col(Responsibility.person_id),
    and_(col(Person.unit_id) == col(Responsibility.unit_id), col(Person.kind) == MAILBOX),
)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Resolves words on a day. `bureau` and `supervision` are 收件 persons of the office's own units."""

    day: date
    bureau: int | None
    supervision: int | None

    @classmethod
    def on(cls, session: Session, day: date) -> "Recipients":
        """With the mailboxes of the office's own units looked up once."""
        return cls(day, _mailbox(session, BUREAU_KIND), _mailbox(session, SUPERVISION_KIND))

    def direct(self, word: str, which: ColumnElement[bool]) -> Pairs | None:
        """Who the word names, for the events that `which` picks; None where it can name nobody."""
        if word == BUREAU:
            return self._always(self.bureau, which)
        if word == SUPERVISION:
            return self._always(self.supervision, which)
        if word == REPORTER:
            return _reporter(which)
        if word == APPROVERS:
            return self._approvers(which)
        if word == GOVERNMENT:
            seats = _governments()
            return _pairs(seats.c.person_id, which).join(seats, seats.c.region_id == col(Project.locality_id))
        return self._holders(word, which)

    def fallbacks(self, word: str, which: ColumnElement[bool]) -> list[Pairs]:
        """Whom to tell where the word names nobody: the responsible unit, then the supervision office."""
        if word in (BUREAU, SUPERVISION, REPORTER, APPROVERS):
            return []
        nobody = and_(which, not_(self._somebody(word)))
        no_unit = nobody if word == UNIT else and_(nobody, not_(self._somebody(UNIT)))
        last = self._always(self.supervision, no_unit)
        return [*([] if word == UNIT else [self._holders(UNIT, nobody)]), *([] if last is None else [last])]

    def _always(self, person_id: int | None, which: ColumnElement[bool]) -> Pairs | None:
        return None if person_id is None else _pairs(literal(person_id), which)

    def _holders(self, slot: str, which: ColumnElement[bool]) -> Pairs:
        """Persons, and the 收件 persons of units: two joins that a database can hash, instead of one with OR."""
        branches = [
            _pairs(col(Person.id), which)
            .join(Responsibility, col(Responsibility.project_id) == col(Event.project_id))
            .join(Person, reached)
            .where(self._held(slot))
            for reached in _REACHED
        ]
        return union_all(*branches)

    def _held(self, slot: str) -> ColumnElement[bool]:
        return and_(
            col(Responsibility.slot) == slot,
            on_day(col(Responsibility.from_on), col(Responsibility.to_on), self.day),
            col(Person.active),
        )

    def _somebody(self, word: str) -> ColumnElement[bool]:
        if word == GOVERNMENT:
            seats = _governments()
            return select(seats.c.person_id).where(seats.c.region_id == col(Project.locality_id)).exists()
        holders = [
            select(col(Responsibility.id))
            .join(Person, reached)
            .where(col(Responsibility.project_id) == col(Event.project_id), self._held(word))
            .correlate(Event)
            .exists()
            for reached in _REACHED
        ]
        return or_(*holders)

    def _approvers(self, which: ColumnElement[bool]) -> Pairs:
        return (
            _pairs(col(Account.person_id), which)
            .join(RegionClosure, col(RegionClosure.descendant_id) == col(Project.locality_id))
            .join(RoleGrant, col(RoleGrant.region_id) == col(RegionClosure.ancestor_id))
            .join(Account, col(Account.id) == col(RoleGrant.account_id))
            .where(
                col(RoleGrant.role) == "approver",
                on_day(col(RoleGrant.from_on), col(RoleGrant.to_on), self.day),
                col(Account.active),
            )
        )


def _pairs(person: Any, which: ColumnElement[bool]) -> Select[Any, Any]:
    """SELECT event, person FROM event LEFT JOIN project; the caller joins what it needs."""
    return (
        select(col(Event.id), person)
        .select_from(Event)
        .outerjoin(Project, col(Project.id) == col(Event.project_id))
        .where(which)
    )


def _governments() -> Subquery:
    """(region_id, person_id): the 收件 person of each locality's government."""
    box = aliased(Person)
    return (
        select(col(Unit.region_id).label("region_id"), func.min(col(box.id)).label("person_id"))
        .join(box, and_(col(box.unit_id) == col(Unit.id), col(box.kind) == MAILBOX))
        .where(col(Unit.kind) == GOVERNMENT_KIND, col(box.active))
        .group_by(col(Unit.region_id))
        .subquery()
    )


def _reporter(which: ColumnElement[bool]) -> Pairs:
    asked = col(Event.facts)["request"].as_integer()
    return (
        _pairs(col(Account.person_id), which)
        .join(Request, col(Request.id) == asked)
        .join(Account, col(Account.id) == col(Request.requested_by))
    )


def _mailbox(session: Session, kind: str) -> int | None:
    unit = unit_of_kind(session, kind)
    if unit is None:
        return None
    query = select(func.min(col(Person.id))).where(
        col(Person.unit_id) == unit.id, col(Person.kind) == MAILBOX
    )
    return session.execute(query).scalar()
