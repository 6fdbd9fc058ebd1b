"""What the grouped statements returned, ready to be added up."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from states.dispatch import rounding
from states.dispatch.facts import (
    AFTER_SIGNING,
    Cell,
    Happened,
    Reading,
    funds,
    happened,
    signed_cells,
    signings,
)
from states.dispatch.goals import targets
from states.dispatch.reach import Reach, localities
from states.people.tables import Region
from states.policy.schema import Band, Role

BUCKETS = {"period": ("period", "month"), "month": ("month",)}
BEFORE = {"period": ("last_period", "last_month"), "month": ("last_month",)}


@dataclass(frozen=True, slots=True)
class Named:
    """A project of a band that has reached production."""

    name: str
    year: int
    band: int
    this_month: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What the statements returned, ready to be added up."""

    reading: Reading
    cells: list[Cell]
    events: list[Happened]
    funds: dict[tuple[str, int], int]
    targets: dict[str, int]
    named: list[Named]
    regions: list[Region]

    @classmethod
    def read(cls, session: Session, reading: Reading, reach: Reach) -> "Tally":
        region_id = reach.region.id if reach.region else None
        goals = targets(session, reading.pack, region_id, reading.span.year, reading.known)
        shows = [role for role in AFTER_SIGNING if reading.pack.stage_in_role(role)]
        return cls(
            reading,
            signed_cells(session, reading),
            [event for role in shows for event in happened(session, reading, role)],
            funds(session, reading),
            goals,
            _named(session, reading) if "produced" in shows else [],
            localities(session, reach),
        )

    @property
    def bands(self) -> list[tuple[int, Band]]:
        """Bands with their position from 1, ascending: a cell of band n lies in every band up to n."""
        return list(enumerate(sorted(self.reading.pack.band, key=lambda band: band.from_yuan), start=1))

    @property
    def roles(self) -> list[Role]:
        """What comes after signing in the words of the pack in force."""
        return [role for role in AFTER_SIGNING if self.reading.pack.stage_in_role(role)]

    def signed(self, part: str) -> list[Cell]:
        """Signed in the whole period or in its last month."""
        return [cell for cell in self.cells if cell.bucket in BUCKETS[part]]

    def signed_before(self, part: str) -> list[Cell]:
        """The same a year before."""
        return [cell for cell in self.cells if cell.bucket in BEFORE[part]]

    def cohort(self, year: int, band: int) -> list[Cell]:
        """Signed in a year (the period's own: up to its end), from a band up."""
        own = year == self.reading.span.year
        return [
            cell for cell in self.cells if (cell.bucket in BUCKETS["period"]) == own and cell.band >= band
        ]

    def name_of(self, role: Role, part: str) -> str:
        """ "started_in_2018H1": in-period counts carry the period in their name."""
        span = self.reading.span
        return f"{role}_in_{span.suffix if part == 'period' else span.month_suffix}"

    def received(self, part: str, locality_id: int | None = None) -> int:
        """Yuan of 到位资金, of all localities or of one."""
        return sum(
            yuan
            for (where, locality), yuan in self.funds.items()
            if where in BUCKETS[part] and locality_id in (None, locality)
        )

    def sum(self, cells: list[Cell]) -> dict[str, Any]:
        """{"count": 391, "amount_yi": "845.6"}."""
        return {"count": count(cells), "amount_yi": self.yi(yuan(cells))}

    def yi(self, amount: int) -> str:
        return rounding.yi(amount, self.reading.pack.rounding.amount_yi_digits)

    @property
    def digits(self) -> int:
        """Decimals of a percentage."""
        return self.reading.pack.rounding.percent_digits


def _named(session: Session, reading: Reading) -> list[Named]:
    span, rows = reading.span, signings(reading, reading.span.year_before.first)
    query = (
        select(rows.c.name, rows.c.signed_on, rows.c.band, rows.c.produced_on)
        .where(rows.c.produced_on.is_not(None), rows.c.band > 0)
        .order_by(rows.c.signed_on, rows.c.project_id)
    )
    found = session.execute(query)
    return [Named(name, on.year, band, made >= span.month_first) for name, on, band, made in found]


def of_kind(cells: list[Cell], kind: int) -> list[Cell]:
    """Industrial (1), other (0), not said (-1)."""
    return [cell for cell in cells if cell.industrial == kind]


def count(cells: list[Cell]) -> int:
    """Projects."""
    return sum(cell.count for cell in cells)


def yuan(cells: list[Cell]) -> int:
    """Their amounts together."""
    return sum(cell.amount_yuan for cell in cells)


def share(cells: list[Cell]) -> tuple[int, int]:
    """Industrial projects of all."""
    return count(of_kind(cells, 1)), count(cells)
