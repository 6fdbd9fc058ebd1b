"""Fixtures: every test that touches a database runs on SQLite and, where one answers, on PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from migrations import upgrade
from states.db import engine_for, writing
from states.founding import found, read_office

EXAMPLES = Path(__file__).parent.parent / "examples"
POSTGRES = os.environ.get("ZLF_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
FOUNDED_AT = datetime(2018, 6, 29, 16, 0, tzinfo=UTC)  # 2018-06-30 00:00 Asia/Shanghai


def _postgres_answers() -> bool:
    engine = engine_for(POSTGRES)
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


ANSWERS = _postgres_answers()
BACKENDS = ["sqlite", "postgresql"] if ANSWERS else ["sqlite"]


def pytest_report_header() -> str:
    """Say loudly which databases are tested."""
    if ANSWERS:
        return "数据库：SQLite 与 PostgreSQL"
    if os.environ.get("ZLF_DEMAND_POSTGRES"):
        raise pytest.UsageError("ZLF_DEMAND_POSTGRES 已设置，但 PostgreSQL 没有应答。")
    return "!!! 数据库：只有 SQLite。PostgreSQL 没有应答（ZLF_TEST_POSTGRES），相关用例没有运行 !!!"


def _admin() -> Engine:
    return create_engine(engine_for(POSTGRES).url, isolation_level="AUTOCOMMIT")


def _admin() -> Engine:
    return create_engine(engine_for(POSTGRES).url, isolation_level="AUTOCOMMIT")


def _order(statement: str) -> None:
    admin = _admin()
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


def _url(database: str) -> str:
    return engine_for(POSTGRES).url.set(database=database).render_as_string(hide_password=False)


def _make(url: str, *, founded: bool) -> None:
    engine = engine_for(url)
    upgrade(engine)
    if founded:
        with writing(engine) as session:
            found(session, read_office((EXAMPLES / "office.toml").read_text(encoding="utf-8")), FOUNDED_AT)
    if engine.dialect.name == "sqlite":  # so that the one file is the whole database
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


class Templates:
    """Migrated databases of each kind, empty and founded, made once and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[tuple[str, bool], str] = {}

    def of(self, backend: str, *, founded: bool) -> str:
        """The file or database to copy."""
        if (backend, founded) not in self.made:
            name = f"zlf_t_{uuid.uuid4().hex[:12]}"
            if backend == "sqlite":
                self.made[backend, founded] = str(self.folder / f"{name}.db")
                _make(f"sqlite:///{self.made[backend, founded]}", founded=founded)
            else:
                _order(f"CREATE DATABASE {name}")
                self.made[backend, founded] = name
                _make(_url(name), founded=founded)
        return self.made[backend, founded]

    def drop(self) -> None:
        """Remove what was made on the server."""
        for (backend, _), name in self.made.items():
            if backend == "postgresql":
                _order(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """The templates of this run."""
    made = Templates(tmp_path_factory.mktemp("template"))
    yield made
    made.drop()


@contextmanager
def _copy(backend: str, template: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        shutil.copyfile(template, folder / "test.db")
        yield f"sqlite:///{folder / 'test.db'}"
        return
    name = f"zlf_{uuid.uuid4().hex[:12]}"
    _order(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url(name)
    _order(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database without an office."""
    with _copy(backend, templates.of(backend, founded=False), tmp_path) as url:
        yield url


@pytest.fixture
def office_url(backend: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database in which the sample's office has been founded, on 2018-06-30."""
    with _copy(backend, templates.of(backend, founded=True), tmp_path_factory.mktemp("office")) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database."""
    made = engine_for(database_url)
    yield made
    made.dispose()


@pytest.fixture
def office(office_url: str) -> Iterator[Engine]:
    """An engine on the founded office."""
    made = engine_for(office_url)
    yield made
    made.dispose()


@pytest.fixture
def session(office: Engine) -> Iterator[Session]:
    """One open transaction on the founded office, rolled back at the end."""
    with Session(office, expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
