"""Working days: the State Council calendar, and the arithmetic that deadlines are made of.

Worked days are numbered, so adding, counting and rolling are array look-ups. A year with a State Council
notice is *confirmed*; there every Monday to Friday is worked unless the notice says otherwise. Any other year
is *provisional* (暂定): weekends and the statutory days are off. No date raises: beyond the data the rule goes
on, and results stop at `date.min` and `date.max`.
"""

import tomllib
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import accumulate, chain, compress
from typing import Any, NamedTuple, Self

FIRST_YEAR, LAST_YEAR = 2004, 2060
CYCLE = 146_097  # days in 400 years; a whole number of weeks, so the rule without data repeats after them
WEEK = b"\1\1\1\1\1\0\0"  # Monday first, as is ordinal 1


class CalendarDay(NamedTuple):
    """A row of `calendar_day`. `workday_no` counts the working days since 2004-01-01, this day included."""

    on: date
    workday_no: int
    workday: bool
    confirmed: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calendar:
    """Immutable: one instance serves all threads. Working days are numbered from 0001-01-01 on."""

    _first: int  # ordinal of the table's first day
    _end: int  # ordinal of the day after its last
    _upto: tuple[int, ...]  # per day of the table: number of the last working day up to it
    _worked: tuple[date, ...]  # the table's working days
    _before: int  # number of the last working day before the table
    _last: int  # number of the table's last working day
    _shift: int  # what the data add to the rule's numbers behind the table
    _confirmed: frozenset[int]

    @classmethod
    def national(cls) -> "Calendar":
        """The calendar of `states/calendar/cn.toml`, always the same instance."""
        return _national()

    @classmethod
    def from_days(cls, days: Iterable[tuple[date, bool]], confirmed_years: Iterable[int]) -> Self:
        """Days that override the rule, as (day, is it worked); of two entries for a day the later one holds.

        The rule: Monday to Friday, in unconfirmed years less the statutory days with a fixed date.
        """
        overrides = {on.toordinal(): worked for on, worked in days}
        confirmed = frozenset(confirmed_years)
        years = {FIRST_YEAR, LAST_YEAR, *confirmed, *(date.fromordinal(n).year for n in overrides)}
        first = date(min(years), 1, 1).toordinal()
        flags = _rule(min(years), max(years), confirmed)
        for ordinal, worked in overrides.items():
            flags[ordinal - first] = worked
        return cls._of(first, flags, confirmed)

    @classmethod
    def _of(cls, first: int, flags: bytearray, confirmed: frozenset[int]) -> Self:
        end = first + len(flags)
        before = _rule_number(first - 1)
        upto = tuple(accumulate(flags, initial=before))[1:]
        worked = tuple(map(date.fromordinal, compress(range(first, end), flags)))
        shift = upto[-1] - _rule_number(end - 1)
        return cls(first, end, upto, worked, before, upto[-1], shift, confirmed)

    def is_workday(self, on: date) -> bool:
        ordinal = on.toordinal()
        return self._number(ordinal) != self._number(ordinal - 1)

    def plus(self, on: date, n: int) -> date:
        """The n-th working day strictly after `on`, for negative n strictly before; n = 0 is a ValueError."""
        if n > 0:
            return self._date(self._number(on.toordinal()) + n)
        if n == 0:
            raise ValueError("工作日的增减数不能为 0;要顺延到工作日请用 roll")
        return self._date(self._number(on.toordinal() - 1) + n + 1)

    def roll(self, on: date) -> date:
        """`on` itself if it is worked, else the next working day."""
        return self._date(self._number(on.toordinal() - 1) + 1)

    def count(self, after: date, through: date) -> int:
        """Working days later than `after` up to and including `through`; 0 where that is not later."""
        return max(0, self._number(through.toordinal()) - self._number(after.toordinal()))

    def provisional(self, *days: date) -> bool:
        """Whether any of these days lies in a year without a State Council notice (暂定)."""
        return any(on.year not in self._confirmed for on in days)

    def first_workday(self, year: int, month: int) -> date:
        return self.roll(date(year, month, 1))

    def last_workday(self, year: int, month: int) -> date:
        return self._date(self._number(month_end(year, month).toordinal()))

    def rows(self) -> Iterator[CalendarDay]:
        """2004-01-01 to 2060-12-31, for `calendar_day`: n > 0 working days after a day is its number + n."""
        first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
        origin = previous = self._number(first - 1)
        for ordinal in range(first, last + 1):
            on, number = date.fromordinal(ordinal), self._number(ordinal)
            yield CalendarDay(on, number - origin, number > previous, on.year in self._confirmed)
            previous = number

    def _number(self, ordinal: int) -> int:
        if self._first <= ordinal < self._end:
            return self._upto[ordinal - self._first]
        return _rule_number(ordinal) + (self._shift if ordinal >= self._end else 0)

    def _date(self, number: int) -> date:
        if self._before < number <= self._last:
            return self._worked[number - self._before - 1]
        return _rule_date(number - (self._shift if number > self._last else 0))


def add_months(on: date, n: int) -> date:
    """The same day of the month n months on (or back), cut to the month's last day."""
    year, month = divmod(on.year * 12 + on.month - 1 + n, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _rule(first_year: int, last_year: int, confirmed: Collection[int]) -> bytearray:
    """One flag a day, 1 = worked, by the rule of `Calendar.from_days` without its overrides."""
    first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    weekday = (first - 1) % 7
    flags = bytearray((WEEK * ((last - first) // 7 + 2))[weekday : weekday + last - first + 1])
    for year in range(first_year, last_year + 1):
        for month, day in () if year in confirmed else _statutory():
            flags[date(year, month, day).toordinal() - first] = 0
    return flags


class _Cycle(NamedTuple):
    upto: tuple[int, ...]  # working days among the first i days of the cycle
    worked: tuple[int, ...]  # ordinals of its working days


@cache
def _cycle() -> _Cycle:
    flags = _rule(1, 400, ())
    return _Cycle(tuple(accumulate(flags, initial=0)), tuple(compress(range(1, CYCLE + 1), flags)))


def _rule_number(ordinal: int) -> int:
    cycles, day = divmod(ordinal, CYCLE)
    return cycles * len(_cycle().worked) + _cycle().upto[day]


def _rule_date(number: int) -> date:
    cycles, index = divmod(number - 1, len(_cycle().worked))
    ordinal = cycles * CYCLE + _cycle().worked[index]
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


@cache
def _national() -> Calendar:
    notices = _file()["notice"]
    off = chain.from_iterable(notice["off"] for notice in notices)
    lunar = chain.from_iterable(_file()["provisional"]["off"].values())
    worked = chain.from_iterable(notice["worked"] for notice in notices)
    days = [(on, False) for text in chain(off, lunar) for on in _span(text)]
    days += [(on, True) for text in worked for on in _span(text)]
    return Calendar.from_days(days, (notice["year"] for notice in notices))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("states.calendar").joinpath("cn.toml").read_text("utf-8"))


@cache
def _statutory() -> tuple[tuple[int, int], ...]:
    """(month, day) of the statutory days with a fixed date, 全国年节及纪念日放假办法 as of 2025."""
    days = _file()["provisional"]["every_year"]
    return tuple((int(month), int(day)) for month, day in (text.split("-") for text in days))


def _span(text: str) -> Iterator[date]:
    """The days of "2018-02-15..2018-02-21 春节" or "2018-01-01 元旦"; the name is optional."""
    first, _, last = text.split()[0].partition("..")
    ordinals = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last or first).toordinal() + 1)
    return map(date.fromordinal, ordinals)
