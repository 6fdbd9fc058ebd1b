"""The process that opens a stranger's workbook: little memory, little time, no files; it can only answer.

Standard input: a line of JSON (what to do), then the workbook. Standard output: for `read` lines of JSON,
for `annotate` the annotated workbook; a line {"error": …} when the workbook is refused.
"""

import gc
import json
import resource
import sys
import warnings
from typing import Any, BinaryIO

from documents.workbook.confined import OUT_OF_MEMORY
from documents.workbook.extract import extract
from documents.workbook.refused import WorkbookRefused
from states.projects.ledger import Field, Refusal, Table


def main() -> None:
    gc.disable()  # Short-lived, and two million small values make every collection long.
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
        sys.exit(OUT_OF_MEMORY)


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
    for message in extract(data, [_table(one) for one in task["tables"]]):
        _say(out, message)
    _say(out, {"done": True})


def _say(out: BinaryIO, message: object) -> None:
    out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    out.flush()


def _table(one: Any) -> Table:
    fields = [
        Field(**{**item, "headings": tuple(item["headings"]), "choices": tuple(item["choices"])})
        for item in one["fields"]
    ]
    return Table(one["key"], one["label"], tuple(fields))


if __name__ == "__main__":
    main()
