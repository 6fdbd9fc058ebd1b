"""The span a bulletin speaks of: 1 January to a month's end, the month alone beside it."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from states.errors import Malformed, NotAllowedNow
from states.instants import day_of, end_of
from states.workdays import add_months, month_end

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
SUFFIXES = {3: "Q1", 6: "H1", 12: ""}


@dataclass(frozen=True, slots=True)
class Span:
    """January to `month` of `year`, read on day `on`: the last day, or an earlier one while it has not ended.

    `ended` is False for a draft read before the period's end (未满期).
    """

    year: int
    month: int
    on: date
    ended: bool

    @property
    def period(self) -> str:
        """The month the bulletin is called after, "2018-06"."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def shown(self) -> str:
        """ "2018-01..2018-06"."""
        return f"{self.year:04}-01..{self.period}"

    @property
    def suffix(self) -> str:
        """What in-period counts carry in their name: 2018Q1, 2018H1, 2018, else 2018M1-5 (January: 2018M1)."""
        other = "M1" if self.month == 1 else f"M1-{self.month}"
        return f"{self.year}{SUFFIXES.get(self.month, other)}"

    @property
    def month_suffix(self) -> str:
        """The same for the month alone, "2018M6"."""
        return f"{self.year}M{self.month}"

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def month_first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return month_end(self.year, self.month)

    @property
    def year_before(self) -> "Span":
        """The same span of the year before, cut at the same day while this one has not ended."""
        on = month_end(self.year - 1, self.month) if self.ended else add_months(self.on, -12)
        return Span(self.year - 1, self.month, on, self.ended)


def span_of(period: str, known: datetime) -> Span:
    """The span of a period text as read at an instant.

    Malformed unless YYYY-MM; NotAllowedNow where the month has not begun. A period has ended from 23:59:59
    of its last day on (what a date stands for in what is asked); before, the span is read up to the day of the instant.
    """
    found = MONTH.fullmatch(period) if isinstance(period, str) and period.isascii() else None
    if found is None or int(found[1]) < 2:
        raise Malformed(f"期间“{period[:20]}”不对：应写作“年-月”，如 2018-06。")
    year, month = int(found[1]), int(found[2])
    if day_of(known) < date(year, month, 1):
        raise NotAllowedNow(f"{year}年{month}月尚未开始，没有可供通报的数据。")
    last = month_end(year, month)
    return Span(year, month, min(day_of(known), last), known >= end_of(last))
