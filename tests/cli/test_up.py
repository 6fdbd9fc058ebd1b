"""`zlf up --demo` as a user starts it: the API at once, Prefect under supervision, nothing left behind."""

import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from states.clock import wall
from states.db import engine_for, reading, writing
from tests.cli.conftest import environment
from tests.flows.conftest import at

PATIENCE = 240.0


@dataclass
class Up:
    """A running `zlf up`; `lines` are what it has said so far."""

    process: subprocess.Popen[str]
    folder: Path
    lines: list[str] = field(default_factory=list)
    _said: "queue.Queue[str]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.reader = threading.Thread(target=self.read, daemon=True)

    def read(self) -> None:
        """Collect what is said (in a thread)."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line.rstrip("\n"))

    def until(self, part: str, patience: float = PATIENCE) -> str:
        """The next line that contains a text."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                self.lines.append(self._said.get(timeout=0.5))
            except queue.Empty:
                assert self.process.poll() is None, "\n".join(self.lines)
                continue
            if part in self.lines[-1]:
                return self.lines[-1]
        raise AssertionError(f"not said: {part}\n" + "\n".join(self.lines))

    @property
    def engine(self) -> Engine:
        return engine_for(f"sqlite:///{self.folder / 'var' / 'demo.db'}")

    def set_clock(self, written: str) -> None:
        """Let business time be this, from now on."""
        offset = math.ceil((at(written) - wall()).total_seconds())
        with writing(self.engine) as session:
            session.execute(text(f"UPDATE installation SET demo_offset_seconds = {offset}"))

    def outcome(self, period: str) -> str | None:
        with reading(self.engine) as session:
            found = session.execute(text(f"SELECT outcome FROM period WHERE period = '{period}'")).first()
            return found[0] if found else None


STARTED: list[Up] = []


def start(folder: Path, *arguments: str) -> Up:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up", "--demo", "--port", "0", *arguments],
        cwd=folder,
        env=environment(None, ZLF_HEARTBEAT_SECONDS="1", PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    up = Up(process, folder)
    up.reader.start()
    STARTED.append(up)
    return up


def descendants(pid: int) -> dict[int, str]:
    """Process id → command line of all that descend from a process (Linux)."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {child: _command(child) for child in found - {pid}}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def eventually(holds: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true answer; an error after a while."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if answer := holds():
                return answer
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError("never came true")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which a demo runs; whatever a failed test left running is ended by its id."""
    STARTED.clear()
    yield tmp_path
    for up in STARTED:
        left = descendants(up.process.pid)
        if up.process.poll() is None:
            up.process.kill()
            up.process.wait()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert up.process.stdout is not None
        up.reader.join(10)
        up.process.stdout.close()


def test_up(folder: Path) -> None:
    up = start(folder)
    address = _greeted(up)
    prefect = (
        up.lines[[line.startswith("Prefect") for line in up.lines].index(True)].split()[1].partition("（")[0]
    )
    eventually(lambda: httpx.get(f"{prefect}/api/health").status_code == 200)
    _prefect_does_it(up, prefect)
    _heartbeat_stands_in(up)
    assert httpx.get(f"{address}/health").status_code == 200
    children = descendants(up.process.pid)
    assert children
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    eventually(lambda: not any(_command(pid) for pid in children), 10)
    _killed_it_leaves_nothing(folder)


def _greeted(up: Up) -> str:
    address = up.until("接口 ").split()[1]
    began = time.monotonic()
    assert httpx.get(f"{address}/health").status_code == 200
    assert time.monotonic() - began < 5
    assert "2018-07-02 08:3" in up.lines[[("演示】" in line) for line in up.lines].index(True)]
    up.until("Ctrl-C")
    told = {
        role: line
        for line in up.lines
        for role in ("leader", "specialist", "approver", "supervision")
        if f"（{role}，" in line
    }
    assert len(told) == 4
    for line in told.values():
        headers = {"Authorization": f"Bearer {line.rpartition('：')[2]}"}
        assert httpx.get(f"{address}/api/v1/tasks?mine=true", headers=headers).status_code == 200
    assert "发出" in up.until("启动时办理：逾期督办 2018-07-02")
    return address


def _prefect_does_it(up: Up, prefect: str) -> None:
    """Its schedules are written, and a run of the flow does the period that is due, once."""

    def ask(what: str, **body: object) -> Any:
        answer = httpx.post(f"{prefect}/api/{what}", json=body, timeout=30)
        return answer.json() if answer.status_code < 300 else None

    def deployments() -> dict[str, str]:
        return {row["entrypoint"].rpartition(".")[2]: row["id"] for row in ask("deployments/filter") or ()}

    eventually(lambda: len(deployments()) == 2)
    eventually(lambda: ask("flow_runs/count"))
    up.set_clock("2018-07-03T08:30:01")
    run = eventually(lambda: ask(f"deployments/{deployments()['overdue_escalation']}/create_flow_run"))

    def state() -> str:
        return str(httpx.get(f"{prefect}/api/flow_runs/{run['id']}", timeout=30).json()["state_type"])

    eventually(lambda: state() in ("COMPLETED", "FAILED", "CRASHED"))
    assert state() == "COMPLETED", (up.folder / "var/prefect/deployments.log").read_text()
    assert up.outcome("2018-07-03") == "done"


def _heartbeat_stands_in(up: Up) -> None:
    (server,) = [
        pid for pid, command in descendants(up.process.pid).items() if "flows.prefect_server" in command
    ]
    os.kill(server, signal.SIGKILL)
    up.until("Prefect 服务已退出")
    up.set_clock("2018-07-04T08:30:01")
    assert "逾期督办 2018-07-04" in up.until("Prefect 未执行，由心跳代行", 60)
    assert up.outcome("2018-07-04") == "done"


def _killed_it_leaves_nothing(folder: Path) -> None:
    """The demo goes on where it was; killed outright, its children end by themselves."""
    up = start(folder)
    assert "2018-07-04 08:3" in up.until("演示】")
    eventually(lambda: [c for c in descendants(up.process.pid).values() if "flows.prefect_server" in c])
    children = descendants(up.process.pid)
    up.process.kill()
    up.process.wait()
    eventually(lambda: not any(_command(pid) for pid in children), 60)


def test_lite_on_a_taken_port_says_so(folder: Path) -> None:
    up = start(folder, "--lite")
    address = up.until("接口 ").split()[1]
    assert "--lite" in up.until("Prefect ")
    up.until("启动时办理")
    assert not descendants(up.process.pid)
    second = subprocess.run(
        [sys.executable, "-m", "cli.main", "up", "--demo", "--lite", "--port", address.rpartition(":")[2]],
        cwd=folder,
        env=environment(None),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert second.returncode == 1
    assert "已被占用" in second.stderr
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0


def test_a_real_office_is_never_made_a_demo(database_url: str, folder: Path) -> None:
    run = [sys.executable, "-m", "cli.main"]
    env = environment(database_url)
    office = Path(__file__).parent.parent.parent / "examples" / "office.toml"
    subprocess.run(
        [*run, "init", "--office", str(office)], cwd=folder, env=env, check=True, capture_output=True
    )
    refused = subprocess.run(
        [*run, "up", "--demo", "--lite", "--port", "0"], cwd=folder, env=env, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "不是演示库" in refused.stderr
