"""Units and persons by the names that a ledger uses; who is not known is made, unconfirmed and without login.

A unit belongs to the locality or to the office itself; a person to the locality (two counties may each have a 张三)
unless the office itself has one of that name.
"""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlmodel import Session, col

from states.bulk import insert_rows, reserve
from states.people.directory import add_unit
from states.people.tables import Person, Region, Unit

NAMED_UNIT = "责任单位"  # never 招商局 or 督查室: `unit_of_kind` finds the office's own by kind
Place = tuple[str, int]


class Names:
    """Name and locality → id. Read once; `make` adds what is missing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        top = session.execute(select(col(Region.id)).where(col(Region.parent_id).is_(None))).scalars().all()
        self._top = list(top)
        self._units: dict[Place, int] = {}
        self._units_anywhere: dict[str, list[int]] = {}
        for unit_id, name, region_id in session.execute(
            select(col(Unit.id), col(Unit.name), col(Unit.region_id)).order_by(col(Unit.id))
        ):
            self._know_unit((name, region_id), unit_id)
        region = func.coalesce(col(Person.region_id), col(Unit.region_id))
        people = (
            select(col(Person.id), col(Person.name), region)
            .outerjoin(Unit, col(Unit.id) == col(Person.unit_id))
            .where(col(Person.kind) == "person")
            .order_by(col(Person.active).desc(), col(Person.id))
        )
        self._people: dict[Place, int] = {}
        for person_id, name, region_id in session.execute(people):
            self._people.setdefault((name, region_id), person_id)
        self.new_units: list[Place] = []
        self.new_people: list[Place] = []

    def make(self, units: Iterable[Place], people: Iterable[Place]) -> None:
        """Make those of the named that are not known yet."""
        for place in dict.fromkeys(units):
            if self.unit(place) is None:
                self._make_unit(place)
        unknown = [place for place in dict.fromkeys(people) if self.person(place) is None]
        ids = reserve(self._session, Person, len(unknown))
        rows = [
            (person_id, name, "person", region_id, False, True)
            for person_id, (name, region_id) in zip(ids, unknown, strict=True)
        ]
        insert_rows(self._session, Person, ("id", "name", "kind", "region_id", "confirmed", "active"), rows)
        self._people.update(zip(unknown, ids, strict=True))
        self.new_people += unknown

    def unit(self, place: Place) -> int | None:
        """The unit of that name in the locality, else of the office itself, else the only one of the name."""
        name, _ = place
        for where in (place, *((name, top) for top in self._top)):
            if where in self._units:
                return self._units[where]
        anywhere = self._units_anywhere.get(name, ())
        return anywhere[0] if len(anywhere) == 1 else None

    def person(self, place: Place) -> int | None:
        """The person of that name in the locality, else of the office itself."""
        name, _ = place
        return next(
            (
                self._people[where]
                for where in (place, *((name, top) for top in self._top))
                if where in self._people
            ),
            None,
        )

    def _make_unit(self, place: Place) -> None:
        made = add_unit(self._session, name=place[0], kind=NAMED_UNIT, region_id=place[1], confirmed=False)
        assert made.id is not None
        self._know_unit(place, made.id)
        self.new_units.append(place)

    def _know_unit(self, place: Place, unit_id: int) -> None:
        self._units.setdefault(place, unit_id)
        self._units_anywhere.setdefault(place[0], []).append(unit_id)
