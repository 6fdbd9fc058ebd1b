"""An office's workbook in: which tables it holds, which rows can be taken, which cells are wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from documents.workbook import confined
from states.projects.ledger import Day, Refusal, Row, Sheet, Table

T = TypeVar("T")
Progress = Callable[[int, int], None]


class Addresses(Mapping[str, str]):
    """Field key → cell of one row, made when asked: two million addresses would fill 150 MB."""

    __slots__ = ("_columns", "_row")

    def __init__(self, columns: Mapping[str, str], row: int) -> None:
        self._columns = columns
        self._row = row

    def __getitem__(self, key: str) -> str:
        return f"{self._columns[key]}{self._row}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def read_workbook(data: bytes, tables: Sequence[Table], *, progress: Progress | None = None) -> list[Sheet]:
    """The tables found in an .xlsx, in the order of the sheets; a sheet with two tables gives two.

    A sheet that is none of `tables` has `table` "" and a remark; a blank one is left out. A sheet that lacks a
    required column, or has two for one field, has no rows and one refusal at its heading. `progress(done, total)`
    is called every thousand rows. Raises `WorkbookRefused` where nothing can be read at all.
    """
    task = {"do": "read", "tables": [asdict(table) for table in tables]}
    with confined.run(task, data) as (messages, _):
        return assemble(messages, tables, progress)


def assemble(
    messages: Iterable[Mapping[str, Any]], tables: Sequence[Table], progress: Progress | None = None
) -> list[Sheet]:
    """What `extract.extract` took apart."""
    kinds = {(table.key, item.key): item.kind for table in tables for item in table.fields}
    sheets: list[Sheet] = []
    for message in messages:
        match message:
            case {"progress": (done, total)}:
                if progress is not None:
                    progress(done, total)
            case {"sheet": name, "table": table, "fields": fields, "columns": columns}:
                columns = dict(zip(fields, columns, strict=True))
                sheets.append(Sheet(name, table, columns, rows=[], refused=[], remarks=[]))
            case {"rows": rows, "refused": refused}:
                _grow(sheets[-1].rows, _rows(sheets[-1], rows, kinds))
                _grow(sheets[-1].refused, (Refusal(**one) for one in refused))
            case {"remarks": remarks}:
                _grow(sheets[-1].remarks, remarks)
    return sheets


def _grow(made: Sequence[T], more: Iterable[T]) -> None:
    assert isinstance(made, list)
    made.extend(more)


def _rows(
    sheet: Sheet, batch: Iterable[Sequence[Any]], kinds: Mapping[tuple[str, str], str]
) -> Iterator[Row]:
    keys = [(name, kinds[sheet.table, name] in ("date", "month")) for name in sheet.columns]
    for number, *packed in batch:
        values = {
            name: _day(value) if dated else _same(value)
            for (name, dated), value in zip(keys, packed, strict=True)
            if value is not None
        }
        yield Row(sheet.name, number, values, Addresses(sheet.columns, number))


@lru_cache(maxsize=16384)
def _day(text: str) -> Day:
    if len(text) == 7:
        following = date(int(text[:4]) + int(text[5:]) // 12, int(text[5:]) % 12 + 1, 1)
        return Day(date.fromordinal(following.toordinal() - 1), "month")
    return Day(date.fromisoformat(text))


@lru_cache(maxsize=16384, typed=True)
def _same(value: str | int) -> str | int:
    """One object for equal values: localities, units and persons repeat thousands of times."""
    return value
