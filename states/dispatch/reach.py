"""Whose figures an actor reads: the region of the role, narrowed through the one gate of every read."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlmodel import Session, col

from states.dispatch.facts import ROLES, Reading, Within
from states.dispatch.spans import Span
from states.instants import day_of
from states.people.actor import Actor
from states.people.rights import RIGHTS
from states.people.scope import scope
from states.people.tables import Region, RegionClosure
from states.policy.active import current_pack, pack_by_id
from states.policy.schema import Pack, Role
from states.policy.tables import PolicyPack


@dataclass(frozen=True, slots=True)
class Reach:
    """The region the figures are of (None: single projects, or several regions) and the clause for its projects."""

    region: Region | None
    within: Within

    @property
    def scope(self) -> str | None:
        """A bulletin's scope: '' for the whole office, else the region's code; None where there is no one region."""
        if self.region is None:
            return None
        return self.region.code if self.region.parent_id else ""


def reach_of(session: Session, actor: Actor, known: datetime, right: str = "see_bulletin") -> Reach:
    """The actor's topmost region with the right; projects held elsewhere are left out of a region's figures."""
    tops = _topmost(session, actor.regions(*RIGHTS[right]))
    region = session.get_one(Region, tops[0]) if len(tops) == 1 else None

    def within(project_id: ColumnElement[int], locality_id: ColumnElement[int]) -> ColumnElement[bool]:
        seen = scope(actor, project_id, locality_id, day_of(known), right)
        return and_(seen, locality_id.in_(below(tops))) if tops else seen

    return Reach(region, within)


def reach_over(session: Session, code: str) -> Reach:
    """The reach of a stored scope, for proving a published bulletin; '' is the whole office."""
    wanted = col(Region.code) == code if code else col(Region.parent_id).is_(None)
    region = session.execute(select(Region).where(wanted)).scalars().one()
    assert region.id is not None
    tops = [region.id]
    return Reach(region, lambda _project_id, locality_id: locality_id.in_(below(tops)))


def below(tops: list[int]) -> Select[int]:
    """Ids of the regions at or below the given ones, as a subquery."""
    return select(col(RegionClosure.descendant_id)).where(col(RegionClosure.ancestor_id).in_(tops))


def localities(session: Session, reach: Reach) -> list[Region]:
    """The regions without regions below them, in the office's order."""
    parents = select(col(Region.parent_id)).where(col(Region.parent_id).is_not(None))
    query = select(Region).where(col(Region.id).not_in(parents)).order_by(col(Region.id))
    if reach.region is not None and reach.region.id is not None:
        query = query.where(col(Region.id).in_(below([reach.region.id])))
    return list(session.execute(query).scalars())


def _topmost(session: Session, regions: tuple[int, ...]) -> list[int]:
    query = select(col(RegionClosure.descendant_id)).where(
        col(RegionClosure.ancestor_id).in_(regions),
        col(RegionClosure.descendant_id).in_(regions),
        col(RegionClosure.ancestor_id) != col(RegionClosure.descendant_id),
    )
    covered = set(session.execute(query).scalars())
    return sorted(set(regions) - covered)


def reading_of(session: Session, span: Span, known: datetime, reach: Reach) -> Reading:
    """The words by the pack in force on the day; what counts by each project's own pack."""
    pack = _pack_in_force(session, span.on, known)
    ids = list(session.execute(select(col(PolicyPack.id)).order_by(col(PolicyPack.id))).scalars())
    stages: dict[Role, dict[str, list[int]]] = {role: {} for role in ROLES}
    for pack_id in ids:
        own = pack_by_id(session, pack_id)
        for role in ROLES:
            if stage := own.stage_in_role(role):
                stages[role].setdefault(stage.key, []).append(pack_id)
    by_role = {
        role: tuple((key, tuple(packs)) for key, packs in found.items()) for role, found in stages.items()
    }
    return Reading(span, known, reach.within, pack, by_role, len(ids))


def _pack_in_force(session: Session, on: date, known: datetime) -> Pack:
    """The newest pack effective on the day that was active at the instant, so that an old reading stays what it was.

    Where none was active yet (a ledger older than the installation), the one that is in force for the day now.
    """
    query = (
        select(col(PolicyPack.id))
        .where(col(PolicyPack.effective_on) <= on, col(PolicyPack.activated_at) <= known)
        .order_by(col(PolicyPack.effective_on).desc(), col(PolicyPack.id).desc())
    )
    found = session.execute(query.limit(1)).scalar()
    return current_pack(session, on)[1] if found is None else pack_by_id(session, found)
