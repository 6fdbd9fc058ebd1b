"""Many rows at once, the same on both databases: ids reserved ahead, rows written in the driver's fastest way.

For writers of thousands of rows (an import, a sweep). Where SQLite and PostgreSQL differ, they differ here.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import JSON, Connection, Table, text
from sqlmodel import Session, SQLModel

from states.errors import NotAllowedNow

T = TypeVar("T")
Values = tuple[Any, ...]


def reserve(session: Session, table: type[SQLModel], n: int) -> Sequence[int]:
    """`n` unused ids of a table. On SQLite the caller inserts them before it reserves more of the same table."""
    session.flush()
    if n == 0:
        return ()
    name = _table(table).name
    if session.get_bind().dialect.name == "sqlite":
        top = session.execute(text(f"SELECT COALESCE(MAX(id), 0) FROM {name}")).scalar_one()  # noqa: S608
        return range(top + 1, top + 1 + n)
    sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
    return [row[0] for row in session.execute(sequence, {"name": name, "n": n})]


def insert_rows(
    session: Session, table: type[SQLModel], columns: Sequence[str], rows: Iterable[Values]
) -> None:
    """Write the rows, whose values stand in the order of `columns`; every other column must be nullable."""
    session.flush()
    connection = session.connection()
    made = _table(table)
    bound = list(_bound(made, columns, rows, connection))
    if not bound:
        return
    try:
        _WRITERS[connection.dialect.name](connection, made.name, columns, bound)
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        raise NotAllowedNow("写入时与刚刚发生的另一项改动冲突，本次没有写入任何内容，请重试。") from error


def alone(session: Session, key: int) -> None:
    """Until this transaction ends no other one that names the same key proceeds (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


@contextmanager
def settled_memory() -> Iterator[None]:
    """Spare the collector what is already read: a large file's rows are no garbage, yet each pass would walk them."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _table(table: type[SQLModel]) -> Table:
    made: Table = table.__table__  # type: ignore[attr-defined]
    return made


def _bound(
    table: Table, columns: Sequence[str], rows: Iterable[Values], connection: Connection
) -> Iterator[Sequence[Any]]:
    """Rows as the driver takes them: SQLAlchemy's own conversions, remembered for values that repeat."""
    binds = [(n, bind) for n, name in enumerate(columns) if (bind := _bind(table, name, connection))]
    for row in rows:
        values = list(row)
        for n, bind in binds:
            if values[n] is not None:
                values[n] = bind(values[n])
        yield tuple(values)


def _bind(table: Table, column: str, connection: Connection) -> Callable[[Any], Any] | None:
    type_ = table.c[column].type
    bind = type_.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if bind is None:
        return None
    if isinstance(type_, JSON):
        nothing = bind({})
        return lambda value: bind(value) if value else nothing
    return lru_cache(maxsize=8192)(bind)


def _insert_many(connection: Connection, table: str, columns: Sequence[str], rows: list[Any]) -> None:
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table} ({_names(columns)}) VALUES ({marks})", rows)  # noqa: S608


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: list[Any]) -> None:
    driver: Any = connection.connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_names(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


_WRITERS = {"sqlite": _insert_many, "postgresql": _copy}
