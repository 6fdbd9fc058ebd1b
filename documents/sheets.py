"""Excel workbooks in the manner of an office: one table a sheet, numbers as numbers, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from math import ceil
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from documents.cleaning import clean, width

Kind = Literal["text", "count", "yi", "percent", "date", "word", "long"]
FORBIDDEN = str.maketrans("[]:*?/\\", "（）：×？／＼")
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed creation time: the same figures make the same file


@dataclass(frozen=True, slots=True)
class Head:
    """A column: heading, width in characters, what stands in it."""

    heading: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula with the value it has now; `shown` is the text of that value in the bulletin (for its digits)."""

    text: str
    value: float | int | None
    shown: str | None = None


Cell = str | int | Decimal | date | Formula | None


class Workbook:
    """An .xlsx being written. Texts are never formulas or links (formula injection)."""

    def __init__(self, title: str) -> None:
        self._out = BytesIO()
        self._book: Any = xlsxwriter.Workbook(
            self._out,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties({"title": clean(title), "created": EPOCH})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheet(
        self,
        name: str,
        title: str,
        heads: Sequence[Head],
        rows: Sequence[Sequence[Cell]],
        *,
        note: str = "",
        total: bool = False,
        landscape: bool = False,
        filtered: bool = False,
        a3: bool = False,
    ) -> None:
        """One table of two columns or more: title over all of them, a note line, headings (frozen, repeated in print), rows. `total`: the last row is bold; `filtered`: with filters."""
        made = self._book.add_worksheet(clean(name).translate(FORBIDDEN)[:31])
        last = len(heads) - 1
        made.merge_range(0, 0, 0, last, clean(title), self._format(bold=True, font_size=16, align="center"))
        made.set_row(0, 30)
        made.write_string(1, 0, clean(note), self._format(font_size=10))
        head_style = self._format(bold=True, border=1, align="center", bg_color="#DDEBF7", text_wrap=True)
        made.set_row(FIRST - 1, max(32, _height([f"{head.heading}（" for head in heads], heads)))
        for n, head in enumerate(heads):
            made.set_column(n, n, head.width)
            made.write_string(FIRST - 1, n, clean(head.heading).replace("（", "\n（"), head_style)
        for n, row in enumerate(rows):
            bold = total and n == len(rows) - 1
            made.set_row(FIRST + n, _height(row, heads))
            for m, (value, head) in enumerate(zip(row, heads, strict=True)):
                self._write(made, FIRST + n, m, value, head.kind, bold)
        if filtered:
            made.autofilter(FIRST - 1, 0, FIRST + max(len(rows) - 1, 0), last)
        self._print(made, len(rows), last, landscape, a3)

    def save(self) -> bytes:
        """The .xlsx."""
        self._book.close()
        return self._out.getvalue()

    def _write(self, made: Any, row: int, column: int, value: Cell, kind: Kind, bold: bool) -> None:
        style = self._format(**_style(kind, value), **({"bold": True} if bold else {}))
        match value:
            case None | "":
                made.write_blank(row, column, None, style)
            case Formula():
                made.write_formula(row, column, value.text, style, "" if value.value is None else value.value)
            case bool() | str():
                made.write_string(row, column, clean(value)[:32_767], style)
            case datetime():
                made.write_string(row, column, value.isoformat(), style)
            case date():
                made.write_datetime(row, column, value, style)
            case _:
                made.write_number(row, column, value, style)

    def _format(self, **wanted: Any) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
            self._formats[key] = self._book.add_format({**base, **wanted})
        return self._formats[key]

    def _print(self, made: Any, rows: int, last: int, landscape: bool, a3: bool) -> None:
        made.freeze_panes(FIRST, 1)
        made.set_paper(A3 if a3 else A4)
        if landscape:
            made.set_landscape()
        made.fit_to_pages(1, 0)
        made.repeat_rows(FIRST - 1)
        made.print_area(0, 0, FIRST + max(rows - 1, 0), last)
        made.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        made.center_horizontally()
        made.set_footer("&C第 &P 页  共 &N 页")


A3, A4 = 8, 9
FIRST = 3  # row of the first data line, from 0: title, note, headings above


def cell(row: int, column: int) -> str:
    """The address of the n-th data line (from 0) in a column."""
    address: str = xl_rowcol_to_cell(FIRST + row, column)
    return address


def summed(column: int, first: int, end: int, value: int | Decimal) -> Formula:
    """The sum of a column's data lines from `first` up to, not including, `end`."""
    return Formula(f"=SUM({cell(first, column)}:{cell(end - 1, column)})", _number(value))


def ratio(
    above: str, below: str, part: int | Decimal, whole: int | Decimal | None, shown: str | None
) -> Cell:
    """A live quotient; "—" where it is not defined."""
    if shown is None or not whole:
        return "—"
    return Formula(f"={above}/{below}", float(Decimal(part) / Decimal(whole)), shown)


def grown(now: str, before: str, new: int | Decimal, old: int | Decimal, shown: str | None) -> Cell:
    """Live growth against the year before; "—" where that is 0."""
    if shown is None or not old:
        return "—"
    return Formula(f"=({now}-{before})/{before}", float((Decimal(new) - Decimal(old)) / Decimal(old)), shown)


def _number(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


def _height(row: Sequence[Cell], heads: Sequence[Head]) -> float:
    """Points for the row's longest text; programs do not agree on fitting wrapped rows by themselves."""
    lines = [
        ceil(width(clean(value)) * 2.1 / head.width)
        for value, head in zip(row, heads, strict=True)
        if isinstance(value, str)
    ]
    return min(400, 8 + 15 * max([1, *lines]))


def _style(kind: Kind, value: Cell) -> dict[str, Any]:
    out: dict[str, Any] = {"border": 1}
    if kind == "text":
        return {**out, "text_wrap": True}
    if kind in ("long", "word"):
        return {**out, "text_wrap": True, **({"align": "center"} if kind == "word" else {})}
    if kind == "percent":
        return {**out, "align": "center", "num_format": _percent(value)}
    return {
        **out,
        "align": "center",
        "num_format": {"count": "0", "yi": "General", "date": "yyyy-mm-dd"}[kind],
    }


def _percent(value: Cell) -> str:
    """As many decimals as the bulletin shows."""
    shown = (value.shown if isinstance(value, Formula) else None) or ""
    digits = len(shown.rstrip("%").partition(".")[2])
    return f"0.{'0' * digits}%" if digits else "0%"
