"""E-mail by SMTP, one recipient a message. Once the text has left us unanswered, nobody knows: `uncertain`."""

import hashlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from pydantic import SecretStr

from notifications.channels import DEADLINE_SECONDS, Message, Outcome
from notifications.channels.wire import Deadline, DeadlinePassed, connect

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Email:
    """An SMTP server. `wall` gives the Date header."""

    host: str
    port: int
    sender: str
    wall: Callable[[], datetime]
    user: str | None = None
    password: SecretStr | None = None
    starttls: bool = False
    deadline_seconds: float = DEADLINE_SECONDS

    def send(self, message: Message) -> Outcome:
        """Send once."""
        if message.to_address is None or not is_address(message.to_address):
            return Outcome("dead", "无可用邮箱地址")
        step = "接通"
        try:
            composed = compose(message, self.sender, self.wall())
            with Deadline(self.deadline_seconds) as deadline, self._open(deadline) as server:
                step = "登录"
                self._log_in(server, deadline)
                step = "收发件人"
                refused = _envelope(server, self.sender, message.to_address)
                if refused is not None:
                    return refused
                step = "正文"
                return _judged(server.data(composed), step)
        except smtplib.SMTPDataError as error:  # the server refused before it took the text
            return _judged((error.smtp_code, b""), step)
        except (
            smtplib.SMTPResponseException
        ) as error:  # greeting, TLS, login: the office's set-up, not this message
            return Outcome("retry", f"{step} SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException, DeadlinePassed, MessageError, ValueError) as error:
            return Outcome("uncertain" if step == "正文" else "retry", f"{step} {type(error).__name__}")

    def _open(self, deadline: Deadline) -> "_Server":
        server = _Server(connect(self.host, self.port, deadline), self.host)
        deadline.watch(lambda: server.sock)
        server.greet()
        return server

    def _log_in(self, server: "_Server", deadline: Deadline) -> None:
        server.ehlo_or_helo_if_needed()
        if self.starttls:
            assert server.sock is not None
            server.sock.settimeout(deadline.left)
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self.user is not None and self.password is not None:
            server.login(self.user, self.password.get_secret_value())


class _Server(smtplib.SMTP):
    """smtplib on a socket that is connected already; leaving it closes without waiting for a farewell."""

    sock: socket.socket | None

    def __init__(self, connected: socket.socket, host: str) -> None:
        super().__init__(local_hostname="zhaoluofu.localdomain")
        self._connected = connected
        self._host = host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._connected

    def greet(self) -> None:
        code, _ = self.connect(self._host, 25)
        if code != 220:
            self.close()
            raise smtplib.SMTPConnectError(code, "greeting")

    def __exit__(self, *args: Any) -> None:
        try:
            if self.sock is not None:
                self.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass  # the message's fate is known; the farewell is a courtesy
        finally:
            self.close()


def is_address(text: str) -> bool:
    """One plain ASCII address; whatever could break a header or a command is none."""
    return ADDRESS.fullmatch(text) is not None and len(text) <= 254


def message_id(key: str) -> str:
    """The same for every attempt of a delivery, so that a receiver can tell a repetition."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@zhaoluofu>"


def compose(message: Message, sender: str, at: datetime) -> bytes:
    """The message as it goes over the wire: plain text, UTF-8."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = message.to_address or ""
    made["Subject"] = message.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = message_id(message.key)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text, charset="utf-8", cte="base64")
    return made.as_bytes()


def _envelope(server: _Server, sender: str, recipient: str) -> Outcome | None:
    for code, _ in (server.mail(sender), server.rcpt(recipient)):
        if not 200 <= code < 300:
            return Outcome("dead" if code >= 500 else "retry", f"收发件人 SMTP {code}")
    return None


def _judged(answer: tuple[int, bytes], step: str) -> Outcome:
    code = answer[0]
    if code == 250:
        return Outcome("sent", "SMTP 250")
    return Outcome("dead" if code >= 500 else "retry", f"{step} SMTP {code}")
