"""The edge's transaction: what its block recorded is announced in the same commit.

Set-based: a few statements for any number of events. Unique keys decide, so nothing is announced twice.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from notifications.hours import next_opening, opening
from notifications.recipients import FALLBACK, Recipients
from notifications.routing import ROUTES, Told, audiences
from notifications.staged import EVENTS, WORDS, Rows, Stage, events, words
from notifications.tables import Delivery, Notification
from states.clock import today
from states.db import writing
from states.events import Event
from states.people.tables import Person
from states.policy.active import current_pack
from states.settings import settings
from states.workdays import Calendar

EMAIL, WEBHOOK = "email", "webhook"
RUNS_A_STATEMENT = 200
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Times:
    """When this announcement may leave: `due_at`; a digest that has left already is followed by the `next` one."""

    now: datetime
    due_at: datetime
    next_at: datetime

    @classmethod
    def of(cls, session: Session, now: datetime) -> "Times":
        """By the hours of the pack in force and the national calendar."""
        _, pack = current_pack(session, today(now))
        calendar = Calendar.national()
        due_at = next_opening(now, pack.hours, calendar)
        return cls(now, due_at, opening(calendar.plus(today(due_at), 1), pack.hours.opens))


@contextmanager
def transaction(engine: Engine, now: datetime, channels: Collection[str] | None = None) -> Iterator[Session]:
    """One writing transaction whose recorded events are announced before its commit.

    `now` is business time: slots are resolved and due times set by it. `channels` that are configured
    ("email", "webhook"); None = by the settings.
    """
    with writing(engine) as session:
        yield session
        announce(session, now, configured() if channels is None else channels)


def configured() -> frozenset[str]:
    """E-mail always (it waits for an SMTP server to be set), the webhook when it has an address."""
    return frozenset({EMAIL, WEBHOOK} if settings().webhook_url is not None else {EMAIL})


def announce(session: Session, now: datetime, channels: Collection[str]) -> None:
    """Write inbox and delivery rows for `session.info["recorded"]` (ids) and `["recorded_ranges"]`, and clear both."""
    session.flush()
    ids: list[int] = session.info.pop("recorded", [])
    ranges: list[Range] = session.info.pop("recorded_ranges", [])
    spans = merged([*((event_id, event_id) for event_id in ids), *ranges])
    for start in range(0, len(spans), RUNS_A_STATEMENT):
        _announce(session, now, channels, spans[start : start + RUNS_A_STATEMENT])


def merged(ranges: Sequence[Range]) -> list[Range]:
    """The same ids as the fewest ranges, in order."""
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _announce(session: Session, now: datetime, channels: Collection[str], spans: list[Range]) -> None:
    picked = _within(col(Event.id), spans)
    kinds = session.execute(select(col(Event.kind)).where(picked, col(Event.kind).in_(ROUTES)).distinct())
    found = set(kinds.scalars())
    heard = audiences(session, found)
    if not heard:
        return
    times = Times.of(session, now)
    _lock_digests(session, times)
    stage = Stage.of(session, sum(last - first + 1 for first, last in spans))
    told = stage.keep(WORDS, words(stage.keep(EVENTS, events(picked, found)), heard))
    called = {each.told.word for each in heard}
    pairs = Recipients.on(session, today(now), called).found(stage, told, called)
    _notify(session, times, [each.told for each in heard], pairs)
    _queue(session, times, channels, _within(col(Notification.event_id), spans))


def _within(column: Any, spans: list[Range]) -> ColumnElement[bool]:
    return or_(*(column.between(first, last) for first, last in spans))


def _lock_digests(session: Session, times: Times) -> None:
    """On PostgreSQL nobody may claim a digest between our looking at it and our commit; SQLite has one writer."""
    if session.get_bind().dialect.name == "postgresql":
        waiting = and_(
            col(Delivery.state) == "queued",
            col(Delivery.due_at) <= times.due_at,
            col(Delivery.key).startswith(_digest_prefix(times.due_at)),
        )
        session.execute(select(col(Delivery.id)).where(waiting).order_by(col(Delivery.id)).with_for_update())


def _notify(session: Session, times: Times, heard: Sequence[Told], pairs: Rows) -> None:
    """One row for each event and person, told by the word of the lowest place."""
    pair = pairs.subquery()
    first = select(pair.c.event_id, pair.c.person_id, func.min(pair.c.place).label("place"))
    once = first.group_by(pair.c.event_id, pair.c.person_id).subquery()
    event_id, person_id, place = once.c
    whys = {n: "digest" if told.digest else told.word for n, told in enumerate(heard)}
    digests = [n for n, told in enumerate(heard) if told.digest]
    why = case(whys, value=place, else_="fallback")
    key: ColumnElement[str] = _single_key(event_id, person_id)
    if digests:
        key = case(((place % FALLBACK).in_(digests), _digest_key(times, person_id)), else_=key)
    rows = select(event_id, person_id, why, _instant(times.now), key).where(person_id.is_not(None))
    columns = ["event_id", "person_id", "why", "created_at", "delivery_key"]
    _insert_new(session, Notification, columns, rows.order_by(event_id, place, person_id))


def _single_key(event_id: ColumnElement[int], person_id: ColumnElement[int]) -> ColumnElement[str]:
    return literal("n:") + cast(event_id, String) + ":" + cast(person_id, String)


def _digest_prefix(at: datetime) -> str:
    return f"digest:{today(at).isoformat()}:"


def _digest_key(times: Times, person_id: ColumnElement[int]) -> ColumnElement[str]:
    """The day's digest, or the next day's if the day's has left: one a working day."""
    key = literal(_digest_prefix(times.due_at)) + cast(person_id, String)
    same = and_(col(Delivery.channel).in_((EMAIL, WEBHOOK)), col(Delivery.key) == key)  # by the unique index
    left = select(col(Delivery.id)).where(same, col(Delivery.state) != "queued").exists()
    return case((left, literal(_digest_prefix(times.next_at)) + cast(person_id, String)), else_=key)


def _queue(session: Session, times: Times, channels: Collection[str], told: ColumnElement[bool]) -> None:
    key = col(Notification.delivery_key)
    due = case(
        (key.startswith(_digest_prefix(times.next_at)), _instant(times.next_at)), else_=_instant(times.due_at)
    )
    for channel in sorted(channels):
        rows = (
            select(literal(channel), key, col(Notification.person_id), due, literal("queued"), literal(0))
            .join(Person, col(Person.id) == col(Notification.person_id))
            .where(told, key.is_not(None), *([col(Person.email).is_not(None)] if channel == EMAIL else []))
        )
        _insert_new(session, Delivery, ["channel", "key", "person_id", "due_at", "state", "tries"], rows)


def _instant(at: datetime) -> ColumnElement[datetime]:
    return literal(at, UTCDateTime())


def _insert_new(session: Session, table: type[SQLModel], columns: list[str], rows: Any) -> None:
    """INSERT … SELECT that leaves alone what is there already."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).from_select(columns, rows).on_conflict_do_nothing())
