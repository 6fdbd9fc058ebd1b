"""The command as it is used from outside: its arguments, its two streams and its exit status."""

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from states.settings import settings

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Said:
    """What one command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


Zlf = Callable[..., Said]


def environment(url: str | None, **more: str) -> dict[str, str]:
    """As a user has it: no setting but the database's address, and modules compiled once."""
    ours = ("ZLF_", "PREFECT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(ROOT), **({"ZLF_DATABASE_URL": url} if url else {}), **more}


@pytest.fixture
def zlf(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zlf]:
    """Run commands in an empty folder against a fresh database, with nothing set but its address."""
    for name in [name for name in os.environ if name.startswith("ZLF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ZLF_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def said(*arguments: object) -> Said:
        settings.cache_clear()
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([str(argument) for argument in arguments])
        return Said(code, out.getvalue(), err.getvalue())

    yield said
    settings.cache_clear()
