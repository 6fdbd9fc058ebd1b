"""SIGKILL at random moments: nothing lost without a mark, nothing twice, at most one uncertain a kill."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL
from time import sleep

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from notifications import transaction
from notifications.announce import EMAIL
from notifications.channels.email import message_id
from notifications.outbox import LEASE
from notifications.tables import Attempt, Delivery
from tests.notifications import receivers
from tests.notifications.ledger import SWEPT_AT, Story

ROOT = Path(__file__).parents[2]
WALL = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
KILLS, MESSAGES = 30, 300


class Pumps:
    """Starts pumps in a process of their own, one after the other."""

    def __init__(self, url: str, port: int) -> None:
        command = [sys.executable, "-m", "tests.notifications.pumping", url, str(port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, wall: datetime, moment: Callable[[], None] | None = None) -> int:
        """One pump, killed when `moment` returns; its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(wall.isoformat(), file=self.process.stdin, flush=True)
        pid = int(self.process.stdout.readline())
        if moment is not None:
            moment()
            with suppress(ProcessLookupError):
                os.kill(pid, SIGKILL)
        return int(self.process.stdout.readline())


def test_killed_thirty_times(office: Engine) -> None:
    with transaction(office, SWEPT_AT, {EMAIL}) as session:
        story = Story(session)
        person = story.person("张专员", "zhang@example.cn")
        for number in range(MESSAGES):
            project = story.project(f"项目{number}")
            story.holder(project, "specialist", person=person)
            story.fired(project, "R0-3")
    box, chance = receivers.Mailbox(), random.Random(20180702)

    def a_few_later() -> None:
        """When up to nine more have arrived, and a little later: somewhere between two of our commits."""
        enough = len(box.mails) + chance.randint(0, 9)
        while len(box.mails) < enough:
            sleep(0.001)
        sleep(chance.uniform(0, 0.03))

    with receivers.smtp(box) as port:
        pumps = Pumps(office.url.render_as_string(hide_password=False), port)
        wall = WALL
        for _ in range(KILLS):
            assert pumps.run(wall, a_few_later) == -SIGKILL
            wall += LEASE + timedelta(seconds=1)
        assert pumps.run(wall) == 0
        pumps.process.communicate()
    arrived = Counter(str(mail["Message-ID"]) for mail in box.mails)
    with Session(office) as session:
        rows = session.execute(select(col(Delivery.key), col(Delivery.state))).all()
        open_attempts = session.execute(select(Attempt).where(col(Attempt.ended_at).is_(None))).all()
    states = Counter(state for _, state in rows)
    assert len(rows) == MESSAGES
    assert set(states) <= {"sent", "uncertain"}
    assert 0 < states["uncertain"] <= KILLS
    assert len(open_attempts) == states["uncertain"]
    assert max(arrived.values()) == 1
    assert {message_id(key) for key, state in rows if state == "sent"} <= set(arrived)
