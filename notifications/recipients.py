"""From a word to persons, in SQL: for any number of events in one SELECT."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    and_,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from notifications.routing import APPROVERS, BUREAU, GOVERNMENT, REPORTER, SUPERVISION
from notifications.staged import FALLBACKS, NOBODY, PAIRS, Rows, Stage, without
from states.lifecycle.tables import Request
from states.people.directory import MAILBOX, unit_of_kind
from states.people.responsibility import UNIT, on_day
from states.people.tables import Account, Person, RegionClosure, Responsibility, RoleGrant, Unit

GOVERNMENT_KIND, BUREAU_KIND, SUPERVISION_KIND = "政府", "招商局", "督查室"
FALLBACK = 1000  # added to the place of a word that named nobody: who stands in is told after all others
# Words without a fallback: these name a desk of the office, or persons by their rights, never a slot.
SURE = (BUREAU, SUPERVISION, REPORTER, APPROVERS)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Resolves words on a day. `bureau` and `supervision` are 收件 persons of the office's own units."""

    day: date
    bureau: int | None
    supervision: int | None

    @classmethod
    def on(cls, session: Session, day: date, words: Collection[str]) -> "Recipients":
        """With the mailboxes of the office's own units looked up once, where these words can reach them."""
        last = SUPERVISION in words or _may_miss(words)
        return cls(
            day,
            _mailbox(session, BUREAU_KIND) if BUREAU in words else None,
            _mailbox(session, SUPERVISION_KIND) if last else None,
        )

    def found(self, stage: Stage, told: FromClause, words: Collection[str]) -> Rows:
        """PAIRS of all rows of `told` (as WORDS), whose words are these: whom the word names, else the fallback."""
        direct = stage.keep(PAIRS, union_all(*self._direct(told, words)))
        found = [_all(direct)]
        if _may_miss(words):
            place = (told.c.place + FALLBACK).label("place")
            nobody = select(told.c.event_id, place, told.c.project_id).where(
                told.c.word.not_in(SURE), without(told, direct)
            )
            found += self._fallbacks(stage, stage.keep(NOBODY, nobody))
        return union_all(*found)

    def _direct(self, told: FromClause, words: Collection[str]) -> list[Rows]:
        desks = {BUREAU: self.bureau, SUPERVISION: self.supervision}
        ways: list[Rows] = [
            _told(told, literal(person_id, Integer)).where(
                told.c.word == word, literal(person_id, Integer).is_not(None)
            )
            for word, person_id in desks.items()
            if word in words
        ]
        if GOVERNMENT in words:
            ways.append(_government(told))
        if REPORTER in words:
            ways.append(_reporter(told))
        if APPROVERS in words:
            ways.append(self._approvers(told))
        if not {*words} <= {*SURE, GOVERNMENT}:
            ways.append(self._holders(told, told.c.word))
        return ways

    def _fallbacks(self, stage: Stage, nobody: FromClause) -> list[Rows]:
        """The responsible unit, then the supervision office."""
        unit = stage.keep(FALLBACKS, self._holders(nobody, literal(UNIT)))
        last = _told(nobody, literal(self.supervision)).where(without(nobody, unit))
        return [_all(unit), *([last] if self.supervision is not None else [])]

    def _holders(self, told: FromClause, slot: ColumnElement[str]) -> Rows:
        """The slot's persons, and the 收件 persons of its units."""
        person, box = aliased(Person), aliased(Person)
        holder = func.coalesce(col(person.id), col(box.id))
        boxed = and_(
            col(box.unit_id) == col(Responsibility.unit_id), col(box.kind) == MAILBOX, col(box.active)
        )
        return (
            _told(told, holder)
            .join(
                Responsibility,
                and_(col(Responsibility.project_id) == told.c.project_id, col(Responsibility.slot) == slot),
            )
            .outerjoin(person, and_(col(person.id) == col(Responsibility.person_id), col(person.active)))
            .outerjoin(box, boxed)
            .where(
                on_day(col(Responsibility.from_on), col(Responsibility.to_on), self.day), holder.is_not(None)
            )
        )

    def _approvers(self, told: FromClause) -> Rows:
        return (
            _told(told, col(Account.person_id))
            .join(RegionClosure, col(RegionClosure.descendant_id) == told.c.locality_id)
            .join(RoleGrant, col(RoleGrant.region_id) == col(RegionClosure.ancestor_id))
            .join(Account, col(Account.id) == col(RoleGrant.account_id))
            .where(
                told.c.word == APPROVERS,
                col(RoleGrant.role) == "approver",
                on_day(col(RoleGrant.from_on), col(RoleGrant.to_on), self.day),
                col(Account.active),
            )
        )


def _may_miss(words: Collection[str]) -> bool:
    return not set(words) <= set(SURE)


def _told(told: FromClause, person: Any) -> Select[Any, Any]:
    return select(told.c.event_id, told.c.place, person.label("person_id")).select_from(told)


def _all(pairs: FromClause) -> Rows:
    return select(pairs.c.event_id, pairs.c.place, pairs.c.person_id)


def _government(told: FromClause) -> Rows:
    seats = _governments()
    here = seats.c.region_id == told.c.locality_id
    return _told(told, seats.c.person_id).join(seats, here).where(told.c.word == GOVERNMENT)


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


def _reporter(told: FromClause) -> Rows:
    return (
        _told(told, col(Account.person_id))
        .join(Request, col(Request.id) == told.c.request_id)
        .join(Account, col(Account.id) == col(Request.requested_by))
        .where(told.c.word == REPORTER)
    )


def _mailbox(session: Session, kind: str) -> int | None:
    unit = unit_of_kind(session, kind)
    if unit is None:
        return None
    query = select(func.min(col(Person.id))).where(
        col(Person.unit_id) == unit.id, col(Person.kind) == MAILBOX
    )
    return session.execute(query).scalar()
