"""The one timetable: which flow is due when. It feeds Prefect's schedules, the heartbeat and `zlf tick` alike.

Escalation: every working day at the pack's hour. Monthly dispatch: opens at that hour on the month's last working
day; its data freeze and its publication are days that a person meets (default-pack.md, *Periods*).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from states.clock import SHANGHAI, local
from states.policy.schema import Pack
from states.workdays import Calendar

ESCALATION = "overdue_escalation"
DISPATCH = "monthly_dispatch"
LABELS = {ESCALATION: "逾期督办", DISPATCH: "月度调度"}


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One period of one flow; `due_at` is an instant of business time, UTC. Keys sort like their days."""

    due_at: datetime
    flow: str
    period: str

    @property
    def on(self) -> date:
        """The Asia/Shanghai day on which it is due."""
        return local(self.due_at).date()


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month's dispatch: it opens, its data close, its bulletin is due."""

    opens_on: date
    freezes_on: date
    publish_by: date


def due_periods(calendar: Calendar, pack: Pack, since: datetime, until: datetime) -> list[Due]:
    """Every period due in [since, until], in order."""
    if since > until:
        return []
    days = _days(local(since).date(), local(until).date())
    found = (due for on in days if calendar.is_workday(on) for due in _due_on(calendar, pack, on))
    return sorted(due for due in found if since <= due.due_at <= until)


def month(calendar: Calendar, pack: Pack, period: str) -> Month:
    """The days of the dispatch of "2018-06"."""
    year, number = int(period[:4]), int(period[5:])
    before_next = calendar.last_workday(year, number)
    return Month(
        before_next,
        calendar.plus(before_next, pack.periods.month_freezes_workday),
        calendar.plus(before_next, pack.periods.month_published_workday),
    )


def cron(at: time, offset: timedelta) -> str:
    """A daily cron for business hour `at` on a wall clock in Asia/Shanghai; which days count, the timetable says.

    A cron cannot know the State Council calendar (Saturdays are worked, Mondays are not): a run on a day
    without a period ends at once.
    """
    moment = datetime.combine(date(2000, 1, 2), at) - offset % timedelta(days=1)
    if moment.second or moment.microsecond:
        moment += timedelta(minutes=1)
    return f"{moment.minute} {moment.hour} * * *"


def _due_on(calendar: Calendar, pack: Pack, on: date) -> Iterator[Due]:
    at = datetime.combine(on, pack.periods.sweep_at, SHANGHAI).astimezone(UTC)
    yield Due(at, ESCALATION, on.isoformat())
    if on == calendar.last_workday(on.year, on.month):
        yield Due(at, DISPATCH, f"{on:%Y-%m}")


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
