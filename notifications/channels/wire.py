"""A connection with one deadline over everything: name look-up, connecting, TLS, every read and write.

Per-read timeouts let a peer drip for ever; here a timer shuts the socket when the time is over.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self


class DeadlinePassed(Exception):
    """The whole time for this message is over."""


class Deadline:
    """A budget of seconds. `watch` names the socket to be shut when it is over (it may change: STARTTLS)."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds
        self._socket: Callable[[], socket.socket | None] = lambda: None
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    @property
    def left(self) -> float:
        """Seconds left; DeadlinePassed at none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise DeadlinePassed
        return left

    @property
    def passed(self) -> bool:
        """Whether the time is over, whoever noticed first: the timer or the socket's own timeout."""
        return monotonic() >= self._ends

    def check(self) -> None:
        """DeadlinePassed if the socket was shut: what was read since is cut off, however whole it looks."""
        if self._over:
            raise DeadlinePassed

    def watch(self, find: Callable[[], socket.socket | None]) -> None:
        """Which socket to shut."""
        self._socket = find

    def _shut(self) -> None:
        self._over = True
        found = self._socket()
        if found is not None:
            with suppress(OSError):
                socket.socket.shutdown(
                    found, socket.SHUT_RDWR
                )  # not SSLSocket's: it would drop the reader's TLS


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connected socket: the name is looked up once, and only what it gave is connected to. OSError, DeadlinePassed."""
    error: OSError = OSError("no address")
    for family, kind, proto, _, address in _look_up(host, port, deadline):
        made = socket.socket(family, kind, proto)
        try:
            made.settimeout(deadline.left)
            made.connect(address)
        except OSError as failed:
            made.close()
            error = failed
            continue
        except DeadlinePassed:
            made.close()
            raise
        deadline.watch(lambda found=made: found)  # type: ignore[misc]
        return made
    raise error


Address = tuple[
    socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]
]


def _look_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    """getaddrinfo knows no time limit, so it is left behind in its thread when the time is over."""
    found: list[Address] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))  # type: ignore[arg-type]
        except OSError as error:
            failed.append(error)
        except UnicodeError:
            failed.append(OSError("host name"))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.left)
    if failed:
        raise failed[0]
    if not found:
        raise DeadlinePassed
    return found
