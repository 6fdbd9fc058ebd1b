"""Where a flow meets the clock and the database: both read once, then the runner's plain functions."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from flows.report import TickReport
from flows.runner import open_period, tick
from states.clock import wall
from states.db import engine_for, reading
from states.founding import installation_of
from states.settings import settings


def due_now(flows: Collection[str], as_of: datetime | None, by: str) -> TickReport:
    """`tick` for some flows at `as_of`, None = business time now."""
    with _opened() as (engine, instant, now):
        return tick(engine, as_of or now, wall=instant, by=by, flows=flows)


def open_by_command(flow: str, period: str, as_of: datetime | None) -> TickReport:
    """One period by command, also one from before the first import; once."""
    with _opened() as (engine, instant, now):
        return open_period(engine, flow, period, as_of or now, wall=instant)


@contextmanager
def _opened() -> Iterator[tuple[Engine, datetime, datetime]]:
    """The engine, the wall clock and business time (wall + the demo's offset)."""
    engine = engine_for(settings().database_url)
    try:
        instant = wall()
        with reading(engine) as session:
            offset = installation_of(session).offset
        yield engine, instant, instant + offset
    finally:
        engine.dispose()
