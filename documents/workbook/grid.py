"""One sheet's cells as the reading library gives them, addressed from A1 whatever the sheet leaves empty."""

import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from documents.workbook.container import DAMAGED
from documents.workbook.headings import Merge
from documents.workbook.refused import WorkbookRefused
from documents.workbook.scan import MAX_COLUMNS

MAX_ROWS = 200_000


def letter(column: int) -> str:
    """Column 0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Rows:
    """A sheet's rows one after the other, with a look at those to come. `at`: the next row's number, from 0."""

    def __init__(self, sheet: CalamineSheet) -> None:
        left = sheet.start[1] if sheet.start else 0
        # The library begins each row at the first column that is used anywhere; rows it gives from the first.
        self._source: Iterator[list[object]] = ([""] * left + list(row) for row in sheet.iter_rows())
        self._ahead: deque[list[object]] = deque()
        self.at = 0

    def peek(self, count: int) -> list[list[object]]:
        """The next `count` rows, fewer at the end."""
        self._ahead.extend(islice(self._source, max(0, count - len(self._ahead))))
        return list(islice(self._ahead, count))

    def first(self) -> list[object] | None:
        """The next row, left where it is."""
        if not self._ahead:
            self._ahead.extend(islice(self._source, 1))
        return self._ahead[0] if self._ahead else None

    def next(self) -> list[object] | None:
        row = self._ahead.popleft() if self._ahead else next(self._source, None)
        self.at += row is not None
        return row


@dataclass(frozen=True, slots=True)
class Grid:
    """A worksheet: `height` and `width` reach to the last used cell; merges by first row."""

    name: str
    hidden: bool
    height: int
    width: int
    merges: list[Merge]
    rows: Rows


def grids(data: bytes) -> Iterator[Grid]:
    """The worksheets in their order, one in memory at a time; raises `WorkbookRefused` beyond the limits."""
    total = 0
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for number, about in enumerate(book.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            grid = _grid(book.get_sheet_by_index(number), about.visible != SheetVisibleEnum.Visible)
            total += grid.height
            _check(grid, total)
            yield grid
    except CalamineError as error:
        raise WorkbookRefused(DAMAGED) from error


def _grid(sheet: CalamineSheet, hidden: bool) -> Grid:
    end = sheet.end or (-1, -1)
    merges = sorted((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    return Grid(sheet.name, hidden, end[0] + 1, end[1] + 1, merges, Rows(sheet))


def _check(grid: Grid, total: int) -> None:
    if total > MAX_ROWS:
        raise WorkbookRefused(
            f"工作簿共有 {total} 行（“{grid.name}”最后有内容的是第 {grid.height} 行），超过上限 {MAX_ROWS} 行："
            "请删去多余的行，或拆分成几个工作簿再导入"
        )
    if grid.width > MAX_COLUMNS:
        raise WorkbookRefused(
            f"“{grid.name}”最后有内容的是 {letter(grid.width - 1)} 列，超出 {MAX_COLUMNS} 列的上限：请删除多余的列后再导入"
        )
