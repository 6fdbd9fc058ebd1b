"""The one timetable: worked days, month ends, year ends, make-up days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flows.timetable import DISPATCH, ESCALATION, Month, cron, due_periods, month
from states.clock import end_of, start_of
from states.policy.load import parse, shipped
from states.workdays import Calendar

CALENDAR, PACK = Calendar.national(), parse(shipped())


def between(first: str, last: str) -> list[tuple[str, str]]:
    """(flow, period) due from the first day's 00:00 to the last day's 23:59:59."""
    dues = due_periods(CALENDAR, PACK, start_of(date.fromisoformat(first)), end_of(date.fromisoformat(last)))
    return [(due.flow, due.period) for due in dues]


def sweeps(first: str, last: str) -> list[str]:
    return [period for flow, period in between(first, last) if flow == ESCALATION]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2018-06-30", "2018-07-03", ["2018-07-02", "2018-07-03"]),  # a weekend first
        (
            "2026-09-18",
            "2026-09-22",
            ["2026-09-18", "2026-09-20", "2026-09-21", "2026-09-22"],
        ),  # Sunday worked
        ("2026-09-30", "2026-10-08", ["2026-09-30", "2026-10-08"]),  # national day
        ("2026-10-09", "2026-10-12", ["2026-10-09", "2026-10-10", "2026-10-12"]),  # Saturday worked
        ("2018-12-28", "2019-01-03", ["2018-12-28", "2018-12-29", "2019-01-02", "2019-01-03"]),  # year's end
        (
            "2024-02-08",
            "2024-02-19",
            ["2024-02-08", "2024-02-09", "2024-02-18", "2024-02-19"],
        ),  # spring festival
    ],
)
def test_a_sweep_is_due_on_every_working_day(first: str, last: str, expected: list[str]) -> None:
    assert sweeps(first, last) == expected


def test_a_sweep_is_due_at_half_past_eight_in_shanghai() -> None:
    due = due_periods(CALENDAR, PACK, start_of(date(2018, 7, 2)), end_of(date(2018, 7, 2)))
    assert [each.due_at for each in due] == [datetime(2018, 7, 2, 0, 30, tzinfo=UTC)]


def test_both_ends_count_and_the_second_before_does_not() -> None:
    at = datetime(2018, 7, 2, 0, 30, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert len(due_periods(CALENDAR, PACK, at, at)) == 1
    assert due_periods(CALENDAR, PACK, at + second, at + second) == []
    assert due_periods(CALENDAR, PACK, at - 2 * second, at - second) == []
    assert due_periods(CALENDAR, PACK, at, at - second) == []


def test_a_month_opens_on_its_last_working_day() -> None:
    opened = [period for flow, period in between("2018-06-01", "2018-12-31") if flow == DISPATCH]
    assert opened == ["2018-06", "2018-07", "2018-08", "2018-09", "2018-10", "2018-11", "2018-12"]
    assert (DISPATCH, "2018-06") in between("2018-06-29", "2018-06-29")
    assert (DISPATCH, "2018-12") in between("2018-12-29", "2018-12-29")  # a worked Saturday
    assert (DISPATCH, "2018-12") not in between("2018-12-28", "2018-12-28")


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2018-06", Month(date(2018, 6, 29), date(2018, 7, 4), date(2018, 7, 6))),
        ("2018-07", Month(date(2018, 7, 31), date(2018, 8, 3), date(2018, 8, 7))),
        ("2018-12", Month(date(2018, 12, 29), date(2019, 1, 4), date(2019, 1, 8))),
        ("2026-09", Month(date(2026, 9, 30), date(2026, 10, 10), date(2026, 10, 13))),
    ],
)
def test_freeze_and_publication_are_the_third_and_fifth_working_day(period: str, days: Month) -> None:
    assert month(CALENDAR, PACK, period) == days


def test_every_worked_day_of_a_year_once_and_twelve_months() -> None:
    year = between("2025-01-01", "2025-12-31")
    worked = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [p for f, p in year if f == ESCALATION] == [
        d.isoformat() for d in worked if CALENDAR.is_workday(d)
    ]
    assert [p for f, p in year if f == DISPATCH] == [f"2025-{n:02}" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (timedelta(), "30 8 * * *"),
        (timedelta(days=-3000), "30 8 * * *"),
        (timedelta(hours=1), "30 7 * * *"),
        (timedelta(hours=-9), "30 17 * * *"),
        (timedelta(seconds=30), "30 8 * * *"),
        (timedelta(hours=20), "30 12 * * *"),
    ],
)
def test_a_cron_never_runs_before_its_business_hour(offset: timedelta, expected: str) -> None:
    assert cron(time(8, 30), offset) == expected
