"""The one gate of every read: which projects an actor may see. Empty scope sees nothing."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from states.people.actor import Actor
from states.people.rights import RIGHTS
from states.people.tables import RegionClosure, Responsibility


def regions_under(top: tuple[int, ...]) -> ColumnElement[bool]:
    """For use over `region_closure.descendant_id`: the regions at or below the given ones."""
    return col(RegionClosure.ancestor_id).in_(top)


def scope(
    actor: Actor,
    project_id: ColumnElement[Any] | Mapped[Any],
    locality_id: ColumnElement[Any] | Mapped[Any],
    today: date,
    right: str = "see_projects",
) -> ColumnElement[bool]:
    """A WHERE clause over a project's id and locality columns.

    A regional role sees its subtree; a slot's holder sees the projects on which the slot is held today.
    """
    parts: list[ColumnElement[bool]] = []
    top = actor.regions(*RIGHTS[right])
    if top:
        parts.append(locality_id.in_(select(RegionClosure.descendant_id).where(regions_under(top))))
    if actor.has("specialist", "leader"):
        parts.append(project_id.in_(held(actor.person_id, today)))
    return or_(*parts) if parts else false()


def held(person_id: int, today: date, slot: str | None = None) -> SelectOfScalar[int]:
    """Ids of the projects on which a person holds a slot today, as a subquery."""
    query = select(Responsibility.project_id).where(
        Responsibility.person_id == person_id,
        Responsibility.from_on <= today,
        or_(col(Responsibility.to_on).is_(None), col(Responsibility.to_on) > today),
    )
    return query if slot is None else query.where(Responsibility.slot == slot)
