"""Projects as a list: what an actor may see, filtered, in pages, each with its step, its date and its light."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlmodel import Session, col

from states.people.actor import Actor
from states.people.scope import scope
from states.people.tables import Region, RegionClosure
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.policy.tables import PolicyPack
from states.projects.tables import Investor, Project, ProjectInvestor, ProjectRevision
from states.tasks.lights import Light, light, shows
from states.tasks.tables import Task
from states.workdays import Calendar

Sort = Literal["id", "amount", "due"]
NEVER = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters, all of which must hold. `locality` is a region's name and holds for those below it.

    `sort` id: as entered; amount: largest first; due: earliest first, without a date last.
    `after`: (sort value, id) of the last line seen.
    """

    stage: str | None = None
    standing: str | None = None
    locality: str | None = None
    amount_from_yuan: int | None = None
    amount_below_yuan: int | None = None
    light: str | None = None
    overdue: bool | None = None
    project_id: int | None = None
    text: str | None = None
    sort: Sort = "id"
    after: tuple[Any, int] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One project. Without an open step (terminated, at the last stage) `step`, `due_on` and `light` are None."""

    id: int
    version: int
    name: str
    contract_no: str | None
    locality: str
    amount_yuan: int
    stage: str
    stage_label: str
    standing: str
    step: str | None
    due_on: date | None
    provisional: bool
    days_late: int
    light: Light | None

    def position(self, sort: Sort) -> tuple[Any, int]:
        """Where this line stands in the list: what `Wanted.after` takes."""
        keys: dict[Sort, Any] = {"id": self.id, "amount": self.amount_yuan, "due": self.due_on or NEVER}
        return keys[sort], self.id


def portfolio(session: Session, actor: Actor, today: date, wanted: Wanted) -> list[Line]:
    """One page of the actor's projects."""
    packs = {row.id: pack_by_id(session, row.id) for row in session.execute(select(col(PolicyPack.id)))}
    where = [scope(actor, col(Project.id), col(Project.locality_id), today), *_filters(packs, today, wanted)]
    query = _lines(packs).where(*where)
    order, after = _order(wanted)
    if after is not None:
        query = query.where(after)
    rows = session.execute(query.order_by(*order, col(Project.id)).limit(wanted.limit)).all()
    return [_line(packs, row, today) for row in rows]


def _lines(packs: dict[int, Pack]) -> Any:
    steps = sorted({key for pack in packs.values() for key in pack.stage_keys})
    step = and_(
        col(Task.project_id) == col(Project.id),
        col(Task.closed_at).is_(None),
        col(Task.batch) == "",
        col(Task.kind).in_(steps),
    )
    revision = and_(
        col(ProjectRevision.project_id) == col(Project.id),
        col(ProjectRevision.superseded_at).is_(None),
        col(ProjectRevision.to_on).is_(None),
    )
    return (
        select(
            Project,
            col(ProjectRevision.name).label("name"),
            col(ProjectRevision.contract_no).label("contract_no"),
            col(ProjectRevision.amount_yuan).label("amount_yuan"),
            col(Region.name).label("locality"),
            Task,
        )
        .join(ProjectRevision, revision)
        .join(Region, col(Region.id) == col(Project.locality_id))
        .outerjoin(Task, step)
    )


def _filters(packs: dict[int, Pack], today: date, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.project_id is not None:
        found.append(col(Project.id) == wanted.project_id)
    if wanted.stage is not None:
        found.append(col(Project.stage) == wanted.stage)
    if wanted.standing is not None:
        found.append(col(Project.standing) == wanted.standing)
    if wanted.locality is not None:
        found.append(col(Project.locality_id).in_(_under(wanted.locality)))
    if wanted.amount_from_yuan is not None:
        found.append(col(ProjectRevision.amount_yuan) >= wanted.amount_from_yuan)
    if wanted.amount_below_yuan is not None:
        found.append(col(ProjectRevision.amount_yuan) < wanted.amount_below_yuan)
    if wanted.overdue is not None:
        overdue = func.coalesce(col(Task.due_on), NEVER) < today
        found.append(overdue if wanted.overdue else ~overdue)
    if wanted.light is not None:
        found.append(_shining(packs, today, wanted.light))
    if wanted.text is not None:
        found.append(_speaks_of(wanted.text))
    return found


def _under(locality: str) -> Select[int]:
    return (
        select(col(RegionClosure.descendant_id))
        .join(Region, col(Region.id) == col(RegionClosure.ancestor_id))
        .where(col(Region.name) == locality)
    )


def _shining(packs: dict[int, Pack], today: date, key: str) -> ColumnElement[bool]:
    calendar = Calendar.national()
    by_pack = [
        and_(col(Project.pack_id) == pack_id, shows(pack, key, today, calendar))
        for pack_id, pack in packs.items()
    ]
    return and_(col(Project.standing) == "active", col(Task.id).is_not(None), or_(*by_pack))


def _speaks_of(text: str) -> ColumnElement[bool]:
    """Name, contract number or investor contain the text; `%` and `_` stand for themselves."""
    investors = (
        select(col(ProjectInvestor.project_id))
        .join(Investor, col(Investor.id) == col(ProjectInvestor.investor_id))
        .where(col(Investor.name).icontains(text, autoescape=True))
    )
    return or_(
        col(ProjectRevision.name).icontains(text, autoescape=True),
        func.coalesce(col(ProjectRevision.contract_no), "").icontains(text, autoescape=True),
        col(Project.id).in_(investors),
    )


def _order(wanted: Wanted) -> tuple[list[Any], ColumnElement[bool] | None]:
    keys: dict[Sort, Any] = {
        "id": col(Project.id),
        "amount": -col(ProjectRevision.amount_yuan),
        "due": func.coalesce(col(Task.due_on), NEVER),
    }
    key = keys[wanted.sort]
    if wanted.after is None:
        return [key], None
    value, last_id = wanted.after
    bound = -value if wanted.sort == "amount" else value
    return [key], or_(key > bound, and_(key == bound, col(Project.id) > last_id))


def _line(packs: dict[int, Pack], row: Row[Any], today: date) -> Line:
    project, task = row.Project, row.Task
    pack = packs[project.pack_id]
    shining = task is not None and project.standing == "active"
    return Line(
        id=project.id,
        version=project.version,
        name=row.name,
        contract_no=row.contract_no,
        locality=row.locality,
        amount_yuan=row.amount_yuan,
        stage=project.stage,
        stage_label=pack.stage_of(project.stage).label,
        standing=project.standing,
        step=pack.step_label(task.kind) if task else None,
        due_on=task.due_on if task else None,
        provisional=bool(task and task.provisional),
        days_late=max(0, (today - task.due_on).days) if task else 0,
        light=light(pack, task, today, Calendar.national()) if shining else None,
    )
