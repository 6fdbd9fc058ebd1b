"""New projects of a ledger written in bulk: project, event, revision, investor, milestones, holders, gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from states.bulk import batches, insert_rows, reserve
from states.events import Event, Unsealed
from states.people.actor import Actor
from states.people.naming import Names, Place
from states.people.responsibility import LEADER, SPECIALIST
from states.people.tables import Responsibility
from states.policy.schema import Pack
from states.projects.facts import stage_of
from states.projects.intake import Entry
from states.projects.missing import GapKey, Record, missing
from states.projects.tables import Gap, Investor, Milestone, Project, ProjectInvestor, ProjectRevision

_EVENT = ("id", "project_id", "kind", "actor_id", "occurred_on", "at", "facts")
_PROJECT = ("id", "pack_id", "stage", "standing", "locality_id", "imported_on", "version")
_REVISION = (
    "project_id", "name", "locality_id", "amount_yuan", "kind", "industry", "land", "contract_no", "credit_code",
    "attributes", "standing", "from_on", "known_at", "event_id",
)  # fmt: skip
_MILESTONE = (
    "project_id", "kind", "run", "occurred_on", "precision", "reported_at", "known_at", "evidence", "event_id",
)  # fmt: skip
_HELD = ("project_id", "slot", "person_id", "unit_id", "from_on", "event_id")
PERSONAL = (LEADER, SPECIALIST)


@dataclass(frozen=True, slots=True)
class Frame:
    """Under whom and as of when an import writes: `as_of` is its instant of knowledge, `today` that day in Shanghai."""

    actor: Actor
    as_of: datetime
    today: date
    pack_id: int
    pack: Pack


@dataclass(frozen=True, slots=True)
class Started:
    """A project just written."""

    project_id: int
    event_id: int
    stage: str
    entry: Entry


def write_new(session: Session, frame: Frame, entries: Sequence[Entry], names: Names) -> list[Started]:
    """Write the projects of these rows."""
    know_holders(names, (held for entry in entries for held in _wanted(entry)))
    projects = reserve(session, Project, len(entries))
    events = reserve(session, Event, len(entries))
    started = [
        Started(project_id, event_id, _stage(frame.pack, entry), entry)
        for project_id, event_id, entry in zip(projects, events, entries, strict=True)
    ]
    insert_rows(session, Project, _PROJECT, (_project(frame, one) for one in started))
    write_events(
        session,
        frame,
        [(one.event_id, one.project_id, "project_imported", {"stage": one.stage}) for one in started],
    )
    insert_rows(session, ProjectRevision, _REVISION, (_revision(frame, one) for one in started))
    insert_rows(session, Milestone, _MILESTONE, (row for one in started for row in _milestones(frame, one)))
    write_investors(session, [(one.project_id, one.entry.investor) for one in started])
    insert_rows(session, Responsibility, _HELD, (row for one in started for row in _held(frame, one, names)))
    return started


def write_events(
    session: Session, frame: Frame, facts: Iterable[tuple[int, int | None, str, dict[str, Any]]]
) -> None:
    """Events (id, project, kind, facts) with their seal marks. They announce nothing."""
    rows = [
        (event_id, project_id, kind, frame.actor.account_id, None, frame.as_of, said)
        for event_id, project_id, kind, said in facts
    ]
    insert_rows(session, Event, _EVENT, rows)
    insert_rows(session, Unsealed, ("event_id",), ((row[0],) for row in rows))


def write_investors(session: Session, wanted: Sequence[tuple[int, str | None]]) -> None:
    """Tie projects to their investors, found by name or made."""
    names = list(dict.fromkeys(name for _, name in wanted if name is not None))
    ids = investors(session, names)
    unknown = [name for name in names if name not in ids]
    made = reserve(session, Investor, len(unknown))
    insert_rows(session, Investor, ("id", "name"), zip(made, unknown, strict=True))
    ids.update(zip(unknown, made, strict=True))
    rows = ((project_id, ids[name]) for project_id, name in wanted if name is not None)
    insert_rows(session, ProjectInvestor, ("project_id", "investor_id"), rows)


def investors(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Name → id of those of the named investors who are on record."""
    found: dict[str, int] = {}
    for some in batches(names, 2000):
        query = select(col(Investor.name), col(Investor.id)).where(col(Investor.name).in_(some))
        found.update((name, investor_id) for name, investor_id in session.execute(query).all())
    return found


def write_gaps(session: Session, frame: Frame, gaps: Iterable[tuple[int, GapKey]]) -> None:
    """Note what is 待补."""
    rows = ((project_id, node, field, frame.as_of) for project_id, (node, field) in gaps)
    insert_rows(session, Gap, ("project_id", "milestone", "field", "noted_at"), rows)


def know_holders(names: Names, wanted: Iterable[tuple[str, str, int]]) -> None:
    """Make the units and persons who are to hold slots (slot, name, locality) and whom the office does not know."""
    units: list[Place] = []
    people: list[Place] = []
    for slot, name, locality_id in wanted:
        (people if slot in PERSONAL else units).append((name, locality_id))
    names.make(units, people)


def holder(names: Names, slot: str, name: str, locality_id: int) -> tuple[int | None, int | None]:
    """(person_id, unit_id) of a named holder who is known."""
    if slot in PERSONAL:
        return names.person((name, locality_id)), None
    return None, names.unit((name, locality_id))


def gaps_of(pack: Pack, one: Started) -> Iterable[GapKey]:
    """What a new project's record lacks."""
    entry = one.entry
    return missing(pack, one.stage, Record(entry.given, entry.reached, entry.land))


def _stage(pack: Pack, entry: Entry) -> str:
    stage = stage_of(pack, entry.reached)
    assert stage is not None, "the judge refuses a row without stage dates"
    return stage


def _project(frame: Frame, one: Started) -> tuple[Any, ...]:
    return (one.project_id, frame.pack_id, one.stage, "active", one.entry.locality_id, frame.today, 1)


def _revision(frame: Frame, one: Started) -> tuple[Any, ...]:
    entry = one.entry
    from_on = min(day.on for day in entry.reached.values())
    return (
        one.project_id, entry.name, entry.locality_id, entry.amount_yuan, entry.kind, entry.industry, entry.land,
        entry.contract_no, entry.credit_code, entry.attributes, "active", from_on, frame.as_of, one.event_id,
    )  # fmt: skip


def _milestones(frame: Frame, one: Started) -> Iterable[tuple[Any, ...]]:
    for kind, day in one.entry.reached.items():
        yield (
            one.project_id, kind, 1, day.on, day.precision, frame.as_of, frame.as_of, {}, one.event_id,
        )  # fmt: skip


def _wanted(entry: Entry) -> Iterable[tuple[str, str, int]]:
    return ((slot, name, entry.locality_id) for slot, held in entry.holders.items() for name in held)


def _held(frame: Frame, one: Started, names: Names) -> Iterable[tuple[Any, ...]]:
    """From the as-of day on: before the import nobody could be asked."""
    for slot, held in one.entry.holders.items():
        for name in held:
            person_id, unit_id = holder(names, slot, name, one.entry.locality_id)
            yield one.project_id, slot, person_id, unit_id, frame.today, one.event_id
