"""What an approved milestone does to a project: history, facts, responsible parties, stage, tasks."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.errors import NotAllowedNow
from states.events import record
from states.instants import day_of
from states.lifecycle.evidence import PERSONS, UNITS
from states.lifecycle.queue import waiting_tasks
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.directory import find_person, find_unit
from states.people.responsibility import COOPERATING
from states.people.tables import Responsibility
from states.policy.schema import Pack
from states.projects.facts import milestones, revise, stage_of
from states.projects.gaps import fill_gaps
from states.projects.ledger import Day
from states.projects.missing import DATE, WHOLE
from states.projects.tables import Investor, Milestone, Project, ProjectInvestor
from states.tasks.circumstances import run_of
from states.tasks.deadlines import close_task
from states.tasks.steps import kinds_from, open_steps, rederive, step_task, step_tasks

COLUMN_OF = {
    "name": "name",
    "amount": "amount_yuan",
    "industry": "industry",
    "land": "land",
    "kind": "kind",
    "contract_no": "contract_no",
    "credit_code": "credit_code",
}
ELSEWHERE = frozenset({"investor", "locality", *PERSONS, *UNITS})


def reach(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, kind: str, request: Request
) -> None:
    """Believe a milestone from now on, with all that follows from it. The step was done on the day it was reported."""
    assert project.id is not None
    write_milestone(session, actor, now, project, kind, request)
    facts_from(session, actor, now, project, request.occurred_on, request.evidence)
    _fill(session, now, pack, project.id, kind, request.evidence)
    task = step_task(session, project.id, kind)
    if task is not None:
        close_task(session, actor, now, task, done_on=day_of(request.requested_at), outcome="done")
    before, project.stage = project.stage, stage_of(pack, milestones(session, project.id)) or project.stage
    session.flush()
    if project.stage != before or kind == pack.stage_keys[0]:
        open_steps(session, actor, now, pack, project.id, kinds_from(pack, project.stage), day_of(now))
    refresh(session, actor, now, pack, project, request_id=request.id)


def write_milestone(
    session: Session,
    actor: Actor,
    now: datetime,
    project: Project,
    kind: str,
    request: Request,
    occurred: Day | None = None,
) -> None:
    """The milestone with its three dates: 发生 (the request's unless given), 上报, 核定."""
    assert project.id is not None
    on, precision = (
        (occurred.on, occurred.precision) if occurred else (request.occurred_on, request.precision)
    )
    run = run_of(session, project.id)
    event_id = record(
        session,
        "milestone_reached",
        actor_id=actor.account_id,
        at=now,
        project_id=project.id,
        task_id=request.task_id,
        occurred_on=on,
        step=kind,
        run=run,
        precision=precision,
        request=request.id,
    )
    session.add(
        Milestone(
            project_id=project.id,
            kind=kind,
            run=run,
            occurred_on=on,
            precision=precision,
            reported_at=request.requested_at,
            known_at=now,
            evidence={} if occurred else request.evidence,
            request_id=request.id,
            event_id=event_id,
        )
    )
    session.flush()


def facts_from(
    session: Session,
    actor: Actor,
    now: datetime,
    project: Project,
    from_on: date,
    evidence: Mapping[str, Any],
) -> None:
    """What evidence says of the project holds from the milestone's day; slots from the day of 核定."""
    assert project.id is not None
    project_id, near = project.id, project.locality_id
    columns = {COLUMN_OF[key]: value for key, value in evidence.items() if key in COLUMN_OF}
    others = {key: value for key, value in evidence.items() if key not in COLUMN_OF and key not in ELSEWHERE}
    if columns or others:
        try:
            revise(session, actor, now, project_id, from_on, attributes=others, **columns)
        except IntegrityError as error:  # checked before; somebody else was faster
            raise NotAllowedNow("合同编号刚刚被另一项目使用，本次没有写入任何内容，请核对后重试。") from error
    if "investor" in evidence:
        add_investor(session, project_id, evidence["investor"])
    for slot in (*PERSONS, *UNITS):
        if slot in evidence:
            person = find_person(session, evidence[slot], near) if slot in PERSONS else None
            unit = find_unit(session, evidence[slot], near) if slot in UNITS else None
            assert person or unit, "evidence was checked"
            assign(
                session,
                actor,
                now,
                project_id,
                slot,
                person_id=person.id if person else None,
                unit_id=unit.id if unit else None,
            )


def _fill(
    session: Session, now: datetime, pack: Pack, project_id: int, kind: str, evidence: Mapping[str, Any]
) -> None:
    """Evidence of a node fills its gaps and those of the project itself; a group's gap bears the group's key."""
    groups = {item.group for item in pack.milestone_of(kind).evidence if item.group and item.key in evidence}
    fill_gaps(session, now, project_id, kind, [DATE, *evidence, *groups])
    fill_gaps(session, now, project_id, WHOLE, evidence)


def add_investor(session: Session, project_id: int, name: str) -> None:
    """Let the investor of that name stand behind the project."""
    investor = session.exec(select(Investor).where(Investor.name == name)).first()
    if investor is None:
        investor = Investor(name=name)
        session.add(investor)
        session.flush()
    assert investor.id is not None
    if session.get(ProjectInvestor, (project_id, investor.id)) is None:
        session.add(ProjectInvestor(project_id=project_id, investor_id=investor.id))
        session.flush()


def assign(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    slot: str,
    *,
    person_id: int | None = None,
    unit_id: int | None = None,
) -> None:
    """Give a slot to a person or unit from today on; a 配合部门 is added, any other holder replaced."""
    today, wanted = day_of(now), (person_id, unit_id)
    held = session.exec(
        select(Responsibility).where(
            Responsibility.project_id == project_id,
            Responsibility.slot == slot,
            or_(col(Responsibility.to_on).is_(None), col(Responsibility.to_on) > today),
        )
    ).all()
    if any((row.person_id, row.unit_id) == wanted for row in held):
        return
    event_id = record(
        session,
        "slot_assigned",
        actor_id=actor.account_id,
        at=now,
        project_id=project_id,
        occurred_on=today,
        slot=slot,
        person=wanted[0],
        unit=wanted[1],
    )
    for row in held:
        if slot != COOPERATING:
            row.to_on = max(today, row.from_on)
    session.add(
        Responsibility(
            project_id=project_id,
            slot=slot,
            person_id=wanted[0],
            unit_id=wanted[1],
            from_on=today,
            event_id=event_id,
        )
    )
    session.flush()


def refresh(
    session: Session,
    actor: Actor,
    now: datetime,
    pack: Pack,
    project: Project,
    *,
    source: str | None = None,
    request_id: int | None = None,
) -> None:
    """Derive the open steps' dates anew; what waits for 核定 or is suspended stays frozen."""
    assert project.id is not None
    if project.standing == "active":
        waiting = waiting_tasks(session, project.id)
    else:
        waiting = {task.id for task in step_tasks(session, pack, project.id) if task.id is not None}
    rederive(
        session,
        actor,
        now,
        pack,
        project,
        day_of(now),
        waiting=waiting,
        source=source,
        request_id=request_id,
    )
