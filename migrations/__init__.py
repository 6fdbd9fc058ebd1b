"""The schema and its history. `upgrade` brings any database of ours to the newest form."""

from sqlalchemy import Engine
from sqlmodel import SQLModel

import notifications.tables  # noqa: F401
import states.schema  # noqa: F401


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; does nothing to one that has it."""
    SQLModel.metadata.create_all(engine)
