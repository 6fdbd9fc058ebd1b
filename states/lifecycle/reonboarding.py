"""Clocks of projects that a later ledger corrects or advances: what is done is closed, the rest derived anew.

Done steps are done on the day they occurred; a step passed over without a date lapses; newly opened ones count as
imported, so that what is overdue on that day is backlog.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from states.lifecycle.onboarding import imported_clock, owed, tracked
from states.lifecycle.queue import REPORT
from states.lifecycle.tables import Request
from states.policy.schema import Pack
from states.projects.gaps import fill_gaps
from states.projects.intake_change import Plan
from states.projects.intake_report import Change
from states.projects.intake_write import Frame
from states.projects.ledger import Refusal
from states.projects.missing import DATE
from states.projects.tables import Project
from states.projects.tables_on_paper import ON
from states.tasks.circumstances import agreed_dates, circumstances, run_of
from states.tasks.deadlines import close_task, open_task
from states.tasks.due import Circumstances, derive
from states.tasks.ladder import rungs_of
from states.tasks.promises import ladder_kept
from states.tasks.rungs import batch_day, ladder_start, next_on
from states.tasks.steps import STEP_SLOT, rederive, step_tasks
from states.tasks.tables import Task
from states.workdays import Calendar


def reports_waiting(session: Session, ids: Sequence[int]) -> dict[int, set[int]]:
    """Project id → its tasks whose report waits for 核定."""
    query = columns(col(Request.project_id), col(Request.task_id)).where(
        col(Request.project_id).in_(ids), col(Request.kind) == REPORT, col(Request.outcome).is_(None)
    )
    found: dict[int, set[int]] = {}
    for project_id, task_id in session.execute(query):
        found.setdefault(project_id, set()).add(task_id)
    return found


def refuse_waiting(plan: Plan, waiting: Iterable[int]) -> Refusal | None:
    """While a report waits for 核定 the ledger does not overtake it."""
    moved = [*plan.new_days, *plan.corrected]
    if not moved or not list(waiting):
        return None
    why = "该项目有待核定的上报：请先核定或退回，再导入新的日期"
    return plan.entry.refuse(ON + moved[0], why)


def kinds_ever(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """Project id → kinds of which it ever had a step task."""
    query = columns(col(Task.project_id), col(Task.kind)).where(
        col(Task.project_id).in_(ids), col(Task.batch) == ""
    )
    found: dict[int, set[str]] = {}
    for project_id, kind in session.execute(query):
        found.setdefault(project_id, set()).add(kind)
    return found


def unclocked(pack: Pack, plan: Plan, ever: Container[str]) -> bool:
    """Whether the ledger now has a column for a sub-milestone that is owed, has a due date and never had a clock."""
    kinds = [
        kind
        for kind in owed(pack, plan.stage, plan.reached)
        if kind not in pack.stage_keys and kind not in ever and tracked(pack, kind, plan.entry.asked)
    ]
    if not kinds or plan.detail.standing != "active":
        return False
    facts = {**plan.detail.facts, **plan.facts}
    attributes = {**plan.detail.attributes, **plan.attributes}
    known = Circumstances(
        reached=plan.reached,
        amount_yuan=facts["amount_yuan"],
        land=facts["land"],
        kind=facts["kind"],
        agreed=agreed_dates(attributes),
    )
    return any(derive(pack, kind, known, Calendar.national()) is not None for kind in kinds)


def move_clocks(
    session: Session, frame: Frame, pack: Pack, plan: Plan, waiting: Iterable[int]
) -> list[Change]:
    """Let a project's tasks follow what its row changed; returns the clocks that this opened on sub-milestones."""
    project = session.get_one(Project, plan.detail.project_id, populate_existing=True)
    _redate_done(session, plan)
    _close(session, frame, pack, plan)
    if project.standing in ("terminated", "replaced"):
        return []
    frozen = set(waiting)
    if project.standing == "suspended":
        frozen = {
            task.id for task in step_tasks(session, pack, plan.detail.project_id) if task.id is not None
        }
    moved = rederive(session, frame.actor, frame.as_of, pack, project, frame.today, waiting=frozen)
    if "amount_yuan" in plan.facts:
        others = [task for task in step_tasks(session, pack, plan.detail.project_id) if task not in moved]
        _reladder(session, pack, plan, others, frozen)
    session.flush()
    return _open(session, frame, pack, plan) if project.standing == "active" else []


def _redate_done(session: Session, plan: Plan) -> None:
    """A step that an import closed was done on the day that is now known to be the right one."""
    for node, day in plan.corrected.items():
        query = select(Task).where(
            Task.project_id == plan.detail.project_id,
            Task.kind == node,
            Task.done_on == plan.detail.milestones[node].day.on,
        )
        for task in session.exec(query):
            task.done_on = day.on


def _close(session: Session, frame: Frame, pack: Pack, plan: Plan) -> None:
    reached = plan.reached
    passed = set(pack.stage_keys[: pack.stage_keys.index(plan.stage) + 1])
    for task in step_tasks(session, pack, plan.detail.project_id):
        if task.kind in reached:
            done_on = reached[task.kind].on
            close_task(session, frame.actor, frame.as_of, task, done_on=done_on, outcome="done")
        elif task.kind in passed or _clockless(session, pack, task):
            close_task(session, frame.actor, frame.as_of, task, done_on=None, outcome="lapsed")


def _clockless(session: Session, pack: Pack, task: Task) -> bool:
    assert task.project_id is not None
    facts = circumstances(session, task.project_id, task.kind)
    return derive(pack, task.kind, facts, Calendar.national()) is None


def _reladder(session: Session, pack: Pack, plan: Plan, tasks: Iterable[Task], frozen: set[Any]) -> None:
    """Another amount may climb another ladder by the same date."""
    amount, calendar = plan.facts["amount_yuan"], Calendar.national()
    for task in tasks:
        if task.backlog:
            lead = pack.is_lead_task(task.kind)
            batch = batch_day(pack, task.opened_on, amount, lead=lead, calendar=calendar)
            task.ladder_from_on = ladder_kept(session, task, batch)
        else:
            task.ladder_from_on = ladder_start(task.due_on, task.opened_on)
        if task.id not in frozen:
            task.next_rung_on = next_on(rungs_of(pack, task, amount, calendar), task.rung)


def _open(session: Session, frame: Frame, pack: Pack, plan: Plan) -> list[Change]:
    project_id, run = plan.detail.project_id, run_of(session, plan.detail.project_id)
    amount = plan.facts.get("amount_yuan", plan.detail.facts["amount_yuan"])
    opened = []
    for kind in _unopened(session, pack, plan, run):
        due = derive(pack, kind, circumstances(session, project_id, kind), Calendar.national())
        if due is None:
            continue
        open_task(
            session,
            frame.actor,
            frame.as_of,
            imported_clock(frame, kind, due, amount, pack),
            kind=kind,
            ladder=pack.ladder_of(kind),
            project_id=project_id,
            slot=STEP_SLOT,
            run=run,
        )
        if kind not in pack.stage_keys:
            fill_gaps(session, frame.as_of, project_id, kind, [DATE])
            opened.append(_told(pack, plan, kind, due.due_on.isoformat()))
    return opened


def _unopened(session: Session, pack: Pack, plan: Plan, run: int) -> Iterator[str]:
    query = select(Task.kind).where(
        Task.project_id == plan.detail.project_id, Task.batch == "", Task.run == run
    )
    had = set(session.exec(query))
    for kind in owed(pack, plan.stage, plan.reached):
        if kind not in had and tracked(pack, kind, plan.entry.asked):
            yield kind


def _told(pack: Pack, plan: Plan, kind: str, due_on: str) -> Change:
    row, name = plan.entry.row, plan.detail.facts["name"]
    cell = row.cells.get(ON + kind, f"{row.row}")
    label = f"{pack.milestone_of(kind).label}期限"
    return Change(name, plan.detail.project_id, label, None, f"{due_on} 前", row.sheet, cell)
