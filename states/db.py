"""Engines and transactions, for edges only. The differences between SQLite and PostgreSQL begin here.

SQLite: WAL, synchronous=FULL (NORMAL loses acknowledged work in a power cut), BEGIN IMMEDIATE for writers,
one writer lock a process. PostgreSQL: READ COMMITTED with compare-and-set on versions.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from states.errors import Busy

BUSY_SECONDS = 30.0
_locks: dict[str, threading.RLock] = {}
_locks_guard = threading.Lock()


def engine_for(url: str, *, echo: bool = False) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; the folder of a SQLite file is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, echo)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, echo=echo, pool_pre_ping=True, connect_args={"options": "-c timezone=UTC"})


def _sqlite(url: str, echo: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, echo=echo, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below opens transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("zlf_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _writer_lock(engine: Engine) -> threading.RLock:
    key = str(engine.url)
    with _locks_guard:
        return _locks.setdefault(key, threading.RLock())


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that is rolled back at the end: for questions."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction, committed when the block ends without an error. Edges use `notifications.transaction`."""
    if engine.dialect.name == "sqlite":
        with (
            _writer_lock(engine),
            _translated(),
            _session(engine.execution_options(zlf_writes=True)) as session,
        ):
            yield session
    else:
        with _translated(), _session(engine) as session:
            yield session


@contextmanager
def _session(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Busy("数据库忙、已满或无法连接，本次操作没有写入任何内容，请稍后重试。") from error
