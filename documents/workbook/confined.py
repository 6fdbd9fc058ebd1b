"""Runs the worker process and hands back its answer line by line."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from documents.workbook.refused import WorkbookRefused

MEMORY = 2 * 2**30
SECONDS = 180
_ROOT = str(Path(__file__).resolve().parents[2])
_GAVE_UP = (
    "读取时超出了内存或时间的限制：工作簿可能已损坏，或在很远的行列还有内容（按 Ctrl+End 查看）；"
    "请只保留台账的行和列，另存为新的 .xlsx 再导入"
)


@contextmanager
def run(
    task: dict[str, Any], data: bytes, *, memory: int = MEMORY, seconds: int = SECONDS
) -> Iterator[tuple[Iterator[Any], IO[bytes]]]:
    """The worker's messages, up to and without {"done": true}, and its output after them.

    `memory` in bytes of address space, `seconds` of processor time. Raises `WorkbookRefused` with the worker's
    reason, or, when it was stopped by a limit, with what to try.
    """
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps({**task, "memory": memory, "seconds": seconds}).encode() + b"\n")
        given.write(data)
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "documents.workbook.worker"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": _ROOT},
        )
    assert process.stdout is not None
    try:
        yield _messages(process.stdout), process.stdout
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


def _messages(out: IO[bytes]) -> Iterator[Any]:
    for line in out:
        message = json.loads(line) if line.endswith(b"\n") else {}
        if "error" in message:
            raise WorkbookRefused(message["error"])
        if "done" in message:
            return
        yield message
    raise WorkbookRefused(_GAVE_UP)
