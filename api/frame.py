"""Around every request: its id, the size and clarity of its body, safe headers, and no crash that tells internals."""

import logging
import re
import time
import uuid
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooLarge, WrongMedia, crash, refusal, translated
from api.strict_json import read
from states.errors import DomainError

LARGEST = 1_000_000  # bytes
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
log = logging.getLogger("api")


class Frame:
    """Pure ASGI. The log holds method, path, status and request id; never headers, bodies or queries."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other scopes pass through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        answer = Answer(send, request_id, bodyless=scope["method"] == "HEAD", private=_private(scope))
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        try:
            await self._serve(scope, receive, answer)
        except DomainError as error:
            await refusal(request_id, error)(scope, receive, answer.send)
        except Exception as error:  # the last wall: whatever it is, the caller learns only the request id
            await self._fault(error, request_id, scope, receive, answer)
        spent = (time.perf_counter() - began) * 1000
        path = scope["path"].encode("ascii", "backslashreplace").decode()[:200]
        log.info("%s %s %s %.1f ms %s", scope["method"], path, answer.status, spent, request_id)

    async def _serve(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        body = await _body(scope, receive)
        if body is None:
            return  # the caller went away while sending
        if body:
            _refuse_unclear(scope, body)
        scope["state"]["body"] = body
        await self.app(scope, _replay(body, receive), answer.send)

    async def _fault(
        self, error: Exception, request_id: str, scope: Scope, receive: Receive, answer: "Answer"
    ) -> None:
        if answer.status is not None:
            raise error  # too late to say anything else
        busy = translated(error)
        if busy is None:
            log.exception("request %s failed", request_id)
        else:
            log.warning("request %s: database busy or away: %s", request_id, type(error).__name__)
        response = crash(request_id) if busy is None else refusal(request_id, busy)
        await response(scope, receive, answer.send)


class Answer:
    """What goes out: the request id and safe headers added, the body of a HEAD taken away."""

    def __init__(self, send: Send, request_id: str, *, bodyless: bool, private: bool) -> None:
        self._send, self._bodyless = send, bodyless
        self.status: int | None = None
        self._extra = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
        if private:
            self._extra += [(b"cache-control", b"no-store")]

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", []), *self._extra]}
        elif self._bodyless:
            message = {**message, "body": b""}
        await self._send(message)


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key.lower() == name), b"")


def _private(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/api/") or scope["path"].startswith("/health"))


def _request_id(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    return given.decode() if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body, None if the caller left. TooLarge by its announced length, or as soon as it has grown so."""
    length = _header(scope, b"content-length")
    if length.isdigit() and (len(length) > 12 or int(length) > LARGEST):
        raise TooLarge(f"请求体最大 {LARGEST:,} 字节。")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            raise TooLarge(f"请求体最大 {LARGEST:,} 字节。")
        if not message.get("more_body", False):
            return b"".join(parts)


def _refuse_unclear(scope: Scope, body: bytes) -> None:
    media, _, parameters = _header(scope, b"content-type").decode("latin-1").lower().partition(";")
    if media.strip() != "application/json" or parameters.strip().strip(";") not in (
        "",
        "charset=utf-8",
        'charset="utf-8"',
    ):
        raise WrongMedia("请求体须为 application/json，编码 UTF-8。")
    read(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
