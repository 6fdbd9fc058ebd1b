"""The process that opens a stranger's workbook: little memory, little time, no files; it can only answer.

Standard input: a line of JSON (what to do), then the workbook. Standard output: for `read` lines of JSON,
for `annotate` the annotated workbook; a line {"error": …} when the workbook is refused.
"""

import json
import resource
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

from documents.workbook.grid import grids
from documents.workbook.refused import WorkbookRefused
from documents.workbook.scan import Hints, scan
from documents.workbook.sheets import Section, SheetReader
from documents.workbook.tables import Value
from states.projects.ledger import Day, Field, Refusal, Table

_BATCH = 500
_TICK = 1000


def main() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    _confine(task["memory"], task["seconds"])
    if task["do"] == "read":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        _answer(task, data, sys.stdout.buffer)
    except WorkbookRefused as error:
        _say(sys.stdout.buffer, {"error": error.detail})
    except MemoryError:
        sys.exit(1)


def _confine(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(task: Any, data: bytes, out: BinaryIO) -> None:
    if task["do"] == "annotate":
        from documents.workbook.marks import mark

        warnings.simplefilter("ignore")
        out.write(b'{"done": true}\n' + mark(data, [Refusal(**one) for one in task["refused"]]))
        return
    for message in _messages(data, [_table(one) for one in task["tables"]], out):
        _say(out, message)
    _say(out, {"done": True})


def _say(out: BinaryIO, message: object) -> None:
    out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    out.flush()


def _messages(data: bytes, tables: Sequence[Table], out: BinaryIO) -> Iterator[object]:
    scanned = scan(data)
    total = sum(hints.rows for hints in scanned.sheets.values())
    done = 0

    def tick(row: int) -> None:
        if row % _TICK == 0:
            _say(out, {"progress": [min(done + row, total), total]})

    for grid in grids(data):
        hints = scanned.sheets.get(grid.name) or Hints()
        for section in SheetReader(grid, hints, tables, scanned.from_1904, tick).sections():
            yield from _section(section)
        done += grid.height
    yield {"progress": [total, total]}


def _section(section: Section) -> Iterator[object]:
    yield {
        "sheet": section.sheet,
        "table": section.table,
        "fields": section.fields,
        "columns": section.columns,
        "refused": [asdict(one) for one in section.refused],
        "remarks": section.remarks,
    }
    for start in range(0, len(section.rows), _BATCH):
        batch = section.rows[start : start + _BATCH]
        yield {"rows": [[number, *map(_packed, values)] for number, values in batch]}


def _packed(value: Value) -> str | int | None:
    """A day as 2018-03-05, a month as 2018-03; the field's kind tells them from text."""
    if isinstance(value, Day):
        text = value.on.isoformat()
        return text if value.precision == "day" else text[:7]
    return value


def _table(one: Any) -> Table:
    fields = [
        Field(**{**item, "headings": tuple(item["headings"]), "choices": tuple(item["choices"])}) for item in one["fields"]
    ]
    return Table(one["key"], one["label"], tuple(fields))


if __name__ == "__main__":
    main()
