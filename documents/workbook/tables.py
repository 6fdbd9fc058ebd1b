"""The rows under one heading, each taken whole or refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from documents.workbook import amounts, dates
from documents.workbook.amounts import Unit
from documents.workbook.grid import letter
from documents.workbook.headings import Heading, Merge
from documents.workbook.scan import Hints
from documents.workbook.texts import ERRORS, CellWrong, clean, code, is_empty, key, quote
from states.projects.ledger import Day, Field, Refusal

Value = str | int | Day | None
Read = Callable[[object], Value]


@dataclass(frozen=True, slots=True)
class Column:
    field: Field
    at: int
    letter: str
    read: Read


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the table begun last (number, values) and its refusals; `at`: how many rows of the sheet are read."""

    rows: Sequence[tuple[int, list[Value]]]
    refused: Sequence[Refusal]
    at: int


class TableReader:
    """Reads data rows under one heading of one sheet."""

    def __init__(
        self, sheet: str, heading: Heading, unit: Unit | None, hints: Hints, *, from_1904: bool
    ) -> None:
        self.sheet = sheet
        self.columns = _columns(heading, unit, from_1904)
        self._rows: list[tuple[int, list[Value]]] = []
        self._refused: list[Refusal] = []
        self._hints = hints
        self._from_1904 = from_1904
        self._special = _rows_of(hints.errors | hints.uncomputed | hints.months)
        self._unit_of = {
            n: _position(self.columns, column.field.unit_in)
            for n, column in enumerate(self.columns)
            if column.field.unit_in
        }

    def take(self, row: Sequence[object], number: int, shared: Mapping[int, "Shared"]) -> None:
        """Reads the row with this number (from 1). `shared`: column → the merged cell that covers it here."""
        values: list[Value] = []
        wrong: list[Refusal] = []
        special = number in self._special
        for column in self.columns:
            raw = row[column.at] if column.at < len(row) else ""
            try:
                if special:
                    raw = self._special_cell(column, number, raw)
                if shared and column.at in shared:
                    raw = _from_shared(column, shared[column.at])
                values.append(_value(column, raw))
            except CellWrong as error:
                values.append(None)
                wrong.append(self._refusal(column, number, str(error)))
        if not wrong:
            wrong = self._measure(row, values, number)
        if wrong:
            self._refused += wrong
        else:
            self._rows.append((number, values))

    def told(self, at: int) -> Batch:
        """What was read since the last time."""
        batch = Batch(self._rows, self._refused, at)
        self._rows, self._refused = [], []
        return batch

    def _special_cell(self, column: Column, number: int, raw: object) -> object:
        """A cell that the XML says more about than its value."""
        address = f"{column.letter}{number}"
        if address in self._hints.errors:
            raise CellWrong("是公式错误（如 #REF!、#N/A）：请改正公式，或直接填写数值")
        if address in self._hints.uncomputed:
            raise CellWrong("的公式还没有计算结果：请用 Excel 或 WPS 打开并保存一次，或直接填写数值")
        if address in self._hints.months and column.field.kind == "date" and not is_empty(raw):
            return dates.day(raw, shows_month=True, from_1904=self._from_1904)
        return raw

    def _measure(self, row: Sequence[object], values: list[Value], number: int) -> list[Refusal]:
        """Numbers whose unit stands in another column of the row: money becomes yuan."""
        wrong = []
        for n, unit_at in self._unit_of.items():
            column, unit = self.columns[n], None if unit_at is None else values[unit_at]
            raw = row[column.at] if column.at < len(row) else ""
            money = amounts.heading_unit(unit) if isinstance(unit, str) else None
            try:
                if not is_empty(raw):
                    values[n] = amounts.yuan(raw, money) if money else amounts.count(raw)
            except CellWrong as error:
                wrong.append(self._refusal(column, number, str(error)))
        return wrong

    def _refusal(self, column: Column, number: int, why: str) -> Refusal:
        return Refusal(self.sheet, number, f"{column.letter}{number}", f"{column.field.label}{why}")


@dataclass(frozen=True, slots=True)
class Shared:
    """A cell merged over several rows: its value, and the rows from 1 that it covers."""

    value: object
    first: int
    last: int


def _from_shared(column: Column, cell: Shared) -> object:
    if column.field.kind in ("money", "count") and not is_empty(cell.value):
        raise CellWrong(f"合并了第 {cell.first}—{cell.last} 行，一个数字不能算给几行：请取消合并，逐行填写")
    return cell.value


def _position(columns: Sequence[Column], name: str) -> int | None:
    return next((n for n, column in enumerate(columns) if column.field.key == name), None)


def _rows_of(addresses: set[str]) -> set[int]:
    return {int(address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for address in addresses}


def _columns(heading: Heading, unit: Unit | None, from_1904: bool) -> list[Column]:
    found = []
    for item in heading.table.fields:
        if (at := heading.columns.get(item.key)) is not None:
            own = heading.units.get(item.key) or unit
            found.append(Column(item, at, letter(at), _reader(item, own, from_1904)))
    return found


def _value(column: Column, raw: object) -> Value:
    if raw == "" or is_empty(raw):
        if column.field.filled:
            raise CellWrong(f"为空：请填写{column.field.label}")
        return None
    if isinstance(raw, str) and raw[0] == "#" and raw in ERRORS:
        raise CellWrong(f"{quote(raw)}是公式错误：请改正公式，或直接填写数值")
    return column.read(raw)


def _reader(item: Field, unit: Unit | None, from_1904: bool) -> Read:
    if item.unit_in:
        return _left_for_later
    if item.kind == "money":
        return lambda raw: amounts.yuan(raw, unit)
    if item.kind == "choice":
        return partial(_choice, {key(choice): choice for choice in item.choices}, item.choices)
    readers: dict[str, Read] = {
        "text": _text,
        "code": _code,
        "count": amounts.count,
        "date": lambda raw: raw if isinstance(raw, Day) else dates.day(raw, from_1904=from_1904),
        "month": lambda raw: dates.month(dates.day(raw, from_1904=from_1904)),
    }
    return readers[item.kind]


def _left_for_later(raw: object) -> Value:
    """Read in `_measure`, once the row's unit is known."""
    return None


def _plain(raw: object) -> str:
    """A cell's content as text: 12 for the number 12.0, 2018-03-05 for a date."""
    if isinstance(raw, bool):
        raise CellWrong(f"{quote('TRUE' if raw else 'FALSE')}是逻辑值：请填文字")
    if isinstance(raw, float):
        if abs(raw) >= 10**15:
            raise CellWrong(
                f"{quote(format(raw, '.15g'))}按数字存放，末位已经失真：请把单元格设为文本格式后重新填写"
            )
        return format(raw, ".15g")
    return str(raw)


def _text(raw: object) -> str:
    return clean(raw) if isinstance(raw, str) else _plain(raw)


def _code(raw: object) -> str:
    if not isinstance(raw, str | int | float):
        raise CellWrong(f"{quote(raw)}被当成了日期或时间：请把单元格设为文本格式后重新填写")
    return code(_plain(raw))


def _choice(choices: Mapping[str, str], allowed: Sequence[str], raw: object) -> str:
    text = _text(raw)
    if not choices:
        return text
    if (found := choices.get(key(text))) is None:
        raise CellWrong(f"{quote(text)}不在可选值之内：请填{'、'.join(allowed)}之一")
    return found


def merged_columns(columns: Sequence[Column], merges: Sequence[Merge]) -> dict[int, list[Merge]]:
    """Column → its merges over several rows, by first row."""
    wanted = {column.at for column in columns}
    found: dict[int, list[Merge]] = {}
    for merge in merges:
        if merge[2] > merge[0] and merge[1] in wanted:
            found.setdefault(merge[1], []).append(merge)
    return found
