"""The arithmetic of working days, against worked examples, a day-by-day walk and a second library."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from timeit import repeat

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.workdays import Calendar, add_months, month_end

NATIONAL = Calendar.national()
ONE_DAY = timedelta(days=1)
# Around both ends of the table (2004, 2060) and inside it.
days = st.dates(date(2002, 1, 1), date(2063, 12, 31))
any_day = st.dates()
steps = st.integers(-400, 400).filter(bool)
calm = settings(deadline=None)  # the machine may stall; speed has its own test


def d(text: str) -> date:
    return date.fromisoformat(text)


def every_day(first: str, last: str) -> list[date]:
    return [date.fromordinal(n) for n in range(d(first).toordinal(), d(last).toordinal() + 1)]


def walk(on: date, n: int) -> date:
    """What `plus` means, one day at a time."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    for _ in range(abs(n)):
        on += step
        while not NATIONAL.is_workday(on):
            on += step
    return on


@pytest.mark.parametrize(
    ("on", "n", "due"),
    [
        ("2026-09-18", 3, "2026-09-22"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-28", 15, "2026-10-23"),
        ("2026-02-10", 5, "2026-02-24"),
    ],
)
def test_working_days_of_the_default_pack(on: str, n: int, due: str) -> None:
    assert NATIONAL.plus(d(on), n) == d(due)


def test_months_of_the_default_pack() -> None:
    assert add_months(d("2024-02-29"), 12) == d("2025-02-28")
    assert NATIONAL.roll(d("2026-10-03")) == d("2026-10-08")
    raw = add_months(d("2026-08-31"), 6)
    assert (raw, NATIONAL.roll(raw)) == (d("2027-02-28"), d("2027-03-01"))
    assert NATIONAL.provisional(d("2026-08-31"), raw)
    assert not NATIONAL.provisional(d("2004-01-01"), d("2026-12-31"))
    assert not NATIONAL.provisional()


def test_ends_of_a_month() -> None:
    assert NATIONAL.first_workday(2018, 5) == d("2018-05-02")
    assert NATIONAL.last_workday(2018, 6) == d("2018-06-29")
    assert NATIONAL.last_workday(2018, 9) == d("2018-09-30")  # a worked Sunday
    assert NATIONAL.first_workday(2027, 1) == d("2027-01-04")
    assert NATIONAL.plus(NATIONAL.first_workday(2018, 7), 2) == d("2018-07-04")  # third working day


def test_plus_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为 0"):
        NATIONAL.plus(d("2026-09-18"), 0)


@calm
@given(days, steps)
def test_plus_equals_a_walk(on: date, n: int) -> None:
    assert NATIONAL.plus(on, n) == walk(on, n)


@calm
@given(days, steps)
def test_plus_lands_on_a_working_day_and_its_inverse_returns(on: date, n: int) -> None:
    there = NATIONAL.plus(on, n)
    assert NATIONAL.is_workday(there)
    assert (there > on) == (n > 0)
    back = NATIONAL.plus(there, -n)
    if NATIONAL.is_workday(on):
        assert back == on
    else:  # the nearest working day on the side that n leaves
        assert back == NATIONAL.plus(on, -1 if n > 0 else 1)


@calm
@given(days, st.integers(1, 400))
def test_count_is_what_plus_added(on: date, n: int) -> None:
    there = NATIONAL.plus(on, n)
    assert NATIONAL.count(on, there) == n
    assert NATIONAL.count(on, there - ONE_DAY) == n - 1
    assert NATIONAL.count(there, on) == 0
    assert NATIONAL.count(on, on) == 0


@calm
@given(days, days, days)
def test_count_adds_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    assert NATIONAL.count(first, last) == NATIONAL.count(first, middle) + NATIONAL.count(middle, last)


@calm
@given(days)
def test_roll_is_the_first_working_day_from_here(on: date) -> None:
    rolled = NATIONAL.roll(on)
    assert NATIONAL.roll(rolled) == rolled
    assert NATIONAL.is_workday(rolled)
    assert rolled == (on if NATIONAL.is_workday(on) else walk(on, 1))


@calm
@given(days, days, steps)
def test_later_days_never_lead_to_earlier_ones(one: date, two: date, n: int) -> None:
    first, last = sorted((one, two))
    assert NATIONAL.roll(first) <= NATIONAL.roll(last)
    assert NATIONAL.plus(first, n) <= NATIONAL.plus(last, n)
    assert add_months(first, n) <= add_months(last, n)


@calm
@given(any_day, any_day, st.integers(-(10**7), 10**7).filter(bool))
def test_no_date_raises(on: date, other: date, n: int) -> None:
    assert date.min <= NATIONAL.plus(on, n) <= date.max
    assert date.min <= NATIONAL.roll(on) <= date.max
    assert NATIONAL.count(on, other) >= 0
    assert isinstance(NATIONAL.is_workday(on), bool)
    assert NATIONAL.provisional(on) == (not 2004 <= on.year <= 2026)
    assert NATIONAL.first_workday(on.year, on.month) <= NATIONAL.last_workday(on.year, on.month)
    assert date.min <= add_months(on, n) <= date.max


def test_results_stop_at_the_ends_of_time() -> None:
    assert NATIONAL.plus(date.max, 3) == date.max
    assert NATIONAL.plus(date.min, -3) == date.min
    assert add_months(date.max, 1) == date.max
    assert add_months(date.min, -1) == date.min
    assert NATIONAL.roll(date.max) == date.max  # a Friday


@calm
@given(any_day.filter(lambda on: not 2004 <= on.year <= 2060))
def test_without_data_weekends_and_fixed_statutory_days_are_off(on: date) -> None:
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    assert NATIONAL.is_workday(on) == (on.weekday() < 5 and (on.month, on.day) not in fixed)


def test_the_400_year_cycle_joins_without_a_seam() -> None:
    for around in ("0400-12-31", "2003-12-31", "2060-12-31", "2400-12-31", "9999-12-01"):
        here = [d(around) + timedelta(days=n) for n in range(-20, 21)]
        worked = [on for on in here if NATIONAL.is_workday(on)]
        assert [NATIONAL.plus(worked[0], n) for n in range(1, len(worked))] == worked[1:]
        assert NATIONAL.count(here[0] - ONE_DAY, here[-1]) == len(worked)


@calm
@given(any_day, st.integers(-3000, 3000))
def test_add_months_keeps_the_day_or_cuts_it(on: date, n: int) -> None:
    there = add_months(on, n)
    months = on.year * 12 + on.month + n
    if date.min < there < date.max:
        assert there.year * 12 + there.month == months
        assert there.day == min(on.day, month_end(there.year, there.month).day)


def test_leap_days() -> None:
    assert month_end(2028, 2) == d("2028-02-29")
    assert month_end(2100, 2) == d("2100-02-28")
    assert add_months(d("2028-02-29"), 12) == d("2029-02-28")
    assert add_months(d("2027-08-31"), 6) == d("2028-02-29")
    assert NATIONAL.is_workday(d("2028-02-29"))
    assert NATIONAL.plus(d("2028-02-28"), 1) == d("2028-02-29")


def test_rows_let_sql_add_and_count() -> None:
    rows = {row.on: row for row in NATIONAL.rows()}
    assert list(rows) == every_day("2004-01-01", "2060-12-31")
    assert all(row.workday == NATIONAL.is_workday(on) for on, row in rows.items())
    assert all(row.confirmed == (on.year <= 2026) for on, row in rows.items())
    by_number = {row.workday_no: on for on, row in rows.items() if row.workday}
    assert list(by_number) == list(range(1, len(by_number) + 1))
    for on in every_day("2026-01-01", "2026-12-31"):
        assert by_number[rows[on].workday_no + 15] == NATIONAL.plus(on, 15)
    spring, autumn = d("2018-02-11"), d("2018-10-08")
    assert rows[autumn].workday_no - rows[spring].workday_no == NATIONAL.count(spring, autumn)


def test_a_calendar_read_back_from_its_rows_is_the_same() -> None:
    rows = list(NATIONAL.rows())
    again = Calendar.from_days(
        ((row.on, row.workday) for row in rows), {r.on.year for r in rows if r.confirmed}
    )
    assert list(again.rows()) == rows


def test_an_imported_notice_replaces_the_provisional_days_of_its_year() -> None:
    known = [(row.on, row.workday) for row in NATIONAL.rows() if row.on.year != 2027]
    notice = [(d("2026-12-27"), True), (d("2027-01-01"), False), (d("2027-02-09"), False)]
    later = Calendar.from_days(known + notice, range(2004, 2028))
    assert later.is_workday(d("2026-12-27"))
    assert not later.is_workday(d("2027-02-09"))
    assert later.is_workday(d("2027-10-01"))  # confirmed: the notice alone says what is off
    assert not later.provisional(d("2027-02-09"))
    assert later.provisional(d("2028-01-01"))


def test_days_override_the_rule_also_outside_the_usual_years() -> None:
    calendar = Calendar.from_days(
        [(d("2070-05-03"), True), (d("2070-05-03"), False), (d("1999-05-01"), True)], [2070]
    )
    assert not calendar.is_workday(d("2070-05-03"))
    assert NATIONAL.is_workday(d("2070-05-03")) == (d("2070-05-03").weekday() < 5)
    assert calendar.is_workday(d("1999-05-01"))
    assert calendar.is_workday(d("2070-05-01"))  # confirmed, nothing said, a Thursday
    assert not calendar.is_workday(d("2069-05-01"))


def test_one_shared_immutable_instance() -> None:
    assert Calendar.national() is NATIONAL
    with pytest.raises(FrozenInstanceError):
        NATIONAL._last = 0  # type: ignore[misc]


def test_adding_is_far_faster_than_asking_day_by_day() -> None:
    """A guard against walking; measured at about 2,500 times, the margin is for coverage and busy machines."""
    on = d("2026-09-28")
    assert chinese_calendar.find_workday(15, on) == NATIONAL.plus(on, 15)
    ours = min(repeat(lambda: NATIONAL.plus(on, 15), number=2000, repeat=5)) / 2000
    theirs = min(repeat(lambda: chinese_calendar.find_workday(15, on), number=20, repeat=5)) / 20
    assert theirs > 200 * ours
