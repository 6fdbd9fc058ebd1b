"""A project's story as values: what was reached, asked, decided, moved and fired, and who answered for it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from states.lifecycle.machine import label
from states.lifecycle.tables import Request
from states.people.tables import Account, Person, Responsibility, Unit
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.projects.ledger import Precision
from states.projects.tables import Milestone, Project
from states.tasks.tables import Deadline, Escalation, Task


@dataclass(frozen=True, slots=True)
class Reached:
    """A milestone with its three dates; superseded ones stay visible with the reason."""

    kind: str
    label: str
    run: int
    occurred_on: date
    precision: Precision
    reported_at: datetime
    approved_at: datetime
    superseded_at: datetime | None
    superseded_why: str | None
    evidence: dict[str, Any]
    request_id: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its outcome (None: waits) and the names of who asked and who decided."""

    id: int
    kind: str
    trigger: str
    label: str
    evidence: dict[str, Any]
    occurred_on: date
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that a task has had to meet; `superseded_at` None: it is the one in force."""

    due_on: date
    source: str
    clause: str
    known_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fired:
    """A rung fired, or recorded as passed (补记); `void`: a moved date took it back."""

    rung: str
    earned_on: date
    fired_on: date
    recorded: bool
    void: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A task of the project with its dates, first to last, and its rungs."""

    id: int
    kind: str
    label: str
    run: int
    start_on: date
    opened_on: date
    due_on: date
    provisional: bool
    backlog: bool
    done_on: date | None
    outcome: str | None
    deadlines: tuple[Dated, ...]
    rungs: tuple[Fired, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Who held a slot, half open."""

    slot: str
    name: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything, each list in the order in which it came to be known."""

    milestones: tuple[Reached, ...] = ()
    requests: tuple[Asked, ...] = ()
    tasks: tuple[Owed, ...] = ()
    slots: tuple[Held, ...] = field(default=())


def timeline(session: Session, project: Project) -> Timeline:
    """The project's story. The caller has looked whether the actor may see the project."""
    assert project.id is not None
    pack = pack_by_id(session, project.pack_id)
    return Timeline(
        _milestones(session, pack, project.id),
        _requests(session, pack, project.id),
        _tasks(session, pack, project.id),
        _slots(session, project.id),
    )


def _milestones(session: Session, pack: Pack, project_id: int) -> tuple[Reached, ...]:
    rows = session.scalars(
        select(Milestone).where(col(Milestone.project_id) == project_id).order_by(col(Milestone.id))
    )
    return tuple(
        Reached(
            row.kind,
            _label(pack, row.kind),
            row.run,
            row.occurred_on,
            "month" if row.precision == "month" else "day",
            row.reported_at,
            row.known_at,
            row.superseded_at,
            row.superseded_why,
            row.evidence,
            row.request_id,
        )
        for row in rows
    )


def _requests(session: Session, pack: Pack, project_id: int) -> tuple[Asked, ...]:
    rows = list(
        session.scalars(
            select(Request).where(col(Request.project_id) == project_id).order_by(col(Request.id))
        )
    )
    names = _names(session, {row.requested_by for row in rows} | {row.decided_by or 0 for row in rows})
    return tuple(
        Asked(
            row.id or 0,
            row.kind,
            row.trigger,
            label(pack, row.trigger),
            row.evidence,
            row.occurred_on,
            names.get(row.requested_by, ""),
            row.requested_at,
            names.get(row.decided_by or 0),
            row.decided_at,
            row.outcome,
            row.reason,
        )
        for row in rows
    )


def _names(session: Session, accounts: set[int]) -> dict[int, str]:
    query = select(col(Account.id), col(Person.name)).join(Person, col(Person.id) == col(Account.person_id))
    rows = session.execute(query.where(col(Account.id).in_(accounts)))
    return {account_id: name for account_id, name in rows if account_id is not None}


def _tasks(session: Session, pack: Pack, project_id: int) -> tuple[Owed, ...]:
    tasks = list(
        session.scalars(select(Task).where(col(Task.project_id) == project_id).order_by(col(Task.id)))
    )
    ids = [task.id for task in tasks]
    dated: dict[int, list[Dated]] = {}
    for row in session.scalars(
        select(Deadline).where(col(Deadline.task_id).in_(ids)).order_by(col(Deadline.id))
    ):
        dated.setdefault(row.task_id, []).append(
            Dated(row.due_on, row.source, row.clause, row.known_at, row.superseded_at)
        )
    fired: dict[int, list[Fired]] = {}
    for rung in session.scalars(
        select(Escalation).where(col(Escalation.task_id).in_(ids)).order_by(col(Escalation.id))
    ):
        fired.setdefault(rung.task_id, []).append(
            Fired(
                rung.rung,
                rung.earned_on,
                rung.fired_on,
                rung.recorded,
                rung.voided_by is not None,
                rung.clause,
            )
        )
    return tuple(_owed(pack, task, dated, fired) for task in tasks)


def _owed(pack: Pack, task: Task, dated: dict[int, list[Dated]], fired: dict[int, list[Fired]]) -> Owed:
    task_id = task.id or 0
    return Owed(
        task_id,
        task.kind,
        "核定" if task.kind == "approval" else pack.step_label(task.kind),
        task.run,
        task.start_on,
        task.opened_on,
        task.due_on,
        task.provisional,
        task.backlog,
        task.done_on,
        task.outcome,
        tuple(dated.get(task_id, ())),
        tuple(fired.get(task_id, ())),
    )


def _slots(session: Session, project_id: int) -> tuple[Held, ...]:
    rows = session.execute(
        select(
            col(Responsibility.slot),
            col(Person.name),
            col(Unit.name),
            col(Responsibility.from_on),
            col(Responsibility.to_on),
        )
        .outerjoin(Person, col(Person.id) == col(Responsibility.person_id))
        .outerjoin(Unit, col(Unit.id) == col(Responsibility.unit_id))
        .where(col(Responsibility.project_id) == project_id)
        .order_by(col(Responsibility.from_on), col(Responsibility.id))
    )
    return tuple(Held(slot, person or unit, from_on, to_on) for slot, person, unit, from_on, to_on in rows)


def _label(pack: Pack, kind: str) -> str:
    """The node's label; its key where a later pack has dropped it."""
    known = {stage.key: stage.label for stage in pack.stage} | {
        node.key: node.label for node in pack.milestone
    }
    return known.get(kind, kind)
