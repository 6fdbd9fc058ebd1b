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

from documents.workbook.read import read_workbook
from migrations import upgrade
from notifications import transaction
from states.clock import today
from states.db import engine_for, reading, writing
from states.founding import OPERATOR, found, read_office
from states.intake_all import tables_of, take
from states.people.actor import actor_by_login
from states.projects.intake_report import ImportReport

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


def _make(url: str, content: str) -> None:
    engine = engine_for(url)
    upgrade(engine)
    if content != "empty":
        with writing(engine) as session:
            found(session, read_office((EXAMPLES / "office.toml").read_text(encoding="utf-8")), FOUNDED_AT)
    if content == "sample":
        for name in ("ledger", "funds", "targets"):
            import_file(engine, EXAMPLES / f"{name}.xlsx", FOUNDED_AT)
    if engine.dialect.name == "sqlite":  # so that the one file is the whole database
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def import_file(engine: Engine, path: Path, as_of: datetime) -> ImportReport:
    """What `zlf import` does, as the office's operator."""
    with reading(engine) as session:
        wanted = tables_of(session, as_of)
    sheets = read_workbook(path.read_bytes(), wanted)
    with transaction(engine, as_of) as session:
        return take(session, actor_by_login(session, OPERATOR, today(as_of)), as_of, as_of, sheets)


class Templates:
    """Migrated databases of each kind (empty, founded, with the sample), made once and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[tuple[str, str], str] = {}

    def of(self, backend: str, content: str) -> str:
        """The file or database to copy."""
        if (backend, content) not in self.made:
            name = f"zlf_t_{uuid.uuid4().hex[:12]}"
            if backend == "sqlite":
                self.made[backend, content] = str(self.folder / f"{name}.db")
                _make(f"sqlite:///{self.made[backend, content]}", content)
            else:
                _order(f"CREATE DATABASE {name}")
                self.made[backend, content] = name
                _make(_url(name), content)
        return self.made[backend, content]

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
    with _copy(backend, templates.of(backend, "empty"), tmp_path) as url:
        yield url


@pytest.fixture
def office_url(backend: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database in which the sample's office has been founded, on 2018-06-30."""
    with _copy(backend, templates.of(backend, "founded"), tmp_path_factory.mktemp("office")) as url:
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
def sample(backend: str, templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on the office with the sample's ledger, funds and targets imported as of 2018-06-30."""
    with _copy(backend, templates.of(backend, "sample"), tmp_path_factory.mktemp("sample")) as url:
        made = engine_for(url)
        yield made
        made.dispose()


@pytest.fixture
def session(office: Engine) -> Iterator[Session]:
    """One open transaction on the founded office, rolled back at the end."""
    with Session(office, expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
