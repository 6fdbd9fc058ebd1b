"""Who may touch a project: seen by scope (else NotFound), held by slot, covered by a role's region."""

from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.errors import Forbidden, NotFound, Stale
from states.people.actor import ROLES, Actor
from states.people.scope import regions_under, scope
from states.people.tables import Account, RegionClosure
from states.projects.tables import Project


def seen(session: Session, actor: Actor, project_id: int, today: date) -> Project:
    """The project, if it is in the actor's scope today. NotFound otherwise, whether it exists or not."""
    query = select(Project).where(
        Project.id == project_id, scope(actor, col(Project.id), col(Project.locality_id), today)
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound("没有这个项目，或不在您的权限范围内。")
    return found


def covers(session: Session, actor: Actor, locality_id: int, *roles: str) -> bool:
    """Whether the actor holds one of the roles over that locality."""
    top = actor.regions(*roles)
    query = select(RegionClosure.descendant_id).where(
        RegionClosure.descendant_id == locality_id, regions_under(top)
    )
    return bool(top) and session.exec(query).first() is not None


def require_over(session: Session, actor: Actor, locality_id: int, role: str) -> None:
    """Forbidden unless the actor holds the role over that locality."""
    if not covers(session, actor, locality_id, role):
        raise Forbidden(f"“{actor.name}”无权办理：须由本属地的“{ROLES[role]}”办理。")


def another_person(session: Session, actor: Actor, account_id: int) -> None:
    """Forbidden when the account is the actor's own, or another account of the same person."""
    asker = session.get_one(Account, account_id)
    if account_id == actor.account_id or asker.person_id == actor.person_id:
        raise Forbidden("申请人不能核定自己的申请，请由他人办理。")


def claim(session: Session, project: Project, version: int | None) -> Project:
    """Take the project for this transaction's change: compare-and-set on its version, which goes up by one.

    `version` is what the client last saw; None takes whatever is current. Stale with the current one otherwise.
    """
    update_it = update(Project).where(col(Project.id) == project.id)
    if version is not None:
        update_it = update_it.where(col(Project.version) == version)
    done = session.execute(
        update_it.values(version=Project.version + 1).execution_options(synchronize_session=False)
    )
    session.refresh(project)
    if getattr(done, "rowcount", 0) == 0:
        raise Stale(
            f"项目已被他人更新（现为第 {project.version} 版），请刷新后重试。", version=project.version
        )
    return project
