"""A project as a person names it on the command line: its id, its contract number or its exact name."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from states.errors import NotAllowedNow, NotFound
from states.people.actor import Actor
from states.people.scope import scope
from states.projects.tables import Project, ProjectRevision


def project_id(session: Session, actor: Actor, today: date, named: str) -> int:
    """Its id, within the actor's scope. NotFound; NotAllowedNow where several bear the name."""
    mine = scope(actor, col(Project.id), col(Project.locality_id), today)
    if named.isascii() and named.isdigit() and len(named) < 10:
        found = session.execute(select(col(Project.id)).where(mine, col(Project.id) == int(named))).scalar()
        if found is not None:
            return int(found)
    for column in (col(ProjectRevision.contract_no), col(ProjectRevision.name)):
        query = (
            select(col(Project.id))
            .join(ProjectRevision, col(ProjectRevision.project_id) == col(Project.id))
            .where(mine, column == named, col(ProjectRevision.superseded_at).is_(None))
            .where(col(ProjectRevision.to_on).is_(None))
        )
        ids = sorted(set(session.execute(query).scalars()))
        if len(ids) > 1:
            raise NotAllowedNow(
                f"有 {len(ids)} 个项目名为“{named}”，请改用编号：{'、'.join(map(str, ids))}。"
            )
        if ids:
            return int(ids[0])
    raise NotFound(f"没有项目“{named}”，或不在您的权限范围内。")
