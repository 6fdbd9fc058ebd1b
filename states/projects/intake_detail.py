"""What is on record of the projects that a batch of ledger rows means: read with a few statements a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from states.people.tables import Person, Responsibility, Unit
from states.projects.ledger import Day, Precision
from states.projects.missing import GapKey
from states.projects.tables import Gap, Investor, Milestone, Project, ProjectInvestor, ProjectRevision

UNDONE = ("sent_back", "false")
FACTS = ("name", "locality_id", "amount_yuan", "kind", "industry", "land", "contract_no", "credit_code")


@dataclass(frozen=True, slots=True)
class Reached:
    """A believed milestone."""

    id: int
    day: Day
    known_at: datetime
    run: int


@dataclass(frozen=True, slots=True)
class Held:
    """A slot's present holder."""

    id: int
    slot: str
    name: str


@dataclass(slots=True)
class Detail:
    """One project as believed now. `undone`: milestones taken back (退回, 不实), which a ledger does not bring back."""

    project_id: int
    pack_id: int
    stage: str
    standing: str
    revision_id: int
    facts: Mapping[str, Any]
    attributes: Mapping[str, Any]
    from_on: date
    only: bool
    known_at: datetime
    milestones: dict[str, Reached] = field(default_factory=dict)
    undone: set[tuple[str, date]] = field(default_factory=set)
    investors: dict[str, int] = field(default_factory=dict)
    holders: list[Held] = field(default_factory=list)
    gaps: dict[GapKey, int] = field(default_factory=dict)
    gaps_ever: set[GapKey] = field(default_factory=set)

    @property
    def reached(self) -> dict[str, Day]:
        """Node → day, as believed."""
        return {kind: one.day for kind, one in self.milestones.items()}


def details(session: Session, ids: Sequence[int]) -> dict[int, Detail]:
    """Project id → what is believed of it and still so."""
    if not ids:
        return {}
    found = _revisions(session, ids)
    _milestones(session, ids, found)
    _investors(session, ids, found)
    _holders(session, ids, found)
    gaps = select(
        col(Gap.project_id), col(Gap.milestone), col(Gap.field), col(Gap.id), col(Gap.filled_at)
    ).where(col(Gap.project_id).in_(ids))
    for project_id, milestone, named, gap_id, filled_at in session.execute(gaps):
        detail = found[project_id]
        detail.gaps_ever.add((milestone, named))
        if filled_at is None and gap_id is not None:
            detail.gaps[milestone, named] = gap_id
    return found


def _revisions(session: Session, ids: Sequence[int]) -> dict[int, Detail]:
    table = ProjectRevision
    query = (
        select(
            col(Project.id),
            col(Project.pack_id),
            col(Project.stage),
            col(Project.standing),
            col(table.id),
            col(table.attributes),
            col(table.from_on),
            col(table.to_on),
            col(table.known_at),
            *(getattr(table, name) for name in FACTS),
        )
        .join(table, col(table.project_id) == col(Project.id))
        .where(col(Project.id).in_(ids), col(table.superseded_at).is_(None))
    )
    rows = session.execute(query).all()
    rectangles: dict[int, int] = {}
    for row in rows:
        rectangles[row[0]] = rectangles.get(row[0], 0) + 1
    return {
        project_id: Detail(
            project_id, pack_id, stage, standing, revision_id, dict(zip(FACTS, facts, strict=True)), attributes, from_on,
            rectangles[project_id] == 1, known_at,
        )
        for project_id, pack_id, stage, standing, revision_id, attributes, from_on, to_on, known_at, *facts in rows
        if to_on is None
    }  # fmt: skip


def _milestones(session: Session, ids: Sequence[int], found: Mapping[int, Detail]) -> None:
    query = select(
        col(Milestone.project_id),
        col(Milestone.kind),
        col(Milestone.id),
        col(Milestone.occurred_on),
        col(Milestone.precision),
        col(Milestone.known_at),
        col(Milestone.run),
        col(Milestone.superseded_at),
        col(Milestone.superseded_why),
    ).where(col(Milestone.project_id).in_(ids))
    for project_id, kind, row_id, on, precision, known_at, run, superseded_at, why in session.execute(query):
        detail = found[project_id]
        if superseded_at is None and row_id is not None:
            detail.milestones[kind] = Reached(row_id, Day(on, _precision(precision)), known_at, run)
        elif why in UNDONE:
            detail.undone.add((kind, on))


def _precision(text: str) -> Precision:
    return "month" if text == "month" else "day"


def _investors(session: Session, ids: Sequence[int], found: Mapping[int, Detail]) -> None:
    query = (
        select(col(ProjectInvestor.project_id), col(Investor.name), col(Investor.id))
        .join(Investor, col(Investor.id) == col(ProjectInvestor.investor_id))
        .where(col(ProjectInvestor.project_id).in_(ids))
    )
    for project_id, name, investor_id in session.execute(query):
        if investor_id is not None:
            found[project_id].investors[name] = investor_id


def _holders(session: Session, ids: Sequence[int], found: Mapping[int, Detail]) -> None:
    query = (
        select(
            col(Responsibility.project_id),
            col(Responsibility.id),
            col(Responsibility.slot),
            col(Person.name),
            col(Unit.name),
        )
        .outerjoin(Person, col(Person.id) == col(Responsibility.person_id))
        .outerjoin(Unit, col(Unit.id) == col(Responsibility.unit_id))
        .where(col(Responsibility.project_id).in_(ids), col(Responsibility.to_on).is_(None))
        .order_by(col(Responsibility.id))
    )
    for project_id, row_id, slot, person, unit in session.execute(query):
        if row_id is not None:
            found[project_id].holders.append(Held(row_id, slot, person or unit or ""))
