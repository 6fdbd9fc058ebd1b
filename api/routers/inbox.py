"""The inbox: listed, read, acknowledged."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import cursor
from api.deps import SELF, Desk, Done, DoorDep, Idempotency, needs
from api.models.inbox import InboxAsked, InboxOut, MarkedOut, NoticeOut
from api.models.problem import READS, WRITES
from api.texts import Id
from notifications import acknowledge, inbox, read
from states.settings import settings

router = APIRouter(prefix="/api/v1/inbox", tags=["收件箱"])
NoticeId = Annotated[Id, Path(description="通知编号")]


@router.get("", summary="收件箱", responses=READS, openapi_extra=needs(SELF))
def notices(asked: Annotated[InboxAsked, Query()], door: DoorDep) -> InboxOut:
    """本人的通知，及本人代收的单位收件箱，新的在前。"""
    before = None if asked.cursor is None else cursor.place(asked.cursor, "inbox", int)[1]
    with door.asking() as desk:
        page = inbox(
            desk.session,
            desk.actor,
            public_url=settings().public_url,
            unread_only=asked.unread == "true",
            cursor=before,
            limit=asked.limit,
        )
    onward = None if page.cursor is None else cursor.write("inbox", page.cursor, page.cursor)
    return InboxOut(
        items=[NoticeOut.model_validate(item) for item in page.items], unread=page.unread, next=onward
    )


@router.post(
    "/{notice_id}/read",
    summary="标为已读",
    response_model=MarkedOut,
    responses=WRITES,
    openapi_extra=needs(SELF),
)
def mark(notice_id: NoticeId, door: DoorDep, key: Idempotency = None) -> Response:
    """以首次为准，重复无妨。"""

    def act(desk: Desk) -> Done:
        read(desk.session, desk.actor, desk.now, notice_id)
        return Done(MarkedOut(id=notice_id, done="read"))

    return door.doing(act)


@router.post(
    "/{notice_id}/acknowledgement",
    summary="签收",
    response_model=MarkedOut,
    responses=WRITES,
    openapi_extra=needs(SELF),
)
def sign(notice_id: NoticeId, door: DoorDep, key: Idempotency = None) -> Response:
    """签收留痕，以首次为准；同时标为已读。"""

    def act(desk: Desk) -> Done:
        acknowledge(desk.session, desk.actor, desk.now, notice_id)
        return Done(MarkedOut(id=notice_id, done="acknowledged"))

    return door.doing(act)
