"""The tasks of a project's steps and sub-milestones: opened with their clock, derived anew when facts change.

A step's kind is the key of the stage it leads to; a sub-milestone's is its own. The project's specialist owes both.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from states.people.actor import Actor
from states.people.responsibility import SPECIALIST
from states.policy.schema import Pack
from states.projects.facts import latest, milestones
from states.projects.tables import Project
from states.tasks.circumstances import circumstances, run_of
from states.tasks.deadlines import Clock, clock, move_due, open_task, open_tasks
from states.tasks.due import Due, derive
from states.tasks.ladder import rungs_of, void_unearned
from states.tasks.promises import ladder_kept
from states.tasks.rungs import next_on
from states.tasks.tables import Task
from states.workdays import Calendar

STEP_SLOT = SPECIALIST


def step_tasks(session: Session, pack: Pack, project_id: int) -> list[Task]:
    """The project's open tasks that are steps or sub-milestones of its pack."""
    kinds = {*pack.stage_keys, *(node.key for node in pack.milestone)}
    return [task for task in open_tasks(session, project_id) if task.kind in kinds and not task.batch]


def step_task(session: Session, project_id: int, kind: str) -> Task | None:
    """The open task of that step or sub-milestone."""
    query = select(Task).where(
        Task.project_id == project_id, Task.kind == kind, Task.batch == "", col(Task.closed_at).is_(None)
    )
    return session.exec(query).first()


def kinds_from(pack: Pack, stage: str) -> tuple[str, ...]:
    """What opens when a stage is entered: the next step, and the sub-milestones that begin there."""
    onward = pack.next_stage(stage)
    begin = tuple(node.key for node in pack.milestone if node.from_ == stage)
    return ((onward.key,) if onward else ()) + begin


def open_steps(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    project_id: int,
    kinds: tuple[str, ...],
    today: date,
) -> list[Task]:
    """Open the tasks of these kinds that have a clock, are not reached and not open already."""
    reached = milestones(session, project_id)
    run = run_of(session, project_id)
    opened = []
    for kind in kinds:
        if kind in reached or step_task(session, project_id, kind) is not None:
            continue
        due = derive(pack, kind, circumstances(session, project_id, kind), Calendar.national())
        if due is not None:
            opened.append(_open(session, actor, now, pack, project_id, kind, due, run, today))
    return opened


def _open(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    project_id: int,
    kind: str,
    due: Due,
    run: int,
    today: date,
) -> Task:
    made = _clock(pack, kind, due, latest(session, project_id).amount_yuan, opened_on=today, imported=False)
    return open_task(
        session,
        actor,
        now,
        made,
        kind=kind,
        ladder=pack.ladder_of(kind),
        project_id=project_id,
        slot=STEP_SLOT,
        run=run,
    )


def _clock(pack: Pack, kind: str, due: Due, amount_yuan: int, *, opened_on: date, imported: bool) -> Clock:
    return clock(
        pack,
        due,
        ladder=pack.ladder_of(kind),
        lead=pack.is_lead_task(kind),
        amount_yuan=amount_yuan,
        opened_on=opened_on,
        imported=imported,
        calendar=Calendar.national(),
    )


def rederive(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    project: Project,
    today: date,
    *,
    waiting: Collection[int] = (),
    source: str | None = None,
    request_id: int | None = None,
) -> list[Task]:
    """Derive the dates of the project's open steps anew from what is believed now; returns those that moved.

    A moved date voids the rungs that it no longer earns. The ladders of the tasks `waiting` (a report waits, the
    project is suspended) stay frozen.
    """
    assert project.id is not None
    return [
        task
        for task in step_tasks(session, pack, project.id)
        if _rederived(session, actor, now, pack, project, task, today, task.id in waiting, source, request_id)
    ]


def _rederived(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    project: Project,
    task: Task,
    today: date,
    frozen: bool,
    source: str | None,
    request_id: int | None,
) -> bool:
    assert project.id is not None
    due = derive(pack, task.kind, circumstances(session, project.id, task.kind), Calendar.national())
    if due is None or (due.due_on == task.due_on and due.clause == task.clause):
        return False
    amount = latest(session, project.id).amount_yuan
    imported = task.backlog or (task.run == 1 and task.opened_on == project.imported_on)
    made = _clock(pack, task.kind, due, amount, opened_on=task.opened_on, imported=imported)
    event_id = move_due(session, actor, now, task, made, source=source, request_id=request_id)
    if event_id is None:
        return False
    task.ladder_from_on = ladder_kept(session, task, made.ladder_from_on)
    rungs = rungs_of(pack, task, amount, Calendar.national())
    void_unearned(session, task, rungs, today, event_id)
    task.next_rung_on = None if frozen else next_on(rungs, task.rung)
    return True
