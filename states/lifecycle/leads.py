"""登记线索: a specialist reports a lead of the own region, the region's approver approves it.

The rule that keeps requester ≠ decider simple: a lead is a report like any other, only that its project does not exist
until it is approved. Its first step's clock counts from the first-report date.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from states.errors import EvidenceMissing, Forbidden
from states.events import record
from states.instants import day_of
from states.lifecycle.access import covers
from states.lifecycle.effects import assign, reach
from states.lifecycle.evidence import USUAL_NAMES, Checked, Known, check
from states.lifecycle.queue import Asked, file, open_decision, settle
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.responsibility import COOPERATING, LEADER, SPECIALIST, UNIT
from states.people.rights import require
from states.people.tables import Account, Region
from states.policy.active import current_pack, pack_by_id
from states.projects.tables import Project, ProjectRevision

LEAD = "lead"
ALSO = (LEADER, UNIT, COOPERATING, SPECIALIST, "land", "kind")
NEEDED = ("name", "locality", "amount")


def register_lead(session: Session, actor: Actor, now: datetime, evidence: Mapping[str, object]) -> Request:
    """Report a lead. Forbidden unless the actor is a specialist of the locality; EvidenceMissing; Malformed.

    Besides the pack's evidence the slots, the land and the kind may be given. The reporter becomes the 项目专员
    where none is named. A pack without 核定 makes the project at once.
    """
    require(actor, "report")
    pack_id, pack = current_pack(session, day_of(now))
    checked = check(session, pack, pack.stage[0], evidence, _known(now))
    values = _placed(session, actor, checked, pack_id)
    request = file(session, actor, now, None, Asked(LEAD, pack.stage[0].trigger, values, checked.occurred))
    if pack.pack.approval == "none":
        settle(session, actor, now, request, "approved", via="none")
        apply_lead(session, actor, now, request)
    else:
        open_decision(session, actor, now, pack, request, "approver")
    return request


def _placed(session: Session, actor: Actor, checked: Checked, pack_id: int) -> dict[str, object]:
    lacking = {key: f"缺少{USUAL_NAMES[key][0]}" for key in NEEDED if key not in checked.values}
    if lacking:
        raise EvidenceMissing("；".join(lacking.values()) + "。", fields=lacking)
    name = checked.values["locality"]
    region = session.exec(select(Region).where(Region.name == name)).first()
    if region is None or region.id is None or region.parent_id is None:
        why = f"“{name}”不是本办公室的属地，请核对"
        raise EvidenceMissing(f"{why}。", fields={"locality": why})
    if not covers(session, actor, region.id, "specialist"):
        raise Forbidden(f"“{actor.name}”不是“{region.name}”的项目专员，不能登记该属地的线索。")
    return {**checked.values, "locality_id": region.id, "pack_id": pack_id}


def lead_in_scope(session: Session, actor: Actor, request: Request) -> bool:
    """Whether the actor may see a lead's request: who asked, and the roles that see the locality's projects."""
    place = request.evidence["locality_id"]
    return request.requested_by == actor.account_id or covers(
        session, actor, place, "operator", "supervision", "leader", "approver", "readonly"
    )


def apply_lead(session: Session, actor: Actor, now: datetime, request: Request) -> Project:
    """Make the project with its first milestone, facts, slots and the task of its next step."""
    facts = dict(request.evidence)
    locality_id, pack_id = facts.pop("locality_id"), facts.pop("pack_id")
    pack = pack_by_id(session, pack_id)
    check(session, pack, pack.stage[0], {**facts, "occurred_on": request.occurred_on}, _known(now))
    project = Project(pack_id=pack_id, stage=pack.stage_keys[0], locality_id=locality_id)
    session.add(project)
    session.flush()
    assert project.id is not None
    request.project_id = project.id
    request.evidence = facts
    event_id = record(
        session,
        "project_registered",
        actor_id=actor.account_id,
        at=now,
        project_id=project.id,
        occurred_on=request.occurred_on,
        request=request.id,
    )
    session.add(
        ProjectRevision(
            project_id=project.id,
            name=facts["name"],
            locality_id=locality_id,
            amount_yuan=facts["amount"],
            from_on=request.occurred_on,
            known_at=now,
            event_id=event_id,
        )
    )
    session.flush()
    reach(session, actor, now, pack, project, pack.stage_keys[0], request)
    if SPECIALIST not in facts:
        reporter = session.get_one(Account, request.requested_by).person_id
        assign(session, actor, now, project.id, SPECIALIST, person_id=reporter)
    return project


def _known(now: datetime) -> Known:
    return Known(today=day_of(now), reached={}, also=(*NEEDED, *ALSO))
