"""The only reader of the wall clock. Edges call it once a request and pass the instant on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def wall() -> datetime:
    """This instant, UTC: for tokens, sessions and attempts, which a demo's offset must not move."""
    return datetime.now(UTC)


def now(offset: timedelta = timedelta()) -> datetime:
    """Business time, UTC: the wall clock plus the installation's stored demo offset."""
    return wall() + offset


def local(at: datetime) -> datetime:
    """The instant on an office's wall, Asia/Shanghai."""
    return at.astimezone(SHANGHAI)


def today(at: datetime) -> date:
    """The Asia/Shanghai calendar date of an instant."""
    return local(at).date()


def start_of(on: date) -> datetime:
    """00:00 of a date: what a date stands for in what is put in (default-pack.md, Imports)."""
    return datetime.combine(on, time(0), SHANGHAI).astimezone(UTC)


def end_of(on: date) -> datetime:
    """23:59:59 of a date: what a date stands for in what is asked (default-pack.md, Imports)."""
    return datetime.combine(on, time(23, 59, 59), SHANGHAI).astimezone(UTC)
