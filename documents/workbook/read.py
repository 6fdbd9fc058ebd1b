"""An office's workbook in: which tables it holds, which rows can be taken, which cells are wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from documents.workbook import confined
from states.projects.ledger import Day, Refusal, Row, Sheet, Table

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
    kinds = {(table.key, item.key): item.kind for table in tables for item in table.fields}
    task = {"do": "read", "tables": [asdict(table) for table in tables]}
    sheets: list[Sheet] = []
    with confined.run(task, data) as (messages, _):
        for message in messages:
            if "progress" in message:
                if progress is not None:
                    progress(*message["progress"])
            elif "rows" in message:
                _add_rows(sheets[-1], message["rows"], kinds)
            else:
                sheets.append(_sheet(message))
    return sheets


def _sheet(message: Any) -> Sheet:
    return Sheet(
        name=message["sheet"],
        table=message["table"],
        columns=dict(zip(message["fields"], message["columns"], strict=True)),
        rows=[],
        refused=[Refusal(**one) for one in message["refused"]],
        remarks=message["remarks"],
    )


def _add_rows(sheet: Sheet, batch: Sequence[Sequence[Any]], kinds: Mapping[tuple[str, str], str]) -> None:
    assert isinstance(sheet.rows, list)
    keys = [(name, kinds[sheet.table, name] in ("date", "month")) for name in sheet.columns]
    for number, *packed in batch:
        values = {
            name: _day(value) if dated else _same(value)
            for (name, dated), value in zip(keys, packed, strict=True)
            if value is not None
        }
        sheet.rows.append(Row(sheet.name, number, values, Addresses(sheet.columns, number)))


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
