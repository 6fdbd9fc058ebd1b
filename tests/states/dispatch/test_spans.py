"""Which days a period's text means, and how it is read before its end."""

from datetime import UTC, date, datetime

import pytest

from states.dispatch.spans import span_of
from states.errors import Malformed, NotAllowedNow
from states.instants import end_of, start_of

LATER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2018-13",
        "2018-00",
        "2018-6",
        "2018",
        "2018-06-30",
        "",
        "二〇一八-06",
        "0000-01",
        "０００１-01",
        "2018-06\n",
        "x" * 500,
    ],
)
def test_a_bad_period_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="年-月"):
        span_of(text, LATER)


@pytest.mark.parametrize(
    ("period", "suffix", "last"),
    [
        ("2018-01", "2018M1", date(2018, 1, 31)),
        ("2018-03", "2018Q1", date(2018, 3, 31)),
        ("2018-05", "2018M1-5", date(2018, 5, 31)),
        ("2018-06", "2018H1", date(2018, 6, 30)),
        ("2018-09", "2018M1-9", date(2018, 9, 30)),
        ("2018-12", "2018", date(2018, 12, 31)),
        ("2020-02", "2020M1-2", date(2020, 2, 29)),
    ],
)
def test_a_period_runs_from_january_to_the_months_end(period: str, suffix: str, last: date) -> None:
    span = span_of(period, LATER)
    assert (span.suffix, span.on, span.ended) == (suffix, last, True)
    assert span.shown == f"{period[:4]}-01..{period}"
    assert span.year_before.on.month == last.month


def test_a_leap_february_is_compared_to_the_months_end() -> None:
    assert span_of("2020-02", LATER).year_before.on == date(2019, 2, 28)
    assert span_of("2021-02", LATER).year_before.on == date(2020, 2, 29)


def test_a_period_ends_with_its_last_second() -> None:
    assert span_of("2018-06", end_of(date(2018, 6, 30))).ended
    early = span_of("2018-06", start_of(date(2018, 6, 30)))
    assert (early.ended, early.on) == (False, date(2018, 6, 30))


def test_an_unfinished_month_is_read_and_compared_up_to_the_same_day() -> None:
    span = span_of("2018-06", start_of(date(2018, 6, 12)))
    assert (span.ended, span.on, span.year_before.on) == (False, date(2018, 6, 12), date(2017, 6, 12))


def test_a_month_to_come_has_nothing_to_say() -> None:
    with pytest.raises(NotAllowedNow, match="尚未开始"):
        span_of("2018-07", end_of(date(2018, 6, 30)))
