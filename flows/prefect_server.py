"""A local Prefect server as a child: `python -m flows.prefect_server PORT`. One process, loopback only.

`prefect server start` in the foreground does the same; here the child also ends with its parent.
"""

import sys
from typing import Any, cast

import uvicorn
from prefect.server.api.server import create_app
from prefect.server.database import orm_models
from sqlalchemy import inspect

from flows.orphans import die_with_parent


def main() -> None:
    """Serve until terminated. Home, address and services come from the environment (PREFECT_…)."""
    die_with_parent()
    let_schedules_be_written()
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        timeout_keep_alive=5,
    )


def let_schedules_be_written() -> None:
    """Make Prefect 3.8's scheduler work on SQLAlchemy 2.1; without this no scheduled run is ever made.

    It inserts runs in bulk with a value for `state`, a hybrid attribute. SQLAlchemy 2.0 left such keys out of a
    bulk INSERT, as the scheduler expects (it writes the states itself afterwards); 2.1 refuses them unless the
    hybrid says what to do. This says: leave it out.
    """
    for model in (orm_models.FlowRun, orm_models.TaskRun):
        hybrid: Any = cast(Any, inspect(model)).all_orm_descriptors["state"]
        if getattr(hybrid, "bulk_dml_setter", ...) is None:
            hybrid.bulk_dml_setter = _leave_out


def _leave_out(_model: type[Any], mapping: dict[str, Any], _value: object) -> None:
    mapping.pop("state", None)


if __name__ == "__main__":
    main()
