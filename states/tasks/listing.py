"""Everything owed as of a day and an instant of knowledge: who owes it, since when it is late, how far it climbed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from states.bulk import batches
from states.events import Event
from states.people.actor import Actor
from states.people.directory import unit_of_kind
from states.people.responsibility import LEADER, SPECIALIST, UNIT, on_day
from states.people.scope import scope
from states.people.tables import Person, Region, Responsibility, Unit
from states.policy.active import current_pack, pack_by_id
from states.policy.schema import Pack
from states.policy.tables import PolicyPack
from states.projects.facts import believed
from states.projects.tables import Project, ProjectRevision
from states.tasks.tables import Deadline, Escalation, Suspension, Task

APPROVAL, APPROVAL_LABEL = "approval", "核定"
SUPERVISION = "督查室"
A_STATEMENT = 5_000  # ids in one IN (…); SQLite takes 32,766


@dataclass(frozen=True, slots=True)
class Standing:
    """The highest rung of a task that stands: when it was earned and when it fired or was recorded (补记)."""

    rung: str
    label: str
    earned_on: date
    fired_on: date
    recorded: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Owed:
    """One open task. `days_late` is 0 until the day after `due_on`, and while a suspension that came first lasts.

    `owner`: who holds the slot that day, else the responsible unit, else the supervision office. `clause` is the
    deadline's. `climbs`: whether the task has a ladder.
    """

    id: int
    project_id: int | None
    project: str
    amount_yuan: int
    kind: str
    step: str
    due_on: date
    provisional: bool
    days_late: int
    owner: str
    specialist: str | None
    leader: str | None
    unit: str | None
    locality_id: int | None
    locality: str
    backlog: bool
    climbs: bool
    clause: str
    standing: Standing | None

    def as_json(self) -> dict[str, Any]:
        """What `zlf tasks --json` prints for it."""
        return {
            "id": self.id,
            "project_id": self.project_id,
            "project": self.project,
            "step": self.step,
            "due_on": self.due_on.isoformat(),
            "provisional": self.provisional,
            "days_late": self.days_late,
            "owner": self.owner,
            "unit": self.unit,
            "locality": self.locality,
            "rung": self.standing.rung if self.standing else None,
            "backlog": self.backlog,
            "clause": self.clause,
        }


def overdue_tasks(
    session: Session,
    actor: Actor,
    on: date,
    known: datetime,
    overdue_only: bool = True,
    *,
    right: str = "see_projects",
    where: Sequence[ColumnElement[bool]] = (),
    limit: int | None = None,
) -> list[Owed]:
    """The open tasks in the actor's scope (by `right`), the longest overdue first; or only the overdue ones.

    Open: the task had a deadline at `known` and was not yet closed. Dates, names and holders are those of `on`.
    `where` narrows by clauses over task, deadline, project and unit; `limit` cuts (see `tasks.worklist`).
    """
    pack_id, _ = current_pack(session, on)
    query = _tasks(actor, on, known, overdue_only, right, pack_id)
    rows = session.execute(query.where(*where).limit(limit)).all()
    names = _names(session, on, known, rows)
    return [names.owed(row) for row in rows]


def _tasks(actor: Actor, on: date, known: datetime, overdue_only: bool, right: str, pack_id: int) -> Any:
    place = func.coalesce(col(Project.locality_id), col(Unit.region_id))
    stopped = _stopped(on, known).label("stopped")
    query = (
        select(
            col(Task.id),
            col(Task.project_id),
            col(Task.kind),
            col(Task.slot),
            col(Task.unit_id),
            col(Task.person_id),
            col(Task.provisional),
            col(Task.backlog),
            col(Task.ladder),
            col(Deadline.due_on),
            col(Deadline.clause),
            func.coalesce(col(Project.pack_id), pack_id).label("pack_id"),
            place.label("locality_id"),
            col(ProjectRevision.name),
            col(ProjectRevision.amount_yuan),
            stopped,
        )
        .join(Deadline, col(Deadline.task_id) == col(Task.id))
        .outerjoin(Project, col(Project.id) == col(Task.project_id))
        .outerjoin(Unit, col(Unit.id) == col(Task.unit_id))
        .outerjoin(ProjectRevision, _facts(on, known))
        .where(
            believed(col(Deadline.known_at), col(Deadline.superseded_at), known),
            or_(col(Task.closed_at).is_(None), col(Task.closed_at) > known),
            scope(actor, col(Task.project_id), place, on, right),
        )
        .order_by(col(Deadline.due_on), col(Task.id))
    )
    return query.where(col(Deadline.due_on) < on, ~_stopped(on, known)) if overdue_only else query


def _facts(on: date, known: datetime) -> ColumnElement[bool]:
    table = ProjectRevision
    return and_(
        col(table.project_id) == col(Task.project_id),
        believed(col(table.known_at), col(table.superseded_at), known),
        on_day(col(table.from_on), col(table.to_on), on),
    )


def _stopped(on: date, known: datetime) -> ColumnElement[bool]:
    """Whether a suspension that began before the date passed still lasts: its days will be added to the date."""
    table = Suspension
    return (
        select(col(table.id))
        .where(
            col(table.project_id) == col(Task.project_id),
            col(table.kind) == col(Task.kind),
            believed(col(table.known_at), col(table.superseded_at), known),
            on_day(col(table.from_on), col(table.to_on), on),
            col(table.from_on) <= col(Deadline.due_on),
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """What the rows refer to, fetched once."""

    on: date
    packs: Mapping[int, Pack]
    regions: Mapping[int, str]
    units: Mapping[int, str]
    people: Mapping[int, str]
    slots: Mapping[tuple[int, str], str]
    standing: Mapping[int, Standing]
    supervision: str

    def owed(self, row: Row[Any]) -> Owed:
        unit = self.slots.get((row.project_id, UNIT)) or self.units.get(row.unit_id)
        label = APPROVAL_LABEL if row.kind == APPROVAL else self.packs[row.pack_id].step_label(row.kind)
        return Owed(
            id=row.id,
            project_id=row.project_id,
            project=row.name or "",
            amount_yuan=row.amount_yuan or 0,
            kind=row.kind,
            step=label,
            due_on=row.due_on,
            provisional=row.provisional,
            days_late=0 if row.stopped else max(0, (self.on - row.due_on).days),
            owner=self._owner(row) or unit or self.supervision,
            specialist=self.slots.get((row.project_id, SPECIALIST)),
            leader=self.slots.get((row.project_id, LEADER)),
            unit=unit,
            locality_id=row.locality_id,
            locality=self.regions.get(row.locality_id, ""),
            backlog=row.backlog,
            climbs=row.ladder is not None,
            clause=row.clause,
            standing=self.standing.get(row.id),
        )

    def _owner(self, row: Row[Any]) -> str | None:
        if row.unit_id is not None:
            return self.units.get(row.unit_id)
        if row.person_id is not None:
            return self.people.get(row.person_id)
        return self.slots.get((row.project_id, row.slot))


def _names(session: Session, on: date, known: datetime, rows: Sequence[Row[Any]]) -> _Names:
    packs = _packs(session)
    orders = {row.id: packs[row.pack_id] for row in rows}
    people = {row.person_id for row in rows if row.person_id is not None}
    supervision = unit_of_kind(session, SUPERVISION)
    return _Names(
        on=on,
        packs=packs,
        regions=dict(_pairs(session, col(Region.id), col(Region.name))),
        units=dict(_pairs(session, col(Unit.id), col(Unit.name))),
        people=dict(_pairs(session, col(Person.id), col(Person.name), people)),
        slots=_slots(session, on, {row.project_id for row in rows if row.project_id is not None}),
        standing=_standing(session, on, known, orders),
        supervision=supervision.name if supervision else SUPERVISION,
    )


def _packs(session: Session) -> dict[int, Pack]:
    ids = session.execute(select(col(PolicyPack.id))).scalars()
    return {pack_id: pack_by_id(session, pack_id) for pack_id in ids}


def _pairs(session: Session, key: Any, value: Any, keys: Iterable[int] | None = None) -> Iterator[Any]:
    if keys is None:
        yield from session.execute(select(key, value))
        return
    for some in batches(sorted(keys), A_STATEMENT):
        yield from session.execute(select(key, value).where(key.in_(some)))


def _slots(session: Session, on: date, projects: Iterable[int]) -> dict[tuple[int, str], str]:
    """(project, slot) → the holders' names on that day."""
    table = Responsibility
    held = (
        select(col(table.project_id), col(table.slot), func.coalesce(col(Person.name), col(Unit.name)))
        .outerjoin(Person, col(Person.id) == col(table.person_id))
        .outerjoin(Unit, col(Unit.id) == col(table.unit_id))
        .where(
            on_day(col(table.from_on), col(table.to_on), on), col(table.slot).in_((LEADER, SPECIALIST, UNIT))
        )
        .order_by(col(table.id))
    )
    found: dict[tuple[int, str], str] = {}
    for some in batches(sorted(projects), A_STATEMENT):
        for project_id, slot, name in session.execute(held.where(col(table.project_id).in_(some))):
            before = found.get((project_id, slot))
            found[project_id, slot] = name if before is None else f"{before}、{name}"
    return found


def _standing(session: Session, on: date, known: datetime, packs: Mapping[int, Pack]) -> dict[int, Standing]:
    """Each task's highest rung, fired or recorded by that day and not voided as known then."""
    table, voiding = Escalation, aliased(Event)
    stands = (
        select(
            col(table.task_id),
            col(table.rung),
            col(table.earned_on),
            col(table.fired_on),
            col(table.recorded),
            col(table.clause),
        )
        .outerjoin(voiding, col(voiding.id) == col(table.voided_by))
        .where(col(table.fired_on) <= on, or_(col(table.voided_by).is_(None), col(voiding.at) > known))
    )
    found: dict[int, Standing] = {}
    for some in batches(sorted(packs), A_STATEMENT):
        for task_id, rung, *rest in session.execute(stands.where(col(table.task_id).in_(some))):
            rules = {rule.key: (place, rule.label) for place, rule in enumerate(packs[task_id].rung)}
            place, label = rules.get(rung, (-1, rung))
            before = found.get(task_id)
            if before is None or place > rules.get(before.rung, (-1, ""))[0]:
                found[task_id] = Standing(rung, label, *rest)
    return found
