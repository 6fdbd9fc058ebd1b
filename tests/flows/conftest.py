"""An office in use since 2018-06-30, with a few tasks that climb; and the clock's instants as they are written."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import select

from states.clock import SHANGHAI
from states.db import reading, writing
from states.events import record
from states.people.tables import Region
from states.periods import Period
from states.policy.active import current_pack
from states.projects.tables import Project, ProjectRevision
from states.settings import settings
from states.tasks.tables import Task

WALL = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
Tasks = Callable[..., None]


def at(written: str) -> datetime:
    """2018-07-02T08:30 in Shanghai, as UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI).astimezone(UTC)


def rows(engine: Engine) -> dict[str, int]:
    """Rows of every table."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names
        }


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A seal key from the environment, as in a container."""
    monkeypatch.setenv("ZLF_SEAL_KEY", "a key for tests only")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def used(office: Engine) -> Engine:
    """The office with one imported project, imported on 2018-06-30."""
    add_tasks(office, 0)
    return office


def add_tasks(
    engine: Engine, n: int, due_on: date = date(2018, 7, 2), next_on: date = date(2018, 7, 3)
) -> None:
    """A project of 2 亿 with `n` open steps due on a day, each on the ladder of orders."""
    with writing(engine) as session:
        pack_id, _ = current_pack(session, date(2018, 6, 30))
        locality = session.exec(select(Region).where(Region.name == "嘉鱼县")).one()
        project = Project(
            pack_id=pack_id, stage="signed", locality_id=locality.id, imported_on=date(2018, 6, 30)
        )
        session.add(project)
        session.flush()
        event = record(
            session, "project_imported", actor_id=1, at=at("2018-06-30T00:00"), project_id=project.id
        )
        session.add(
            ProjectRevision(
                project_id=project.id,
                name=f"项目{project.id}",
                locality_id=locality.id,
                amount_yuan=200_000_000,
                from_on=date(2018, 1, 1),
                known_at=at("2018-06-30T00:00"),
                event_id=event,
            )
        )
        for number in range(n):
            session.add(
                Task(
                    project_id=project.id,
                    slot="specialist",
                    kind="registered",
                    batch=f"{number}",
                    ladder="order",
                    start_on=date(2018, 5, 3),
                    opened_on=date(2018, 6, 30),
                    clause="第8条",
                    raw_on=due_on,
                    due_on=due_on,
                    ladder_from_on=due_on,
                    rung="R0-3",
                    next_rung_on=next_on,
                )
            )


def periods(engine: Engine) -> dict[str, tuple[str | None, bool]]:
    """flow/period → (outcome, late)."""
    with reading(engine) as session:
        return {f"{row.flow}/{row.period}": (row.outcome, row.late) for row in session.exec(select(Period))}
