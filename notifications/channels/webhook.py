"""One webhook by Standard Webhooks: signed JSON, an id that stays the same over attempts.

A 2xx counts, unless its JSON body carries errcode or code ≠ 0 (group bots answer so). Redirects are not followed;
the only host ever called is the one in the settings.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from urllib.parse import urlsplit

from pydantic import SecretStr

from notifications.channels import DEADLINE_SECONDS, Message, Outcome
from notifications.channels.wire import Deadline, DeadlinePassed, connect
from states.errors import Malformed

ANSWER_BYTES = 65536
LONGEST_WAIT = timedelta(hours=6)
AGAIN = {408, 425, 429}


@dataclass(frozen=True, slots=True)
class Webhook:
    """The office's webhook. `wall` gives the instant for the timestamp that is signed."""

    url: SecretStr
    secret: SecretStr | None
    wall: Callable[[], datetime]
    deadline_seconds: float = DEADLINE_SECONDS
    _key: bytes = field(init=False, repr=False, default=b"")

    def __post_init__(self) -> None:
        parts = urlsplit(self.url.get_secret_value())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise Malformed("ZLF_WEBHOOK_URL 不是可用的 http(s) 地址（不得含用户名与口令）。")
        object.__setattr__(self, "_key", _secret(self.secret))

    def send(self, message: Message) -> Outcome:
        """POST the message once."""
        asked = False
        deadline = Deadline(self.deadline_seconds)
        try:
            with deadline:
                connection = self._open(deadline)
                try:
                    self._ask(connection, message)
                    asked = True
                    outcome = self._answer(connection.getresponse())
                    deadline.check()
                    return outcome
                finally:
                    connection.close()
        except (OSError, HTTPException, DeadlinePassed, ValueError) as error:
            late = deadline.passed or isinstance(error, TimeoutError | DeadlinePassed)
            why = "超过时限" if late else _kind(error)
            return Outcome("uncertain" if asked else "retry", f"{'无应答' if asked else '未接通'} {why}")

    def _open(self, deadline: Deadline) -> HTTPConnection:
        parts = urlsplit(self.url.get_secret_value())
        assert parts.hostname is not None
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        made = connect(parts.hostname, port, deadline)
        if secure:
            plain = made
            made = ssl.create_default_context().wrap_socket(
                plain, server_hostname=parts.hostname, do_handshake_on_connect=False
            )
            wrapped = made
            deadline.watch(lambda: wrapped)
            made.settimeout(deadline.left)
            wrapped.do_handshake()
        made.settimeout(deadline.left)
        connection = HTTPConnection(parts.hostname, port)
        connection.auto_open = 0
        connection.sock = made
        return connection

    def _ask(self, connection: HTTPConnection, message: Message) -> None:
        parts = urlsplit(self.url.get_secret_value())
        body = payload(message)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers(message.key, body, self._key, self.wall()))

    def _answer(self, response: HTTPResponse) -> Outcome:
        status = response.status
        if 200 <= status < 300:
            body = response.read(ANSWER_BYTES)
            if response.length and len(body) < ANSWER_BYTES:
                raise IncompleteRead(b"", response.length)
            return _judged(status, body)
        if status in AGAIN or status >= 500 or 300 <= status < 400:
            wait = retry_after(response.getheader("Retry-After"), self.wall())
            return Outcome("retry", f"HTTP {status}", wait)
        return Outcome("dead", f"HTTP {status}")


def payload(message: Message) -> bytes:
    """The JSON body, UTF-8."""
    content = {
        "type": "notification",
        "data": {"to": message.to_name, "subject": message.subject, "text": message.text},
    }
    return json.dumps(content, ensure_ascii=False).encode()


def headers(key: str, body: bytes, secret: bytes, at: datetime) -> dict[str, str]:
    """Standard Webhooks headers: id (hash of the delivery's key), timestamp, and with a secret the v1 signature."""
    identity = "msg_" + hashlib.sha256(key.encode()).hexdigest()[:32]
    stamp = str(int(at.timestamp()))
    made = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "zhaoluofu",
        "Connection": "close",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
    }
    if secret:
        signed = hmac.new(secret, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
        made["webhook-signature"] = "v1," + base64.b64encode(signed).decode()
    return made


def retry_after(value: str | None, at: datetime) -> timedelta | None:
    """Retry-After as seconds or as an HTTP date, at most six hours; None where it says nothing usable."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then.replace(tzinfo=UTC) if then.tzinfo is None else then
    return min(max(then - at, timedelta()), LONGEST_WAIT)


def _judged(status: int, body: bytes) -> Outcome:
    try:
        answer = json.loads(body)
    except ValueError:
        return Outcome("sent", f"HTTP {status}")
    for word in ("errcode", "code"):
        code = answer.get(word) if isinstance(answer, dict) else None
        if isinstance(code, int | str) and str(code) != "0":
            shown = str(code) if re.fullmatch(r"-?[0-9]{1,9}", str(code)) else "≠0"
            return Outcome("retry", f"HTTP {status} {word} {shown}")
    return Outcome("sent", f"HTTP {status}")


def _secret(secret: SecretStr | None) -> bytes:
    if secret is None:
        return b""
    try:
        return base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
    except binascii.Error:
        pass
    raise Malformed(
        "ZLF_WEBHOOK_SECRET 应为 whsec_ 开头的 Base64 文本。"
    )  # outside: no trace holds the secret


def _kind(error: Exception) -> str:
    return type(error).__name__
