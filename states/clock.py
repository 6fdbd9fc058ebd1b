"""The only reader of the wall clock. Edges call it once a request and pass the instant on."""

from datetime import UTC, datetime, timedelta

from states.instants import SHANGHAI, end_of, local, start_of
from states.instants import day_of as today

__all__ = ["SHANGHAI", "end_of", "local", "now", "start_of", "today", "wall"]


def wall() -> datetime:
    """This instant, UTC: for tokens, sessions and attempts, which a demo's offset must not move."""
    return datetime.now(UTC)


def now(offset: timedelta = timedelta()) -> datetime:
    """Business time, UTC: the wall clock plus the installation's stored demo offset."""
    return wall() + offset
