"""The calendar's data: against a second library, and the lunar days against sun and moon."""

import tomllib
from datetime import date, datetime, timedelta
from importlib.resources import files
from math import radians
from math import sin as sine

import chinese_calendar
import pytest

from states.workdays import Calendar

NATIONAL = Calendar.national()
DATA = tomllib.loads(files("states.calendar").joinpath("cn.toml").read_text("utf-8"))
PROVISIONAL = sorted((int(year), days) for year, days in DATA["provisional"]["off"].items())
# 国办发明电〔2005〕35号: "12月31日(星期六)上班". The library still has that day off (its issue 125).
KNOWN_ERRORS_OF_THE_LIBRARY = {date(2005, 12, 31)}


def d(text: str) -> date:
    return date.fromisoformat(text)


def every_day(first: int, last: int) -> list[date]:
    start, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    return [date.fromordinal(n) for n in range(start, end + 1)]


def test_every_confirmed_day_equals_chinesecalendar() -> None:
    differing = {
        on for on in every_day(2004, 2026) if NATIONAL.is_workday(on) != chinese_calendar.is_workday(on)
    }
    assert differing == KNOWN_ERRORS_OF_THE_LIBRARY
    assert NATIONAL.is_workday(date(2005, 12, 31))


@pytest.mark.parametrize(
    ("on", "worked"),
    [
        ("2007-12-29", True),  # by the notice for 2008
        ("2011-12-31", True),  # by the notice for 2012
        ("2015-09-04", False),  # 抗战胜利70周年
        ("2015-09-06", True),
        ("2019-05-03", False),  # 劳动节 as changed in March 2019
        ("2019-05-05", True),
        ("2020-01-31", False),  # spring festival, prolonged in January 2020
        ("2020-02-01", False),  # a make-up day until then
        ("2020-02-03", True),
        ("2021-02-07", True),
        ("2021-02-20", True),
        ("2026-02-14", True),
        ("2026-10-10", True),
    ],
)
def test_days_that_the_notices_single_out(on: str, worked: bool) -> None:
    assert NATIONAL.is_workday(d(on)) is worked


def test_each_notice_is_whole_and_says_nothing_twice() -> None:
    assert [notice["year"] for notice in DATA["notice"]] == list(range(2004, 2027))
    off = [text.split()[0].split("..") for notice in DATA["notice"] for text in notice["off"]]
    worked = [d(text) for notice in DATA["notice"] for text in notice["worked"]]
    assert all(on.weekday() >= 5 for on in worked)
    assert worked == sorted(set(worked))
    spans = [(d(span[0]), d(span[-1])) for span in off]
    assert all(first <= last for first, last in spans)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert not [on for on in worked if any(first <= on <= last for first, last in spans)]


def weekdays_off(year: int) -> list[str]:
    return [f"{on:%m-%d}" for on in every_day(year, year) if on.weekday() < 5 and not NATIONAL.is_workday(on)]


def test_provisional_years() -> None:
    # 2027: 除夕 is Friday 5 February, 初一 and 初二 a weekend, 初三 Monday; 劳动节 falls on a weekend.
    assert weekdays_off(2027) == ["01-01", "02-05", "02-08", "04-05", "06-09", "09-15", "10-01"]
    # 2028: 中秋 falls on 3 October, 端午 on a Sunday.
    assert weekdays_off(2028) == [
        *("01-25", "01-26", "01-27", "01-28", "04-04", "05-01", "05-02", "10-02", "10-03")
    ]
    assert [year for year, _ in PROVISIONAL] == list(range(2027, 2061))
    weekends = [on for on in every_day(2027, 2060) if on.weekday() >= 5]
    assert not any(NATIONAL.is_workday(on) for on in weekends)


@pytest.mark.parametrize(("year", "texts"), PROVISIONAL)
def test_provisional_lunar_months_begin_at_a_new_moon(year: int, texts: list[str]) -> None:
    eve, third = map(d, texts[0].split(".."))
    dragon, moon = d(texts[2]), d(texts[3])
    assert third - eve == timedelta(days=3)
    new_year = eve + timedelta(days=1)
    assert date(year, 1, 21) <= new_year <= date(year, 2, 20)
    begins = {new_year, dragon - timedelta(days=4), moon - timedelta(days=14)}
    assert begins <= new_moons(year)
    # 五月 is four months after 正月, 八月 three after that; a leap month may lie between.
    assert round((dragon - new_year).days / 29.53) in (4, 5)
    assert date(year, 9, 7) <= moon <= date(year, 10, 8)


@pytest.mark.parametrize(("year", "texts"), PROVISIONAL)
def test_provisional_qingming_is_the_day_of_15_degrees(year: int, texts: list[str]) -> None:
    midnight = datetime.fromisoformat(texts[1])
    assert sun_longitude(midnight) < 15 <= sun_longitude(midnight + timedelta(days=1))


# Low-precision positions by Meeus, Astronomical Algorithms (chapters 25 and 49), good to about a minute for
# the moon and a quarter of an hour for the sun; no date of these years lies closer to midnight than that.
J2000 = datetime(2000, 1, 1, 12)
BEIJING = timedelta(hours=8) - timedelta(seconds=80)  # from dynamical time


def sin(degrees: float) -> float:
    return sine(radians(degrees))


def new_moons(year: int) -> set[date]:
    first = int((year - 2000) * 12.3685)
    return {new_moon(k).date() for k in range(first - 1, first + 14)}


def new_moon(k: int) -> datetime:
    t = k / 1236.85
    e = 1 - 0.002516 * t
    sun = 2.5534 + 29.10535670 * k
    moon = 201.5643 + 385.81693528 * k
    node = 160.7108 + 390.67050284 * k
    days = 5.09766 + 29.530588861 * k + 0.00015437 * t * t - 0.40720 * sin(moon) + 0.17241 * e * sin(sun)
    days += 0.01608 * sin(2 * moon) + 0.01039 * sin(2 * node) + 0.00739 * e * sin(moon - sun)
    days += -0.00514 * e * sin(moon + sun) + 0.00208 * e * e * sin(2 * sun) - 0.00111 * sin(moon - 2 * node)
    days += -0.00057 * sin(moon + 2 * node) + 0.00056 * e * sin(2 * moon + sun) - 0.00042 * sin(3 * moon)
    days += 0.00042 * e * sin(sun + 2 * node) + 0.00038 * e * sin(sun - 2 * node)
    days += -0.00024 * e * sin(2 * moon - sun)
    return J2000 + timedelta(days=days) + BEIJING


def sun_longitude(beijing: datetime) -> float:
    """Apparent longitude in degrees, 0 at the spring equinox."""
    t = (beijing - BEIJING - J2000) / timedelta(days=36525)
    anomaly = 357.52911 + 35999.05029 * t - 0.0001537 * t * t
    centre = (1.914602 - 0.004817 * t) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    aberration = 0.00569 + 0.00478 * sin(125.04 - 1934.136 * t)
    return (mean + centre + 0.000289 * sin(3 * anomaly) - aberration) % 360
