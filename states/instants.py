"""From instants (UTC) to an office's days (Asia/Shanghai) and back: pure, reads no clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """The instant on an office's wall, Asia/Shanghai."""
    return at.astimezone(SHANGHAI)


def day_of(at: datetime) -> date:
    """The Asia/Shanghai calendar date of an instant."""
    return local(at).date()


def start_of(on: date) -> datetime:
    """00:00 of a date: what a date stands for in what is put in (default-pack.md, Imports)."""
    return datetime.combine(on, time(0), SHANGHAI).astimezone(UTC)


def end_of(on: date) -> datetime:
    """23:59:59 of a date: what a date stands for in what is asked (default-pack.md, Imports)."""
    return datetime.combine(on, time(23, 59, 59), SHANGHAI).astimezone(UTC)
