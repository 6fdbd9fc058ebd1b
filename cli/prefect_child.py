"""The local Prefect: its server and the process that serves our deployments, both supervised children."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli.children import Child

SECRETS = ("ZLF_SEAL_KEY", "ZLF_SMTP_PASSWORD", "ZLF_WEBHOOK_URL", "ZLF_WEBHOOK_SECRET", "ZLF_DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Prefect:
    """Where the local server answers, and whether it does."""

    port: int
    server: Child
    deployments: Child

    @property
    def url(self) -> str:
        """The address of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def lives(self) -> bool:
        """Whether server and deployments are there, so that due work may be left to them for a while."""
        return self.server.pid is not None and self.deployments.pid is not None and answers(self.port)


@contextmanager
def running_prefect(home: Path, say: Callable[[str], None]) -> Iterator[Prefect]:
    """A Prefect server with our deployments for as long as the block lasts."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = {**os.environ, **prefect_env(home, port)}
    blind = {name: value for name, value in env.items() if name not in SECRETS}
    server = Child("Prefect 服务", ["-m", "flows.prefect_server", str(port)], blind, home / "server.log", say)
    deployments = Child(
        "Prefect 调度进程",
        ["-m", "flows.deployments"],
        env,
        home / "deployments.log",
        say,
        after=lambda: answers(port),
    )
    server.start()
    deployments.start()
    try:
        yield Prefect(port, server, deployments)
    finally:
        deployments.stop()
        server.stop()


def prefect_env(home: Path, port: int) -> dict[str, str]:
    """Own home, own address, no ephemeral server, no analytics, and a database that is vacuumed."""
    return {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_LOGGING_COLORS": "false",
    }


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether the server says that it is healthy."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
