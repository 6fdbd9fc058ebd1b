"""A workbook as messages that JSON can carry from the worker to the reader."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from documents.workbook.grid import grids
from documents.workbook.scan import Hints, scan
from documents.workbook.sheets import End, SheetReader, Start
from documents.workbook.tables import Batch, Value
from states.projects.ledger import Day, Table


def extract(data: bytes, tables: Sequence[Table]) -> Iterator[dict[str, Any]]:
    """Checks the limits, then reads; raises `WorkbookRefused`, perhaps after the first messages."""
    scanned = scan(data)
    total = sum(hints.rows for hints in scanned.sheets.values())
    done = 0
    for grid in grids(data):
        hints = scanned.sheets.get(grid.name) or Hints()
        for told in SheetReader(grid, hints, tables, scanned.from_1904).read():
            yield _message(told)
            if isinstance(told, Batch):
                yield {"progress": [min(done + told.at, total), total]}
        done += grid.height
    yield {"progress": [total, total]}


def _message(told: Start | Batch | End) -> dict[str, Any]:
    if isinstance(told, Batch):
        rows = [[number, *map(_packed, values)] for number, values in told.rows]
        return {"rows": rows, "refused": [asdict(one) for one in told.refused]}
    return asdict(told)


def _packed(value: Value) -> str | int | None:
    """A day as 2018-03-05, a month as 2018-03; the field's kind tells them from text."""
    return _date(value) if type(value) is Day else value  # type: ignore[return-value]


@lru_cache(maxsize=32768)
def _date(value: Day) -> str:
    text = value.on.isoformat()
    return text if value.precision == "day" else text[:7]
