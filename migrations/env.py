"""Alembic's entry: runs on the connection it is handed."""

from alembic import context
from sqlmodel import SQLModel

import migrations  # noqa: F401  # brings every table into the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
