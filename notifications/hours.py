"""When alerts may leave: the pack's hours on working days, Asia/Shanghai (default-pack.md, *Hours*)."""

from datetime import UTC, date, datetime, time

from states.clock import SHANGHAI, local
from states.policy.schema import Hours
from states.workdays import Calendar


def is_open(now: datetime, hours: Hours, calendar: Calendar) -> bool:
    """Whether alerts may leave at this instant; both bounds are in."""
    at = local(now)
    return calendar.is_workday(at.date()) and hours.opens <= at.time() <= hours.closes


def next_opening(now: datetime, hours: Hours, calendar: Calendar) -> datetime:
    """`now` itself within the hours, else the next opening on a working day; UTC."""
    at = local(now)
    if is_open(now, hours, calendar):
        return now
    if calendar.is_workday(at.date()) and at.time() < hours.opens:
        return opening(at.date(), hours.opens)
    return opening(calendar.plus(at.date(), 1), hours.opens)


def opening(on: date, opens: time) -> datetime:
    """The instant at which alerts of that day begin; UTC."""
    return datetime.combine(on, opens, SHANGHAI).astimezone(UTC)
