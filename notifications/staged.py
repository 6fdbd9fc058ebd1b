"""What one announcement works on, step by step: its events, who is to be told of each by word, the persons found.

Each step is a SELECT over the step before. For a few events they are parts of one statement (WITH …); for a sweep each
is put into a temporary table first, so that an event is read and its facts are parsed once, not once for every word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    insert,
    literal,
    null,
    select,
    union_all,
)
from sqlmodel import Session, col

from notifications.routing import REPORTER, ROUTES, WRITTEN_IN_PACK, Audience
from states.events import Event
from states.projects.tables import Project
from states.sets import analyze, temporary

MANY = 500  # ids; above it temporary tables, whose making costs as much as telling of some hundred events
Rows = Select[Any, Any] | CompoundSelect[Any, Any]


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


EVENTS = _temporary(
    "told_event",
    Column("event_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("project_id", Integer),
    Column("pack_id", Integer),
    Column("locality_id", Integer),
    Column("fact", String),  # what the pack routes by: a rung, an off-ramp
    Column("request_id", Integer),  # where the reporter is told
)
WORDS = _temporary(
    "told_word",
    Column("event_id", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # of the word among the audiences: a lower one is told first
    Column("word", String, nullable=False),
    Column("project_id", Integer),
    Column("locality_id", Integer),
    Column("request_id", Integer),
)
PAIRS = _temporary(
    "told_pair",
    Column("event_id", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("person_id", Integer, nullable=False),
)
NOBODY = _temporary(
    "told_nobody",
    Column("event_id", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("project_id", Integer),
)
FALLBACKS = _temporary(
    "told_fallback",
    Column("event_id", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("person_id", Integer, nullable=False),
)
Index("ix_told_pair", PAIRS.c.event_id, PAIRS.c.place)
Index("ix_told_fallback", FALLBACKS.c.event_id, FALLBACKS.c.place)


@dataclass(frozen=True, slots=True)
class Stage:
    """Keeps the rows of a step: `many` = in a temporary table of this transaction, else within the statement."""

    session: Session
    many: bool

    @classmethod
    def of(cls, session: Session, ids: int) -> "Stage":
        """The stage that suits an announcement of so many event ids."""
        return cls(session, ids > MANY)

    def keep(self, table: Table, rows: Rows) -> FromClause:
        """The rows under the table's column names, to select from."""
        if not self.many:
            return rows.cte(table.name)
        temporary(self.session, table)
        self.session.execute(insert(table).from_select(table.c.keys(), rows))
        analyze(self.session, table)
        return table


def events(picked: ColumnElement[bool], kinds: Collection[str]) -> Rows:
    """EVENTS: the picked events of these kinds with what routes them, facts parsed here and nowhere else."""
    facts, kind = col(Event.facts), col(Event.kind)
    routed = [
        (kind == of, facts[name].as_string()) for of, (name, _) in WRITTEN_IN_PACK.items() if of in kinds
    ]
    reported = [of for of in kinds if any(told.word == REPORTER for told in ROUTES[of])]
    fact = case(*routed, else_=null()) if routed else cast(null(), String)
    asked = case((kind.in_(reported), facts["request"].as_integer()), else_=null())
    return (
        select(
            col(Event.id).label("event_id"),
            kind.label("kind"),
            col(Event.project_id).label("project_id"),
            col(Project.pack_id).label("pack_id"),
            col(Project.locality_id).label("locality_id"),
            fact.label("fact"),
            (asked if reported else cast(null(), Integer)).label("request_id"),
        )
        .select_from(Event)
        .outerjoin(Project, col(Project.id) == col(Event.project_id))
        .where(picked, kind.in_(kinds))
    )


def words(source: FromClause, audiences: list[Audience]) -> Rows:
    """WORDS: each event once for every word that it is told to."""
    picked = [
        select(
            source.c.event_id,
            literal(place).label("place"),
            literal(audience.told.word).label("word"),
            source.c.project_id,
            source.c.locality_id,
            source.c.request_id,
        ).where(audience.which(source.c))
        for place, audience in enumerate(audiences)
    ]
    return union_all(*picked)


def without(source: FromClause, found: FromClause) -> ColumnElement[bool]:
    """A WHERE clause over `source`: nobody was found for this event and word."""
    same = and_(found.c.event_id == source.c.event_id, found.c.place == source.c.place)
    return ~select(found.c.person_id).where(same).exists()
