"""A worksheet from top to bottom: its headings, the rows under each, and what the reader wants the user to know."""

from bisect import bisect_left
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from documents.workbook import headings, kinds
from documents.workbook.amounts import Unit, corner_unit, without_unit
from documents.workbook.grid import Grid, letter
from documents.workbook.headings import Heading, Merge
from documents.workbook.kinds import Shape
from documents.workbook.scan import Hints
from documents.workbook.tables import Batch, Column, Shared, TableReader, merged_columns
from documents.workbook.texts import is_empty, key, quote
from states.projects.ledger import Refusal, Table

_SKIPPED = {"total": "合计行", "note": "说明行", "heading": "重复的标题行", "numbered": "只有序号的空行"}
_NAMED = 10
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Start:
    """A table begins on a sheet. `fields`: the keys in whose order a row's values stand; `columns`: their letters.

    `table` is "" for a sheet that is nobody's.
    """

    sheet: str
    table: str
    fields: Sequence[str]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class End:
    """Everything was told of the table begun last, but this."""

    remarks: Sequence[str]


@dataclass(slots=True)
class SheetReader:
    """Reads one sheet."""

    grid: Grid
    hints: Hints
    tables: Sequence[Table]
    from_1904: bool
    skipped: dict[str, list[int]] = field(default_factory=dict)
    _unit: Unit | None = None
    _unit_between: Unit | None = None
    _repeated_to: int = -1

    def read(self) -> Iterator[Start | Batch | End]:
        """For each table on the sheet a start, batches, an end; nothing for a blank sheet."""
        if self.grid.height == 0:
            return
        head = self.grid.rows.peek(headings.SEARCHED_ROWS + headings.MAX_HEIGHT + 3)
        heading = headings.find(head, 0, self._merges(0, len(head)), self.tables, headings.SEARCHED_ROWS)
        if heading is None:
            yield Start(self.grid.name, "", (), ())
            yield End([self._unknown_sheet()])
        self._unit = headings.sheet_unit(head, heading, 0) if heading else None
        while heading is not None:
            heading = yield from self._table(heading)
            self._unit = self._unit_between or self._unit

    def _unknown_sheet(self) -> str:
        return f"工作表“{self.grid.name}”未识别为{'、'.join(table.label for table in self.tables)}，没有读取"

    def _merges(self, first: int, last: int) -> list[Merge]:
        """Merges that begin in rows `first` to `last`."""
        return self.grid.merges[
            bisect_left(self.grid.merges, (first,)) : bisect_left(self.grid.merges, (last + 1,))
        ]

    def _table(self, heading: Heading) -> Generator[Start | Batch | End, None, Heading | None]:
        """Tells one table; returns the heading of the next."""
        reader = TableReader(self.grid.name, heading, self._unit, self.hints, from_1904=self.from_1904)
        columns = reader.columns
        self.skipped = {}
        yield Start(
            self.grid.name, heading.table.key, [c.field.key for c in columns], [c.letter for c in columns]
        )
        if not heading.usable:
            yield Batch((), [self._complaint(heading)], heading.bottom)
        again = yield from self._rows(heading, reader)
        yield End(self._remarks(heading, columns))
        return again

    def _complaint(self, heading: Heading) -> Refusal:
        at = min(heading.labels) if not heading.clashes else heading.clashes[0][2]
        row = heading.top + 1 if not heading.clashes else heading.bottom + 1
        letters = {column: letter(column) for column in heading.labels}
        return Refusal(self.grid.name, row, f"{letter(at)}{row}", headings.complaint(heading, letters))

    def _rows(self, heading: Heading, reader: TableReader) -> Generator[Batch, None, Heading | None]:
        """Reads to the end of the sheet or to the next other heading, which is returned."""
        rows = self.grid.rows
        while rows.at <= heading.bottom:
            rows.next()
        shape = _shape(heading, reader.columns)
        needed = [column.at for column in reader.columns if column.field.filled]
        covers = _Covers(merged_columns(reader.columns, self.grid.merges))
        other, after_note = None, False
        while (row := rows.first()) is not None:
            at, shared = rows.at, covers.over(rows.at, row)
            kind = self._kind(row, at, shape, needed, after_note)
            if kind == "heading" and (other := self._other(heading)) is not None:
                break
            rows.next()
            if kind == "data" and heading.usable:
                reader.take(row, at + 1, shared)
            elif kind not in ("data", "blank"):
                self._skip(kind, row, at)
            after_note = kind == "note"
            if at % _BATCH == 0:
                yield reader.told(at)
        yield reader.told(rows.at)
        return other

    def _skip(self, kind: str, row: Sequence[object], at: int) -> None:
        self.skipped.setdefault("heading" if kind == "repeat" else kind, []).append(at + 1)
        self._unit_between = _unit_in(row) or self._unit_between

    def _kind(self, row: list[object], at: int, shape: Shape, needed: Sequence[int], after_note: bool) -> str:
        if at <= self._repeated_to:
            return "repeat"
        # The quick way for the many: nothing needed is empty, and the first needed cell is no heading.
        if (
            needed
            and all(not is_empty(row[n]) for n in needed)
            and not _may_be_heading(row[needed[0]], needed[0], shape)
        ):
            return "data"
        spread = {c1 for r1, c1, _, c2 in self._merges(at, at) if c2 > c1}
        return kinds.row_kind(row, shape, spread=spread, after_note=after_note)

    def _other(self, heading: Heading) -> Heading | None:
        """The heading that begins at the next row; None where it repeats the one above, whose rows are then known."""
        ahead = self.grid.rows.peek(headings.MAX_HEIGHT + 4)
        at = self.grid.rows.at
        other = headings.find(ahead, at, self._merges(at, at + len(ahead)), self.tables, 1)
        if other is not None and self._unit_between not in (None, self._unit):
            return other
        if other is None or (other.table, other.columns, other.units) == (
            heading.table,
            heading.columns,
            heading.units,
        ):
            self._repeated_to = other.bottom if other else at
            return None
        same = other.columns == heading.columns and other.table == heading.table
        return None if kinds.repeats(ahead[0], heading) and not same else other

    def _remarks(self, heading: Heading, columns: Sequence[Column]) -> list[str]:
        name = self.grid.name
        remarks = []
        if heading.unknown:
            listed = "、".join(
                f"{letter(at)} 列{quote(text)}" for at, text in sorted(heading.unknown.items())
            )
            remarks.append(f"“{name}”有不认识的列，没有读取：{listed}")
        for kind, numbers in self.skipped.items():
            remarks.append(f"“{name}”跳过{_SKIPPED[kind]} {len(numbers)} 行：第 {spans(numbers)} 行")
        remarks += self._hidden(heading, columns)
        return remarks

    def _hidden(self, heading: Heading, columns: Sequence[Column]) -> list[str]:
        name = self.grid.name
        rows = [row for row in self.hints.hidden_rows if heading.bottom + 1 < row <= self.grid.rows.at]
        hidden = [column.letter for column in columns if column.at + 1 in self.hints.hidden_columns]
        remarks = [f"工作表“{name}”是隐藏的，也读取了：如不需要请删除该表"] if self.grid.hidden else []
        if rows:
            remarks.append(f"“{name}”有隐藏的行，也读取了：第 {spans(rows)} 行")
        if hidden:
            remarks.append(f"“{name}”有隐藏的列，也读取了：{'、'.join(hidden)} 列")
        return remarks


def _shape(heading: Heading, columns: Sequence[Column]) -> Shape:
    known = {without_unit(text) for item in heading.table.fields for text in (item.label, *item.headings)}
    return Shape(heading, {column.at: column.field for column in columns}, known)


def _may_be_heading(cell: object, at: int, shape: Shape) -> bool:
    if not isinstance(cell, str):
        return False
    text = key(cell) if len(cell) < 20 else cell
    return text in shape.heading.labels.get(at, ()) or headings.bare(text) in shape.known


def _unit_in(row: Sequence[object]) -> Unit | None:
    return next((unit for cell in row if isinstance(cell, str) and (unit := corner_unit(cell))), None)


class _Covers:
    """Which merged cell covers each column at a row; asked for the rows in order."""

    def __init__(self, merges: Mapping[int, list[Merge]]) -> None:
        self._merges = {column: iter(found) for column, found in merges.items()}
        self._next = {column: next(found, None) for column, found in self._merges.items()}
        self._open: dict[int, tuple[int, Shared]] = {}

    def over(self, at: int, row: Sequence[object]) -> Mapping[int, Shared]:
        """Column → merged cell at row `at` (from 0), whose own cells are `row`."""
        if not self._next:
            return {}
        for column, merge in list(self._next.items()):
            while merge is not None and merge[0] <= at:
                if merge[0] == at:
                    value = row[column] if column < len(row) else ""
                    self._open[column] = merge[2], Shared(value, merge[0] + 1, merge[2] + 1)
                merge = self._next[column] = next(self._merges[column], None)
        self._open = {column: found for column, found in self._open.items() if found[0] >= at}
        return {column: shared for column, (_, shared) in self._open.items()}


def spans(numbers: Sequence[int]) -> str:
    """3、5—7、9: at most ten spans, then 等."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = [f"{first}—{last}" if last > first else f"{first}" for first, last in found[:_NAMED]]
    return "、".join(shown) + (" 等" if len(found) > _NAMED else "")
