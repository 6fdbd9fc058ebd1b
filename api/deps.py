"""What a route gets: the door to the request's one transaction, opened with the clock read once and the actor known.

A route runs on one thread and opens its transaction there (`with door.asking()`, `door.doing(…)`), so the commit is
over before the answer exists, and the writer lock of SQLite is taken and released by the same thread. A dependency
with `yield` would be entered and left on different threads, and could wait for a thread that waits for the lock.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session

import notifications
from api.errors import PreconditionRequired
from api.idempotency import Kept, claim, keep
from states import clock
from states.db import reading
from states.errors import Malformed, Unauthenticated
from states.founding import installation_of
from states.people.actor import Actor
from states.people.rights import RIGHTS, may, require
from states.people.tokens import authenticate

PUBLIC, SELF, SCOPE, DECIDE = "public", "self", "scope", "decide"
DECIDES = ("decide_report", "decide_offramp", "decide_suspension")
WORDS = {
    DECIDE: "本属地的招商局核定人，或督查室，依申请的种类而定",
    PUBLIC: "无需登录",
    SELF: "任何有效账号，只涉及本人",
    SCOPE: "任何有效账号，只见本人范围内的项目",
}
KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
ETAG = re.compile(r'"([1-9][0-9]{0,9})"')
BIGGEST = 2**31 - 1

bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="访问令牌（zlf token LOGIN 发放），写作 Bearer zlf_…"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request at work. `now` is business time (wall + demo offset), `today` its Asia/Shanghai date."""

    session: Session
    actor: Actor
    now: datetime
    today: date

    def as_of(self, on: date | None) -> tuple[date, datetime]:
        """What a question is asked as of: the end of a day, or this instant. Rights stay those of `today`."""
        return (self.today, self.now) if on is None else (on, clock.end_of(on))


@dataclass(frozen=True, slots=True)
class Done:
    """What a write answers: `version` becomes the ETag, `location` the address of what was made."""

    body: BaseModel
    status: int = 200
    version: int | None = None
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def kept(self) -> Kept:
        """As it is stored for a replay and sent."""
        headers = dict(self.headers)
        if self.version is not None:
            headers["ETag"] = etag(self.version)
        if self.location is not None:
            headers["Location"] = self.location
        return Kept(self.status, headers, self.body.model_dump_json())


def etag(version: int) -> str:
    """A project's version as an entity tag."""
    return f'"{version}"'


def expected(if_match: str | None) -> int:
    """The version that the client saw. PreconditionRequired without it; Malformed for lists, weak tags and `*`."""
    if if_match is None:
        raise PreconditionRequired(
            "此操作会改变项目，请以 If-Match 给出您所看到的版本（读取项目时的 ETag）。"
        )
    found = ETAG.fullmatch(if_match.strip())
    if found is None or int(found[1]) > BIGGEST:
        raise Malformed('If-Match 应为读取项目时得到的 ETag，如 "3"。')
    return int(found[1])


def signed_in(request: Request) -> None:
    """Unauthenticated unless the request's token holds."""
    with Door(request).known():
        pass


class Door:
    """Opens the request's transaction after token and right have been checked."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._engine: Engine = request.app.state.engine

    @contextmanager
    def known(self) -> Iterator[Desk]:
        """A session for questions, for whoever the token names."""
        wall = clock.wall()
        with reading(self._engine) as session:
            now = wall + installation_of(session).offset
            today = clock.today(now)
            yield Desk(session, self._actor(session, wall, today), now, today)

    @contextmanager
    def asking(self) -> Iterator[Desk]:
        """A session for questions of an actor who has the route's right."""
        with self.known() as desk:
            self._permit(desk.actor)
            yield desk

    def doing(self, act: Callable[[Desk], Done]) -> Response:
        """Run one write in one transaction, announced with its commit; a repeated Idempotency-Key is only answered.

        Strangers are turned away before the writer's lock is asked for; the token is read again under it, so an
        account disabled meanwhile does nothing.
        """
        key = self._key()
        wall = clock.wall()
        with self.asking() as desk:
            now, today = desk.now, desk.today
        with notifications.transaction(self._engine, now) as session:
            actor = self._actor(session, wall, today)
            self._permit(actor)
            desk = Desk(session, actor, now, today)
            kept = act(desk).kept() if key is None else self._once(desk, key, wall, act)
        return Response(kept.body, kept.status, kept.headers, "application/json")

    def _once(self, desk: Desk, key: str, wall: datetime, act: Callable[[Desk], Done]) -> Kept:
        before = claim(desk.session, desk.actor.account_id, key, self._fingerprint(), wall)
        if before is not None:
            return before
        kept = act(desk).kept()
        keep(desk.session, desk.actor.account_id, key, kept)
        return kept

    def _actor(self, session: Session, wall: datetime, today: date) -> Actor:
        scheme, _, secret = self._request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise Unauthenticated("请在 Authorization 中给出访问令牌（Bearer）。")
        return authenticate(session, secret.strip(), wall=wall, today=today)

    def _permit(self, actor: Actor) -> None:
        right = (self._request.scope["route"].openapi_extra or {})["x-right"]
        if right in RIGHTS:
            require(actor, right)
        elif right == DECIDE:
            if not any(may(actor, each) for each in DECIDES):
                require(actor, DECIDES[0])
        elif right not in (SELF, SCOPE):
            raise AssertionError(f"route declares an unknown right: {right}")

    def _key(self) -> str | None:
        key = self._request.headers.get("idempotency-key")
        if key is not None and not KEY.fullmatch(key):
            raise Malformed("Idempotency-Key 须为 1–128 个英文字母、数字、- 或 _。")
        return key

    def _fingerprint(self) -> str:
        request = self._request
        parts = (request.method, request.url.path, request.url.query)
        return sha256("\n".join(parts).encode() + b"\n" + request.scope["state"]["body"]).hexdigest()


def needs(right: str) -> dict[str, Any]:
    """The right of a route, declared where it is enforced: `openapi_extra` of every operation."""
    assert right in RIGHTS or right in WORDS, right
    return {"x-right": right}


DoorDep = Annotated[Door, Depends(Door)]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description='读取项目时得到的 ETag，如 "3"；缺少时 428，已过时则 412。'),
]
Idempotency = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="可选。同一账号以同一键重发同一请求，只执行一次，得到同样的答复；换了内容则 422。保留 7 天。",
    ),
]
