"""上报: the specialist says that a step or sub-milestone is done, with evidence. 核定 lets it count."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from states.errors import Forbidden, NotAllowedNow
from states.instants import day_of
from states.lifecycle.access import claim, seen
from states.lifecycle.effects import reach
from states.lifecycle.evidence import Checked, Known, check
from states.lifecycle.machine import canonical, move, node_of
from states.lifecycle.queue import REPORT, Asked, file, open_decision, settle
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.responsibility import SPECIALIST, holders, holds
from states.people.rights import require
from states.policy.active import pack_by_id
from states.policy.schema import Pack, Stage, SubMilestone
from states.projects.facts import latest, milestones
from states.projects.tables import Project
from states.tasks.ladder import freeze, rearm, rungs_of
from states.tasks.steps import step_task
from states.tasks.tables import Task
from states.workdays import Calendar


def report(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    trigger: str,
    evidence: Mapping[str, object],
    version: int | None = None,
) -> Request:
    """Report a step (the stage's trigger) or a sub-milestone (`done:<key>`, or its bare key).

    NotFound out of scope · Forbidden unless the actor is a specialist who holds the project's 项目专员 today · Stale ·
    NotAllowedNow (wrong stage, standing, already reported or reached) · EvidenceMissing, Malformed.
    While the report waits no rung fires. A pack without 核定 applies it at once.
    """
    today = day_of(now)
    project = seen(session, actor, project_id, today)
    require_specialist(session, actor, project_id, today)
    claim(session, project, version)
    pack = pack_by_id(session, project.pack_id)
    word = canonical(pack, trigger)
    move(pack, project.stage, project.standing, word)
    node = node_of(pack, word)
    if node is None:
        raise NotAllowedNow("退出与变更另行申请，不作为上报。")
    _not_reached(session, node, project_id)
    checked = check(session, pack, node, evidence, known_of(session, project, today))
    task = step_task(session, project_id, node.key)
    request = file(session, actor, now, project, _asked(word, checked, task))
    if pack.pack.approval == "none":
        settle(session, actor, now, request, "approved", via="none")
        reach(session, actor, now, pack, project, node.key, request)
    else:
        _wait(session, actor, now, pack, request, task)
    return request


def apply_report(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """What 核定 of a report does. The evidence is checked again: the world may have moved while it waited."""
    assert project.id is not None
    move(pack, project.stage, project.standing, request.trigger)
    node = node_of(pack, request.trigger)
    assert node is not None
    _not_reached(session, node, project.id)
    known = known_of(session, project, day_of(now))
    check(session, pack, node, {**request.evidence, "occurred_on": day_given(request)}, known)
    reach(session, actor, now, pack, project, node.key, request)


def day_given(request: Request) -> str:
    """The day of a request as it was written: a month without a day stays one."""
    on = request.occurred_on.isoformat()
    return on[:7] if request.precision == "month" else on


def resume_ladder(session: Session, pack: Pack, project: Project, request: Request) -> None:
    """After a return the clock counts as if it had never waited."""
    if request.task_id is None or project.standing != "active":
        return
    assert project.id is not None
    task = session.get_one(Task, request.task_id)
    if task.closed_at is None:
        amount = latest(session, project.id).amount_yuan
        rearm(task, rungs_of(pack, task, amount, Calendar.national()))


def known_of(session: Session, project: Project, today: date) -> Known:
    """What is known of a project, against which its evidence is held."""
    assert project.id is not None
    return Known(
        today=today,
        reached=milestones(session, project.id),
        land=latest(session, project.id).land,
        slots=frozenset(holder.slot for holder in holders(session, project.id, today)),
        project_id=project.id,
        locality_id=project.locality_id,
    )


def require_specialist(session: Session, actor: Actor, project_id: int, today: date) -> None:
    """Forbidden unless the actor is a specialist and holds the project's 项目专员 slot on the day."""
    require(actor, "report")
    if not holds(session, actor.person_id, project_id, SPECIALIST, today):
        raise Forbidden(f"“{actor.name}”不是本项目今日的项目专员，不能上报。")


def _asked(trigger: str, checked: Checked, task: Task | None) -> Asked:
    return Asked(REPORT, trigger, checked.values, checked.occurred, task)


def _not_reached(session: Session, node: Stage | SubMilestone, project_id: int) -> None:
    if node.key in milestones(session, project_id):
        raise NotAllowedNow(f"“{node.label}”已经核定，不必再报。")


def _wait(
    session: Session, actor: Actor, now: datetime, pack: Pack, request: Request, task: Task | None
) -> None:
    if task is not None:
        freeze(task)
    open_decision(session, actor, now, pack, request, "approver")
