"""The sample ledger, project by project against a slow reference that knows nothing of the program."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from flows.runner import tick
from states.clock import SHANGHAI
from states.db import reading
from states.keyfile import seal_key
from states.seals import verify
from states.settings import settings
from tests.conftest import EXAMPLES
from tests.stories.reference import Claim, claims, simulate

IMPORTED = date(2018, 6, 30)
STEP_KEYS = {
    "洽谈": "negotiation",
    "签约": "signed",
    "注册": "registered",
    "开工": "construction",
    "投产": "production",
}
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))
REFUSED = {(row["sheet"], row["row"]) for row in EXPECTED["imported"]["refused"]}


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ZLF_SEAL_KEY", "test-key")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def reference() -> list[Claim]:
    return claims(EXAMPLES / "ledger.xlsx", IMPORTED, REFUSED)


def rows(engine: Engine, query: str, **values: Any) -> list[Any]:
    with reading(engine) as session:
        return list(session.execute(text(query), values).all())


def day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def test_every_open_step_has_the_day_of_the_reference(sample: Engine, reference: list[Claim]) -> None:
    found = rows(
        sample,
        "SELECT r.name, t.kind, t.start_on, t.due_on, t.backlog FROM task t"
        " JOIN project_revision r ON r.project_id = t.project_id AND r.superseded_at IS NULL AND r.to_on IS NULL",
    )
    ours = Counter(
        (name, kind, day(start), day(due), bool(backlog)) for name, kind, start, due, backlog in found
    )
    theirs = Counter(
        (claim.name, STEP_KEYS[claim.step], claim.start, claim.due, claim.backlog) for claim in reference
    )
    assert ours == theirs
    assert sum(claim.due < IMPORTED for claim in reference) == 592


def test_the_rungs_of_half_a_year_day_by_day(sample: Engine, key: None, reference: list[Claim]) -> None:
    on, last = date(2018, 7, 2), date(2018, 12, 31)
    expected = dict(simulate(reference, on, last))
    while on <= last:
        at = datetime.combine(on, time(8, 30), SHANGHAI)
        report = tick(sample, at, wall=at, by="test").as_json()
        happened = expected.get(on, [])
        assert report["fired"] == dict(Counter(rung for _, rung, fires in happened if fires)), on
        assert report["recorded"] == dict(Counter(rung for _, rung, fires in happened if not fires)), on
        assert report["held"] is None
        on += timedelta(days=1)
    found = rows(
        sample,
        "SELECT r.name, e.rung, e.fired_on, e.recorded FROM escalation e JOIN task t ON t.id = e.task_id"
        " JOIN project_revision r ON r.project_id = t.project_id AND r.superseded_at IS NULL AND r.to_on IS NULL",
    )
    ours = Counter((name, rung, day(fired), bool(recorded)) for name, rung, fired, recorded in found)
    theirs = Counter(
        (claim.name, rung, on, not fires)
        for on, happened in expected.items()
        for claim, rung, fires in happened
    )
    assert ours == theirs
    with reading(sample) as session:
        assert verify(session, seal_key(settings())).sound


def test_two_ticks_at_one_instant_the_second_adds_no_row(sample: Engine, key: None) -> None:
    at = datetime(2018, 7, 2, 8, 30, tzinfo=SHANGHAI)
    first = tick(sample, at, wall=at, by="test")
    before = counts(sample)
    second = tick(sample, at, wall=at, by="test")
    assert first.as_json()["fired"] and not second.as_json()["fired"]
    assert counts(sample) == before


def counts(engine: Engine) -> dict[str, int]:
    from sqlmodel import SQLModel

    return {name: rows(engine, f'SELECT count(*) FROM "{name}"')[0][0] for name in SQLModel.metadata.tables}
