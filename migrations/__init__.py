"""The schema and its history. `upgrade` brings any database of ours to the newest form."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import api.tables  # noqa: F401
import notifications.tables  # noqa: F401
import states.schema  # noqa: F401


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, made here: there is no ini file to go stale."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    if connection is not None:
        made.attributes["connection"] = connection
    return made


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; does nothing to one that has it."""
    if current(engine) == newest():
        return
    with engine.execution_options(zlf_writes=True).begin() as connection:
        command.upgrade(config(connection), "head")


def current(engine: Engine) -> str | None:
    """The revision a database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The newest revision in the program."""
    return ScriptDirectory.from_config(config()).get_current_head()
