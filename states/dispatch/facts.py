"""What a bulletin counts, asked of the database in sets: one grouped row per cell, never a row per project.

Read at the pair (on, known): a milestone counts when it occurred by `on`, was approved by `known` and was not
superseded then; a project is shown as its revision of that day says (default-pack.md, What counts). Every
project of the scope stays in every denominator, terminated and replaced ones too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.dispatch.spans import Span
from states.dispatch.tables import Fund
from states.policy.schema import Pack, Role
from states.projects.tables import Milestone, Project, ProjectRevision

INDUSTRIAL = "工业"
ROLES: tuple[Role, ...] = ("signed", "registered", "started", "produced")
AFTER_SIGNING: tuple[Role, ...] = ROLES[1:]

Within = Callable[[Any, Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read: the span, the instant of knowledge, whose projects, by which pack's words.

    `stages`: role → ((stage key, ids of the packs that say so), …): each project's own pack decides what counts.
    """

    span: Span
    known: datetime
    within: Within
    pack: Pack
    stages: dict[Role, tuple[tuple[str, tuple[int, ...]], ...]]
    every_pack: int

    def believed(self, table: Any) -> ColumnElement[bool]:
        """Approved by `known` and not superseded then."""
        return and_(
            col(table.known_at) <= self.known,
            or_(col(table.superseded_at).is_(None), col(table.superseded_at) > self.known),
        )

    @property
    def bounds(self) -> list[int]:
        """Lower bounds of the bands, ascending; a project of band n reaches the first n."""
        return sorted(band.from_yuan for band in self.pack.band)


def revisions(reading: Reading) -> Subquery:
    """Projects in scope as known on the day. A project's first revision also speaks for the days before it."""
    earlier = aliased(ProjectRevision)
    row, on = ProjectRevision, reading.span.on
    first = ~(
        select(literal(1))
        .select_from(earlier)
        .where(
            col(earlier.project_id) == col(row.project_id),
            col(earlier.from_on) < col(row.from_on),
            reading.believed(earlier),
        )
        .exists()
    )
    return (
        select(
            col(row.project_id).label("project_id"),
            col(row.name).label("name"),
            col(row.locality_id).label("locality_id"),
            col(row.amount_yuan).label("amount_yuan"),
            col(row.contract_no).label("contract_no"),
            col(row.standing).label("standing"),
            _industrial().label("industrial"),
            _band(reading, col(row.amount_yuan)).label("band"),
        )
        .where(
            reading.believed(row),
            or_(
                and_(col(row.from_on) <= on, or_(col(row.to_on).is_(None), col(row.to_on) > on)),
                and_(col(row.from_on) > on, first),
            ),
            reading.within(col(row.project_id), col(row.locality_id)),
        )
        .subquery("revision")
    )


def _industrial() -> Case[int]:
    kind = col(ProjectRevision.kind)
    return case((kind == INDUSTRIAL, 1), (kind.is_(None), -1), else_=0)


def _band(reading: Reading, amount: Any) -> ColumnElement[int]:
    reached = [(amount >= bound, n) for n, bound in enumerate(reading.bounds, start=1)]
    return case(*reversed(reached), else_=0) if reached else literal(0)


def reached(reading: Reading, role: Role) -> Subquery:
    """When each project reached the stage in that role, by its own pack."""
    row = Milestone
    ways = [
        col(row.kind) == key
        if len(packs) == reading.every_pack
        else and_(
            col(row.kind) == key,
            col(row.project_id).in_(select(col(Project.id)).where(col(Project.pack_id).in_(packs))),
        )
        for key, packs in reading.stages.get(role, ())
    ]
    return (
        select(col(row.project_id).label("project_id"), col(row.occurred_on).label("on"))
        .where(
            or_(*ways) if ways else false(), reading.believed(row), col(row.occurred_on) <= reading.span.on
        )
        .subquery(role)
    )


def signings(reading: Reading, since: date) -> Subquery:
    """One row per project signed from a day on, with when it reached what follows (NULL: not yet)."""
    project, signed = revisions(reading), reached(reading, "signed")
    columns: list[ColumnElement[Any]] = [*project.c, signed.c.on.label("signed_on")]
    source: Any = signed.join(project, project.c.project_id == signed.c.project_id)
    for role in AFTER_SIGNING:
        later = reached(reading, role)
        source = source.outerjoin(later, later.c.project_id == signed.c.project_id)
        columns.append(later.c.on.label(f"{role}_on"))
    return select(*columns).select_from(source).where(signed.c.on >= since).subquery("signing")


@dataclass(frozen=True, slots=True)
class Cell:
    """Projects signed in one bucket, of one kind, band and locality: how many, for how much, and what came of them.

    `bucket`: see `bucket`. `industrial`: 1, 0, or -1 where the ledger does not say. `reached[role]`: how many by
    the day (ever), in the period, in the month alone.
    """

    bucket: str
    industrial: int
    band: int
    locality_id: int
    count: int
    amount_yuan: int
    reached: dict[Role, tuple[int, int, int]]


def bucket(span: Span, on: ColumnElement[date]) -> ColumnElement[str]:
    """Where a day lies: month, period (before the month), last_month, last_period, last_rest (a year before)."""
    before = span.year_before
    return case(
        (on >= span.month_first, "month"),
        (on >= span.first, "period"),
        (on > before.on, "last_rest"),
        (on >= before.month_first, "last_month"),
        (on >= before.first, "last_period"),
        else_="earlier",
    )


def signed_cells(session: Session, reading: Reading) -> list[Cell]:
    """All that was signed since the start of the year before, in one grouped statement."""
    span, rows = reading.span, signings(reading, reading.span.year_before.first)
    keys = [
        bucket(span, rows.c.signed_on).label("bucket"),
        rows.c.industrial,
        rows.c.band,
        rows.c.locality_id,
    ]
    sums = [func.count().label("n"), func.sum(rows.c.amount_yuan)]
    for role in AFTER_SIGNING:
        on = rows.c[f"{role}_on"]
        sums += [func.count(on), _sum_if(on >= span.first), _sum_if(on >= span.month_first)]
    cells = select(*keys, *sums).group_by(*keys)
    return [_cell(row) for row in session.execute(cells)]


def _cell(row: Any) -> Cell:
    counts = [int(n) for n in row[6:]]
    reached = {
        role: (counts[n], counts[n + 1], counts[n + 2])
        for role, n in zip(AFTER_SIGNING, (0, 3, 6), strict=True)
    }
    return Cell(row[0], row[1], row[2], row[3], int(row[4]), int(row[5]), reached)


def _sum_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


@dataclass(frozen=True, slots=True)
class Happened:
    """How many projects reached a stage in a bucket, whenever they were signed."""

    role: Role
    bucket: str
    band: int
    locality_id: int
    count: int


def happened(session: Session, reading: Reading, role: Role) -> list[Happened]:
    """Events of a role in the period."""
    rows, project = reached(reading, role), revisions(reading)
    keys = [bucket(reading.span, rows.c.on).label("bucket"), project.c.band, project.c.locality_id]
    query = (
        select(*keys, func.count())
        .select_from(rows.join(project, project.c.project_id == rows.c.project_id))
        .where(rows.c.on >= reading.span.first)
        .group_by(*keys)
    )
    return [Happened(role, *row) for row in session.execute(query)]


def fund_rows(reading: Reading) -> Select[Any]:
    """Money received this year up to the period's month, a row per project, month and kind."""
    project = revisions(reading)
    return (
        select(
            col(Fund.project_id).label("project_id"),
            col(Fund.month_on).label("month_on"),
            col(Fund.kind).label("kind"),
            col(Fund.amount_yuan).label("amount_yuan"),
            project.c.locality_id.label("locality_id"),
        )
        .join(project, project.c.project_id == col(Fund.project_id))
        .where(
            reading.believed(Fund),
            col(Fund.month_on) >= reading.span.first,
            col(Fund.month_on) <= reading.span.last,
        )
    )


def funds(session: Session, reading: Reading) -> dict[tuple[str, int], int]:
    """Yuan received by (bucket, locality): `month` or `period` (the months of the year before it)."""
    rows = fund_rows(reading).subquery("fund_row")
    keys = [bucket(reading.span, rows.c.month_on).label("bucket"), rows.c.locality_id]
    found = session.execute(select(*keys, func.sum(rows.c.amount_yuan)).group_by(*keys))
    return {(where, locality): int(yuan) for where, locality, yuan in found}
