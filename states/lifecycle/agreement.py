"""The present held against its history: what `zlf doctor` proves (default: nothing to say).

Streams in batches, a few statements each, so that 100,000 projects fit in little memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from states.bulk import batches
from states.events import Event
from states.lifecycle.queue import REPORT
from states.lifecycle.tables import Request
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.policy.tables import PolicyPack
from states.projects.facts import stage_of
from states.projects.ledger import Day
from states.projects.tables import Milestone, Project, ProjectRevision
from states.tasks.circumstances import RESTARTS, agreed_dates
from states.tasks.due import Circumstances, derive
from states.tasks.tables import Deadline, Suspension, Task
from states.workdays import Calendar

BATCH = 2000
DERIVED = ("pack", "contract", "extension", "suspension")


def disagreements(session: Session) -> list[str]:
    """Every place where present and history disagree, in Chinese; empty when all is well."""
    ids = [pack_id for pack_id in session.scalars(select(col(PolicyPack.id))) if pack_id is not None]
    packs = {pack_id: pack_by_id(session, pack_id) for pack_id in ids}
    return [
        *_stages(session, packs),
        *_standings(session),
        *_dates(session),
        *_derivations(session, packs),
        *_ladders(session),
    ]


def _stages(session: Session, packs: dict[int, Pack]) -> Iterator[str]:
    """Project.stage = the furthest believed milestone that the pack lists."""
    believed = and_(col(Milestone.project_id) == col(Project.id), col(Milestone.superseded_at).is_(None))
    rows = session.execute(
        select(col(Project.id), col(Project.pack_id), col(Project.stage), col(Milestone.kind))
        .outerjoin(Milestone, believed)
        .order_by(col(Project.id))
        .execution_options(yield_per=BATCH)
    )
    for (project_id, pack_id, stage), reached in groupby(rows, key=lambda row: (row[0], row[1], row[2])):
        proven = stage_of(packs[pack_id], (row[3] for row in reached))
        if proven != stage:
            yield f"项目 {project_id}：阶段记为“{stage}”，而已核定的节点为“{proven or '无'}”。"


def _standings(session: Session) -> Iterator[str]:
    """Standing and locality = those of the one believed revision that is open."""
    revision = ProjectRevision
    open_one = and_(
        col(revision.project_id) == col(Project.id),
        col(revision.superseded_at).is_(None),
        col(revision.to_on).is_(None),
    )
    rows = session.execute(
        select(
            col(Project.id),
            func.count(col(revision.id)),
            func.min(col(revision.standing)),
            col(Project.standing),
            func.min(col(revision.locality_id)),
            col(Project.locality_id),
        )
        .outerjoin(revision, open_one)
        .group_by(col(Project.id), col(Project.standing), col(Project.locality_id))
        .having(
            or_(
                func.count(col(revision.id)) != 1,
                func.min(col(revision.standing)) != col(Project.standing),
                func.min(col(revision.locality_id)) != col(Project.locality_id),
            )
        )
        .order_by(col(Project.id))
    )
    for project_id, count, known, standing, place, locality in rows:
        if count != 1:
            yield f"项目 {project_id}：现行资料有 {count} 条，应为 1 条。"
        elif known != standing:
            yield f"项目 {project_id}：状态记为“{standing}”，而资料为“{known}”。"
        else:
            yield f"项目 {project_id}：属地记为 {locality}，而资料为 {place}。"


def _dates(session: Session) -> Iterator[str]:
    """Task.due_on = its believed deadline row."""
    believed = and_(col(Deadline.task_id) == col(Task.id), col(Deadline.superseded_at).is_(None))
    rows = session.execute(
        select(col(Task.id), col(Task.due_on), col(Deadline.due_on))
        .outerjoin(Deadline, believed)
        .where(or_(col(Deadline.id).is_(None), col(Deadline.due_on) != col(Task.due_on)))
        .order_by(col(Task.id))
    )
    for task_id, due_on, known in rows:
        yield f"事项 {task_id}：到期日记为 {due_on}，而期限记录为 {known or '无'}。"


def _ladders(session: Session) -> Iterator[str]:
    """Nothing fires for what is closed, suspended or waiting for 核定."""
    waits = select(col(Request.task_id)).where(
        col(Request.kind) == REPORT, col(Request.outcome).is_(None), col(Request.task_id).is_not(None)
    )
    rows = session.scalars(
        select(col(Task.id))
        .outerjoin(Project, col(Project.id) == col(Task.project_id))
        .where(
            col(Task.next_rung_on).is_not(None),
            or_(col(Task.closed_at).is_not(None), col(Project.standing) != "active", col(Task.id).in_(waits)),
        )
        .order_by(col(Task.id))
    )
    for task_id in rows:
        yield f"事项 {task_id}：已办结、暂停或待核定，却仍排有督办级次。"


@dataclass(slots=True)
class _Facts:
    """What the deadlines of a batch of projects depend on, read in a few statements."""

    reached: dict[int, dict[str, Day]] = field(default_factory=lambda: defaultdict(dict))
    restarts: dict[int, date] = field(default_factory=dict)
    suspended: dict[tuple[int, str], list[tuple[date, date]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    extended: set[int] = field(default_factory=set)


def _derivations(session: Session, packs: dict[int, Pack]) -> Iterator[str]:
    """The date of an open step = what the pack makes of the facts believed now."""
    calendar = Calendar.national()
    for rows in _open_steps(session):
        facts = _facts(session, rows)
        for row in rows:
            pack = packs[row.pack_id]
            if row.step not in pack.stage_keys and row.step not in {node.key for node in pack.milestone}:
                continue
            due = derive(pack, row.step, _circumstances(facts, row), calendar)
            if due is None or due.due_on != row.due_on:
                yield f"事项 {row.id}：到期日记为 {row.due_on}，按规则应为 {due.due_on if due else '无期限'}。"


def _open_steps(session: Session) -> Iterator[Sequence[Any]]:
    revision = ProjectRevision
    query = (
        select(
            col(Task.id),
            col(Task.project_id),
            col(Task.kind).label("step"),
            col(Task.due_on),
            col(Task.raw_on),
            col(Project.pack_id),
            col(revision.amount_yuan),
            col(revision.land),
            col(revision.kind),
            col(revision.attributes),
        )
        .join(Project, col(Project.id) == col(Task.project_id))
        .join(
            revision,
            and_(
                col(revision.project_id) == col(Project.id),
                col(revision.superseded_at).is_(None),
                col(revision.to_on).is_(None),
            ),
        )
        .join(Deadline, and_(col(Deadline.task_id) == col(Task.id), col(Deadline.superseded_at).is_(None)))
        .where(col(Task.closed_at).is_(None), col(Task.batch) == "", col(Deadline.source).in_(DERIVED))
        .order_by(col(Task.id))
        .limit(BATCH)
    )
    last = 0
    while rows := session.execute(query.where(col(Task.id) > last)).all():
        yield rows
        last = rows[-1].id


def _facts(session: Session, rows: Sequence[Any]) -> _Facts:
    found = _Facts()
    tasks = [row.id for row in rows]
    for some in batches(sorted({row.project_id for row in rows}), BATCH):
        _read_milestones(session, some, found)
        _read_pauses(session, some, found)
    query = select(col(Deadline.task_id)).where(
        col(Deadline.task_id).in_(tasks), col(Deadline.source) == "extension"
    )
    found.extended = set(session.scalars(query))
    return found


def _read_milestones(session: Session, projects: Iterable[int], found: _Facts) -> None:
    reached = select(
        col(Milestone.project_id), col(Milestone.kind), col(Milestone.occurred_on), col(Milestone.precision)
    ).where(col(Milestone.project_id).in_(projects), col(Milestone.superseded_at).is_(None))
    for project_id, kind, on, precision in session.execute(reached):
        found.reached[project_id][kind] = Day(on, "month" if precision == "month" else "day")
    again = (
        select(col(Event.project_id), col(Event.occurred_on))
        .where(col(Event.project_id).in_(projects), col(Event.kind).in_(RESTARTS))
        .order_by(col(Event.id))
    )
    for project_id, restarted_on in session.execute(again):
        if project_id is not None and restarted_on is not None:
            found.restarts[project_id] = restarted_on


def _read_pauses(session: Session, projects: Iterable[int], found: _Facts) -> None:
    pauses = select(
        col(Suspension.project_id), col(Suspension.kind), col(Suspension.from_on), col(Suspension.to_on)
    ).where(
        col(Suspension.project_id).in_(projects),
        col(Suspension.to_on).is_not(None),
        col(Suspension.superseded_at).is_(None),
    )
    for project_id, kind, begin, end in session.execute(pauses):
        if end is not None:
            found.suspended[project_id, kind].append((begin, end))


def _circumstances(facts: _Facts, row: Any) -> Circumstances:
    return Circumstances(
        reached=facts.reached[row.project_id],
        amount_yuan=row.amount_yuan,
        land=row.land,
        kind=row.kind,
        agreed=agreed_dates(row.attributes),
        restarted_on=facts.restarts.get(row.project_id),
        extended_to=row.raw_on if row.id in facts.extended else None,
        suspended=tuple(facts.suspended[row.project_id, row.step]),
    )
