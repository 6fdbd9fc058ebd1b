"""The schema and its history. `upgrade` brings any database of ours to the newest form."""

from sqlalchemy import Engine, inspect
from sqlmodel import SQLModel

import notifications.tables  # noqa: F401
import states.schema  # noqa: F401
from migrations.guards import guard


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; does nothing to one that has it."""
    fresh = not inspect(engine).has_table("event")
    SQLModel.metadata.create_all(engine)
    if fresh:
        with engine.begin() as connection:
            guard(connection)
