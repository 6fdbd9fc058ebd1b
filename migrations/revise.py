"""Write a revision from the difference between the models and the newest migrated schema: `python -m migrations.revise "why"`."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from migrations import config, upgrade
from states.db import engine_for


def main(why: str) -> None:
    """Migrate an empty database to the newest revision and let Alembic write the next one."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{Path(folder) / 'revise.db'}")
        upgrade(engine)
        with engine.connect() as connection:
            command.revision(config(connection), message=why, autogenerate=True, rev_id=f"{_next():04d}")
        engine.dispose()


def _next() -> int:
    return len(list((Path(__file__).parent / "versions").glob("[0-9]*.py"))) + 1


if __name__ == "__main__":
    main(sys.argv[1])
