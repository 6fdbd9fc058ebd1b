"""Requests: shown, approved, returned, withdrawn."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import cursor
from api.deps import DECIDE, SCOPE, Desk, Done, DoorDep, Idempotency, IfMatch, etag, expected, needs
from api.models.problem import READS, WRITES
from api.models.requests import RequestOut, RequestsAsked, ReturnIn, WaitingOut, WaitingPageOut
from api.showing import shown
from api.texts import Id
from states.lifecycle.pending import pending
from states.lifecycle.requests import approve, request_in_scope, return_report, withdraw
from states.lifecycle.tables import Request

router = APIRouter(prefix="/api/v1", tags=["申请"])
RequestId = Annotated[Id, Path(description="申请编号")]


@router.get("/requests", summary="待办的申请", responses=READS, openapi_extra=needs(SCOPE))
def waiting(asked: Annotated[RequestsAsked, Query()], door: DoorDep) -> WaitingPageOut:
    """本人范围内尚未核定或退回的申请，先到的在前。"""
    after = 0 if asked.cursor is None else cursor.place(asked.cursor, "request", int)[1]
    with door.asking() as desk:
        found = pending(
            desk.session,
            desk.actor,
            desk.today,
            project_id=asked.project_id,
            after=after,
            limit=asked.limit + 1,
        )
    page = found[: asked.limit]
    onward = cursor.write("request", page[-1].id, page[-1].id) if len(found) > asked.limit else None
    return WaitingPageOut(items=[WaitingOut.model_validate(row) for row in page], next=onward)


@router.get("/requests/{request_id}", summary="一件申请", responses=READS, openapi_extra=needs(SCOPE))
def one(request_id: RequestId, door: DoorDep, response: Response) -> RequestOut:
    """ETag 为其项目的版本（线索为申请自身的版本），核定、退回时以 If-Match 传回。"""
    with door.asking() as desk:
        request, _ = request_in_scope(desk.session, desk.actor, desk.now, request_id)
        found = shown(desk.session, request)
    response.headers["ETag"] = etag(found.project_version or found.version)
    return found


@router.post(
    "/requests/{request_id}/approval",
    summary="核定",
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs(DECIDE),
)
def approval(
    request_id: RequestId, door: DoorDep, if_match: IfMatch = None, key: Idempotency = None
) -> Response:
    """由规则包指定的角色（上报：本属地的招商局核定人；暂停、恢复：督查室）办理，申请人不得自核。"""
    return door.doing(
        _decided(lambda desk: approve(desk.session, desk.actor, desk.now, request_id, expected(if_match)))
    )


@router.post(
    "/requests/{request_id}/return",
    summary="退回申请",
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs(DECIDE),
)
def send_back(
    request_id: RequestId, body: ReturnIn, door: DoorDep, if_match: IfMatch = None, key: Idempotency = None
) -> Response:
    """附理由退回；时限照常计算，如同从未等待。"""
    return door.doing(
        _decided(
            lambda desk: return_report(
                desk.session, desk.actor, desk.now, request_id, body.reason, expected(if_match)
            )
        )
    )


@router.post(
    "/requests/{request_id}/withdrawal",
    summary="撤回申请",
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs(SCOPE),
)
def take_back(
    request_id: RequestId, door: DoorDep, if_match: IfMatch = None, key: Idempotency = None
) -> Response:
    """申请人在办结前撤回自己的申请。"""
    return door.doing(
        _decided(lambda desk: withdraw(desk.session, desk.actor, desk.now, request_id, expected(if_match)))
    )


def _decided(decide: Callable[[Desk], Request]) -> Callable[[Desk], Done]:
    def act(desk: Desk) -> Done:
        found = shown(desk.session, decide(desk))
        return Done(found, version=found.project_version or found.version)

    return act
