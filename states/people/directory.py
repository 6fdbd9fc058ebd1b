"""Regions, units and persons: found by name, made where a ledger names one that the office does not know."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from states.people.tables import Person, Region, RegionClosure, Unit

MAILBOX = "mailbox"


def add_region(session: Session, *, name: str, code: str, class_: str, parent_id: int | None) -> Region:
    """A region with its closure rows (itself, and all above it)."""
    region = Region(name=name, code=code, class_=class_, parent_id=parent_id)
    session.add(region)
    session.flush()
    assert region.id is not None
    above = select(RegionClosure.ancestor_id).where(RegionClosure.descendant_id == parent_id)
    for ancestor in [region.id, *session.exec(above)]:
        session.add(RegionClosure(ancestor_id=ancestor, descendant_id=region.id))
    session.flush()
    return region


def add_unit(session: Session, *, name: str, kind: str, region_id: int, confirmed: bool) -> Unit:
    """A unit with its 收件 account (a person of kind `mailbox`), so that what goes to it always reaches an inbox."""
    unit = Unit(name=name, kind=kind, region_id=region_id, confirmed=confirmed)
    session.add(unit)
    session.flush()
    mailbox = Person(
        name=f"{name}（收件）", kind=MAILBOX, unit_id=unit.id, region_id=region_id, confirmed=confirmed
    )
    session.add(mailbox)
    session.flush()
    return unit


def find_unit(session: Session, name: str, near: int | None = None) -> Unit | None:
    """A unit by its exact name; of several the one of the region `near`, else the first."""
    query = select(Unit).where(Unit.name == name).order_by(col(Unit.region_id) != (near or 0), col(Unit.id))
    return session.exec(query).first()


def find_person(session: Session, name: str, near: int | None = None) -> Person | None:
    """An active person (not a mailbox) by exact name; of several the one of the region `near`, else the first."""
    query = select(Person).where(Person.name == name, Person.kind == "person", col(Person.active))
    near_first = func.coalesce(col(Person.region_id), 0) != (near or 0)
    return session.exec(query.order_by(near_first, col(Person.id))).first()


def unit_of_kind(session: Session, kind: str) -> Unit | None:
    """The office's own unit of a kind (招商局, 督查室); the one of the top region first."""
    query = (
        select(Unit)
        .join(Region, col(Region.id) == col(Unit.region_id))
        .where(Unit.kind == kind)
        .order_by(col(Region.parent_id).is_not(None), col(Unit.id))
    )
    return session.exec(query).first()


def region_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Names of regions by id."""
    rows = session.exec(select(Region.id, Region.name).where(col(Region.id).in_(ids))).all()
    return {region_id: name for region_id, name in rows if region_id is not None}


def office_name(session: Session) -> str:
    """The name of the office: the region above all."""
    return session.exec(select(Region.name).where(col(Region.parent_id).is_(None))).first() or ""
