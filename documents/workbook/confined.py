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
OUT_OF_MEMORY = 3
_ROOT = str(Path(__file__).resolve().parents[2])
_GAVE_UP = (
    "读取时超出了内存或时间的限制：工作簿可能已损坏，或在很远的行列还有内容（按 Ctrl+End 查看）；"
    "请只保留台账的行和列，另存为新的 .xlsx 再导入"
)
_UNFORESEEN = "工作簿里有读取程序没有预料到的内容：请在 Excel 或 WPS 中另存为新的 .xlsx 再导入；仍不行请把文件交给系统管理员"


@contextmanager
def run(
    task: dict[str, Any], data: bytes, *, memory: int = MEMORY, seconds: int = SECONDS
) -> Iterator[tuple[Iterator[Any], IO[bytes]]]:
    """The worker's messages, up to and without {"done": true}, and its output after them.

    `memory` in bytes of address space, `seconds` of processor time. Raises `WorkbookRefused` with the worker's
    reason, or, when it was stopped by a limit, with what to try.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
        given.write(json.dumps({**task, "memory": memory, "seconds": seconds}).encode() + b"\n")
        given.write(data)
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "documents.workbook.worker"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": _ROOT},
        )
        assert process.stdout is not None
        try:
            yield _messages(process, complaints), process.stdout
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def _messages(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> Iterator[Any]:
    assert process.stdout is not None
    for line in process.stdout:
        message = json.loads(line) if line.endswith(b"\n") else {}
        if "error" in message:
            raise WorkbookRefused(message["error"])
        if "done" in message:
            return
        yield message
    stopped = process.wait()
    complaints.seek(0)
    # A limit ends the worker by a signal or for want of memory; anything else is a file that no reader foresaw.
    said = RuntimeError(complaints.read()[-2000:].decode(errors="replace"))
    raise WorkbookRefused(_GAVE_UP if stopped < 0 or stopped == OUT_OF_MEMORY else _UNFORESEEN) from said
