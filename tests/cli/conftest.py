"""The command as it is used from outside: a process, its two streams and its exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
    """As a user has it: no setting but the database's address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZLF_", "PREFECT_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **({"ZLF_DATABASE_URL": url} if url else {}), **more}


@pytest.fixture
def zlf(database_url: str, tmp_path: Path) -> Zlf:
    """Run a command in an empty folder against a fresh database."""

    def run(*arguments: object, **more: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env=environment(database_url, **more),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run
