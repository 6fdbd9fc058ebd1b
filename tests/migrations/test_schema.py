"""A migrated database is exactly what the models say."""

from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from migrations import current, newest, upgrade
from states.db import engine_for
from tests.conftest import _order, _url


def shape(engine: Engine) -> dict[str, Any]:
    """Everything a schema consists of, comparable."""
    inspector = inspect(engine)
    made = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        made[table] = {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            },
            "primary": sorted(inspector.get_pk_constraint(table)["constrained_columns"]),
            "foreign": sorted(
                (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
                for key in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(tuple(key["column_names"]) for key in inspector.get_unique_constraints(table)),
            "checks": sorted((key["name"], key["sqltext"]) for key in inspector.get_check_constraints(table)),
            "indexes": sorted(
                (
                    key["name"],
                    tuple(key["column_names"]),
                    bool(key["unique"]),
                    str(key.get("dialect_options", {}).get(f"{engine.dialect.name}_where")),
                )
                for key in inspector.get_indexes(table)
            ),
        }
    return made


def test_migrated_schema_equals_the_models(engine: Engine, tmp_path: Any) -> None:
    if engine.dialect.name == "sqlite":
        modelled = engine_for(f"sqlite:///{tmp_path / 'models.db'}")
        SQLModel.metadata.create_all(modelled)
        expected = shape(modelled)
        modelled.dispose()
    else:
        _order("CREATE DATABASE zlf_models")
        modelled = engine_for(_url("zlf_models"))
        SQLModel.metadata.create_all(modelled)
        expected = shape(modelled)
        modelled.dispose()
        _order("DROP DATABASE zlf_models WITH (FORCE)")
    assert shape(engine) == expected


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = shape(engine)
    upgrade(engine)
    assert shape(engine) == before and current(engine) == newest() is not None


def test_the_guards_come_with_the_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO event (kind, actor_id, at, facts) VALUES ('x', 1, '2018-07-02 00:00:00', '{}')")
        )
    with pytest.raises(Exception, match="只增不改"), engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
