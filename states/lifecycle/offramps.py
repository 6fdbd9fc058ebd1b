"""Off-ramps asked: 退回, 暂停, 恢复, 终止, 重启, 置换. With a reason, by the project's specialist or leader.

The role named in the pack decides. What takes effect does so on the day of the decision, except that a suspension may
begin, and end, on an earlier day that the supervision office accepts.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from states.errors import Forbidden, Malformed, NotAllowedNow
from states.instants import day_of
from states.lifecycle.access import claim, covers, seen
from states.lifecycle.machine import SEND_BACK, SUSPENDED, move
from states.lifecycle.offramp_effects import free
from states.lifecycle.queue import Asked, file, open_decision
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.people.responsibility import LEADER, SPECIALIST, holds
from states.people.rights import require
from states.policy.active import pack_by_id
from states.policy.schema import OffRamp, Pack
from states.projects import written
from states.projects.ledger import Day
from states.projects.tables import Project
from states.tasks.tables import Suspension


def ask_offramp(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    key: str,
    reason: str,
    *,
    to: str | None = None,
    cause: str | None = None,
    successor_id: int | None = None,
    on: date | None = None,
    version: int | None = None,
) -> Request:
    """Ask for an off-ramp. `to`: the earlier stage of a 退回; `cause`: of a 暂停; `successor_id`: of a 置换.

    `on`: the first suspended day of a 暂停, the first working day after it of a 恢复; today if not given.
    NotFound · Forbidden (neither the project's specialist nor its leader) · Malformed · Stale · NotAllowedNow.
    """
    today = day_of(now)
    project = seen(session, actor, project_id, today)
    require_asker(session, actor, project, today)
    claim(session, project, version)
    pack = pack_by_id(session, project.pack_id)
    ramp = _ramp(pack, key, to)
    trigger = f"{key}:{to}" if key == SEND_BACK else key
    move(pack, project.stage, project.standing, trigger)
    evidence = {
        "reason": _reason(reason),
        **_cause(ramp, cause),
        **_successor(session, actor, project, key, successor_id, today),
        **({"to": to} if key == SEND_BACK else {}),
    }
    occurred = Day(_day(session, project, key, on, today))
    request = file(session, actor, now, project, Asked(key, trigger, evidence, occurred))
    open_decision(session, actor, now, pack, request, ramp.decided_by)
    return request


def decider(pack: Pack, kind: str) -> str:
    """The role that decides a request of this kind on a project."""
    return next((ramp.decided_by for ramp in pack.offramp if ramp.key == kind), "approver")


def require_asker(session: Session, actor: Actor, project: Project, today: date) -> None:
    """Forbidden unless the actor is the project's specialist, or its leader, or a leader over its locality."""
    require(actor, "ask_offramp")
    assert project.id is not None
    if actor.has("specialist") and holds(session, actor.person_id, project.id, SPECIALIST, today):
        return
    if actor.has("leader") and holds(session, actor.person_id, project.id, LEADER, today):
        return
    if not covers(session, actor, project.locality_id, "leader"):
        raise Forbidden(f"“{actor.name}”既不是本项目的项目专员，也不是包保领导，不能申请。")


def _ramp(pack: Pack, key: str, to: str | None) -> OffRamp:
    ramp = next((ramp for ramp in pack.offramp if ramp.key == key), None)
    if ramp is None:
        known = "、".join(f"{ramp.label}（{ramp.key}）" for ramp in pack.offramp)
        raise NotAllowedNow(f"规则包没有“{key[:40]}”这一项。现在可以申请：{known}。")
    if key == SEND_BACK and to not in pack.stage_keys:
        stages = "、".join(f"{stage.label}（{stage.key}）" for stage in pack.stage)
        raise Malformed(f"请写明退回到哪个阶段：{stages}。")
    return ramp


def _reason(reason: str) -> str:
    try:
        return written.text(reason, 1000)
    except written.Wrong as wrong:
        raise Malformed(f"请写明理由：{wrong}。") from wrong


def _cause(ramp: OffRamp, cause: str | None) -> dict[str, str]:
    if not ramp.causes:
        return {"cause": ramp.label} if ramp.key == "suspend" else {}
    if cause not in ramp.causes:
        raise Malformed(f"请写明{ramp.label}的原因类别：{'、'.join(ramp.causes)}。")
    return {"cause": str(cause)}


def _successor(
    session: Session, actor: Actor, project: Project, key: str, successor_id: int | None, today: date
) -> dict[str, int]:
    if key != "replace":
        return {}
    if successor_id is None:
        raise Malformed("请写明替代项目的编号。")
    free(seen(session, actor, successor_id, today), project)
    return {"successor": successor_id}


def _day(session: Session, project: Project, key: str, on: date | None, today: date) -> date:
    """The day asked for: never in the future; a 恢复 not before the suspension began."""
    if on is None or key not in ("suspend", "resume"):
        return today
    if on > today:
        raise Malformed(f"日期（{on}）在今天（{today}）之后，请核对。")
    query = select(col(Suspension.from_on)).where(
        col(Suspension.project_id) == project.id,
        col(Suspension.to_on).is_(None),
        col(Suspension.superseded_at).is_(None),
    )
    begun = session.scalars(query).first()
    if project.standing == SUSPENDED and begun is not None and on < begun:
        raise Malformed(f"恢复日期（{on}）早于暂停日期（{begun}），请核对。")
    return on
