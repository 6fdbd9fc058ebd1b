"""The queue as a list: what waits for a decision within an actor's scope, oldest first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, literal, or_, select
from sqlmodel import Session, col

from states.lifecycle.machine import label
from states.lifecycle.queue import APPROVAL
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.rights import RIGHTS
from states.people.scope import regions_under, scope
from states.people.tables import Account, Person, RegionClosure
from states.policy.active import pack_by_id
from states.projects.tables import Project, ProjectRevision
from states.tasks.tables import Task


@dataclass(frozen=True, slots=True)
class Waiting:
    """One undecided request. A lead's has no project yet: its name comes from the evidence."""

    id: int
    kind: str
    trigger: str
    label: str
    project_id: int | None
    project: str
    occurred_on: date
    requested_by: str
    requested_at: datetime
    due_on: date | None
    days_late: int


def pending(
    session: Session,
    actor: Actor,
    today: date,
    *,
    project_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Waiting]:
    """Undecided requests with an id above `after`."""
    query = _rows().where(col(Request.outcome).is_(None), col(Request.id) > after, _seen(actor, today))
    if project_id is not None:
        query = query.where(col(Request.project_id) == project_id)
    rows = session.execute(query.order_by(col(Request.id)).limit(limit)).all()
    return [_waiting(session, row, today) for row in rows]


def _rows() -> Any:
    deciding = and_(
        col(Task.kind) == APPROVAL,
        col(Task.batch) == literal("request-") + cast(col(Request.id), String),
        col(Task.closed_at).is_(None),
    )
    facts = and_(
        col(ProjectRevision.project_id) == col(Request.project_id),
        col(ProjectRevision.superseded_at).is_(None),
        col(ProjectRevision.to_on).is_(None),
    )
    return (
        select(
            Request,
            col(Project.pack_id).label("pack_id"),
            col(ProjectRevision.name).label("project"),
            col(Person.name).label("asker"),
            col(Task.due_on).label("due_on"),
        )
        .join(Account, col(Account.id) == col(Request.requested_by))
        .join(Person, col(Person.id) == col(Account.person_id))
        .outerjoin(Project, col(Project.id) == col(Request.project_id))
        .outerjoin(ProjectRevision, facts)
        .outerjoin(Task, deciding)
    )


def _seen(actor: Actor, today: date) -> ColumnElement[bool]:
    """Requests on projects in scope; a lead's by its locality, or by who asked."""
    place = col(Request.evidence)["locality_id"].as_integer()
    top = actor.regions(*RIGHTS["see_projects"])
    mine = select(col(RegionClosure.descendant_id)).where(regions_under(top))
    near = or_(col(Request.requested_by) == actor.account_id, place.in_(mine))
    return or_(
        and_(
            col(Request.project_id).is_not(None),
            scope(actor, col(Project.id), col(Project.locality_id), today),
        ),
        and_(col(Request.project_id).is_(None), near),
    )


def _waiting(session: Session, row: Row[Any], today: date) -> Waiting:
    request: Request = row.Request
    pack = pack_by_id(session, row.pack_id or request.evidence["pack_id"])
    return Waiting(
        id=request.id or 0,
        kind=request.kind,
        trigger=request.trigger,
        label=label(pack, request.trigger),
        project_id=request.project_id,
        project=row.project or str(request.evidence.get("name", "")),
        occurred_on=request.occurred_on,
        requested_by=row.asker,
        requested_at=request.requested_at,
        due_on=row.due_on,
        days_late=max(0, (today - row.due_on).days) if row.due_on else 0,
    )
