"""Deciding what is asked: approve, return, withdraw. One rule for all kinds: who asks does not decide."""

from datetime import datetime

from sqlmodel import Session

from states.errors import Forbidden, Malformed, NotFound, Stale
from states.instants import day_of
from states.lifecycle.access import another_person, claim, require_over, seen
from states.lifecycle.disposal import DISPOSAL, apply_disposal, dispose
from states.lifecycle.leads import apply_lead, lead_in_scope, register_lead
from states.lifecycle.offramp_effects import apply_offramp
from states.lifecycle.offramps import ask_offramp, decider
from states.lifecycle.queue import REPORT, settle
from states.lifecycle.reports import apply_report, report, resume_ladder
from states.lifecycle.supplement import SUPPLEMENT, apply_supplement, supplement
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.projects import written
from states.projects.tables import Project

EFFECTS = {REPORT: apply_report, SUPPLEMENT: apply_supplement, DISPOSAL: apply_disposal}
__all__ = [
    "approve",
    "ask_offramp",
    "dispose",
    "register_lead",
    "report",
    "request_in_scope",
    "return_report",
    "supplement",
    "withdraw",
]


def request_in_scope(
    session: Session, actor: Actor, now: datetime, request_id: int
) -> tuple[Request, Project | None]:
    """A request with its project. NotFound outside the actor's scope. A lead's request has no project yet."""
    request = session.get(Request, request_id)
    missing = NotFound(f"没有第 {request_id} 号申请，或不在您的权限范围内。")
    if request is None:
        raise missing
    if request.project_id is None:
        if not lead_in_scope(session, actor, request):
            raise missing
        return request, None
    try:
        return request, seen(session, actor, request.project_id, day_of(now))
    except NotFound as error:
        raise missing from error


def approve(
    session: Session, actor: Actor, now: datetime, request_id: int, version: int | None = None
) -> Request:
    """核定: let a request take effect. `version` is the project's (a lead's: the request's) as the client saw it.

    NotFound · Forbidden (wrong role, or one's own request) · Stale · NotAllowedNow (decided already, or the state of
    things no longer allows it) · EvidenceMissing (it no longer holds).
    """
    request, project = _decidable(session, actor, now, request_id, version)
    settle(session, actor, now, request, "approved")
    if project is None:
        apply_lead(session, actor, now, request)
        return request
    pack = pack_by_id(session, project.pack_id)
    effect = EFFECTS.get(request.kind, apply_offramp)
    effect(session, actor, now, pack, project, request)
    return request


def return_report(
    session: Session, actor: Actor, now: datetime, request_id: int, reason: str, version: int | None = None
) -> Request:
    """退回申请 with a reason, for any kind of request. The clock then counts as if the report had never waited."""
    why = _reason(reason)
    request, project = _decidable(session, actor, now, request_id, version)
    settle(session, actor, now, request, "returned", reason=why)
    _go_on(session, project, request)
    return request


def withdraw(
    session: Session, actor: Actor, now: datetime, request_id: int, version: int | None = None
) -> Request:
    """撤回: only by who asked, only while undecided."""
    request, project = request_in_scope(session, actor, now, request_id)
    if request.requested_by != actor.account_id:
        raise Forbidden("只有申请人本人可以撤回申请。")
    _claim(session, project, request, version)
    settle(session, actor, now, request, "withdrawn", via="none")
    _go_on(session, project, request)
    return request


def _decidable(
    session: Session, actor: Actor, now: datetime, request_id: int, version: int | None
) -> tuple[Request, Project | None]:
    request, project = request_in_scope(session, actor, now, request_id)
    if project is None:
        require_over(session, actor, request.evidence["locality_id"], "approver")
    else:
        role = decider(_pack(session, project), request.kind)
        require_over(session, actor, project.locality_id, role)
    another_person(session, actor, request.requested_by)
    _claim(session, project, request, version)
    return request, project


def _pack(session: Session, project: Project) -> Pack:
    return pack_by_id(session, project.pack_id)


def _claim(session: Session, project: Project | None, request: Request, version: int | None) -> None:
    if project is not None:
        claim(session, project, version)
    elif version is not None and version != request.version:
        raise Stale("申请已被他人办理，请刷新后重试。", version=request.version)


def _go_on(session: Session, project: Project | None, request: Request) -> None:
    if project is not None and request.kind == REPORT:
        resume_ladder(session, _pack(session, project), project, request)
    session.flush()


def _reason(reason: str) -> str:
    try:
        return written.text(reason, 1000)
    except written.Wrong as wrong:
        raise Malformed(f"请写明理由：{wrong}。") from wrong
