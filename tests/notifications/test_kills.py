"""SIGKILL at random moments: nothing lost without a mark, nothing twice, at most one uncertain a kill."""

import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


def pumping(url: str, port: int, wall: datetime) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.notifications.pumping", url, str(port), wall.isoformat()]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def go(child: "subprocess.Popen[str]") -> None:
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("go\n")
    child.stdin.flush()


def end(child: "subprocess.Popen[str]") -> None:
    child.kill()
    child.communicate()


def test_killed_thirty_times(office: Engine, database_url: str) -> None:
    with transaction(office, SWEPT_AT, {EMAIL}) as session:
        story = Story(session)
        person = story.person("张专员", "zhang@example.cn")
        for number in range(MESSAGES):
            project = story.project(f"项目{number}")
            story.holder(project, "specialist", person=person)
            story.fired(project, "R0-3")
    box, chance = receivers.Mailbox(), random.Random(20180702)
    with receivers.smtp(box) as port:
        walls = [WALL + n * (LEASE + timedelta(seconds=1)) for n in range(KILLS + 2)]
        following = pumping(database_url, port, walls[0])
        for wall in walls[1 : KILLS + 1]:
            child, following = following, pumping(database_url, port, wall)
            go(child)
            sleep(chance.uniform(0, 0.12))
            end(child)
        go(following)
        assert following.stdout is not None
        assert following.stdout.readline() == "done\n"
        following.communicate()
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
