"""A tick killed at any point loses nothing and doubles nothing: SIGKILL at random, then the same day again."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from sqlalchemy import Engine, text

from flows.runner import tick
from states.clock import SHANGHAI
from states.db import engine_for, reading
from states.keyfile import seal_key
from states.seals import verify
from states.settings import settings
from tests.conftest import EXAMPLES
from tests.stories.reference import Claim, claims, simulate, worked
from tests.stories.test_sample_ledger import IMPORTED, REFUSED, day

KILLS = 50
ROUNDS = 20 if os.environ.get("ZLF_SOAK") else 1
WARMING = 6
DAYS = [
    date(2018, 7, 2) + timedelta(days=n) for n in range(183) if worked(date(2018, 7, 2) + timedelta(days=n))
]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ZLF_SEAL_KEY", "test-key")
    settings.cache_clear()
    yield
    settings.cache_clear()


def at(on: date) -> datetime:
    return datetime.combine(on, clock_time(8, 30), SHANGHAI)


def work(url: str, start: int, pipe: int) -> None:
    """The child: tick day after day, say each day that is done."""
    engine = engine_for(url)
    for number in range(start, len(DAYS)):
        tick(engine, at(DAYS[number]), wall=at(DAYS[number]), by="child")
        os.write(pipe, b".")
    engine.dispose()


def run_until_killed(url: str, start: int, seconds: float | None) -> int:
    """Fork a child from day `start`, kill it after `seconds` (None: let it end); the number of days it finished."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read_end)
            work(url, start, write_end)
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read_end, "rb") as pipe:
        done = len(pipe.read())
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return done


def query(engine: Engine, statement: str) -> list[Any]:
    with reading(engine) as session:
        return list(session.execute(text(statement)).all())


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_at_random_points_nothing_is_lost_and_nothing_doubled(
    sample: Engine, key: None, seed: int
) -> None:
    url = sample.url.render_as_string(hide_password=False)
    usual = seconds_a_tick(sample)
    sample.dispose()
    draw, done = random.Random(seed), WARMING
    for kills in range(KILLS):
        assert done < len(DAYS), f"the days ran out after {kills} kills"
        ahead = done - WARMING > (len(DAYS) - WARMING) * (kills + 1) / KILLS * 0.8
        done += run_until_killed(url, done, draw.uniform(0, (1 if ahead else 2.5) * usual))
    done += run_until_killed(url, done, None)
    assert done == len(DAYS)
    _nothing_lost_nothing_doubled(sample)


def seconds_a_tick(engine: Engine) -> float:
    """How long a tick takes here, from the first days, undisturbed: the kills fall within about two of them."""
    took = []
    for on in DAYS[:WARMING]:
        began = time.perf_counter()
        tick(engine, at(on), wall=at(on), by="parent")
        took.append(time.perf_counter() - began)
    return sorted(took)[WARMING // 2]


def _nothing_lost_nothing_doubled(engine: Engine) -> None:
    reference = claims(EXAMPLES / "ledger.xlsx", IMPORTED, REFUSED)
    expected = Counter(
        (claim.name, rung, on, not fires)
        for on, happened in simulate(reference, DAYS[0], DAYS[-1])
        for claim, rung, fires in happened
    )
    assert _rungs(engine) == expected
    fired = sum(count for (_, _, _, recorded), count in expected.items() if not recorded)
    assert query(engine, "SELECT count(*) FROM event WHERE kind = 'rung_fired'")[0][0] == fired
    untold = "SELECT count(*) FROM event e WHERE kind = 'rung_fired' AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.event_id = e.id)"
    assert query(engine, untold)[0][0] == 0
    periods = query(
        engine, "SELECT period, outcome FROM period WHERE flow = 'overdue_escalation' ORDER BY period"
    )
    assert [(period, outcome) for period, outcome in periods] == [(on.isoformat(), "done") for on in DAYS]
    with reading(engine) as session:
        audit = verify(session, seal_key(settings()))
    assert audit.sound and audit.unsealed == 0


def _rungs(engine: Engine) -> Counter[tuple[str, str, date, bool]]:
    found = query(
        engine,
        "SELECT r.name, e.rung, e.fired_on, e.recorded FROM escalation e JOIN task t ON t.id = e.task_id"
        " JOIN project_revision r ON r.project_id = t.project_id AND r.superseded_at IS NULL AND r.to_on IS NULL",
    )
    return Counter((name, rung, day(on), bool(recorded)) for name, rung, on, recorded in found)


def test_the_reference_has_something_to_lose() -> None:
    reference: list[Claim] = claims(EXAMPLES / "ledger.xlsx", IMPORTED, REFUSED)
    assert sum(len(happened) for _, happened in simulate(reference, DAYS[0], DAYS[-1])) > 2000
