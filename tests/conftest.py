"""Fixtures: every test that touches a database runs on SQLite and, where one answers, on PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Iterator
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
POSTGRES = os.environ.get("ZLF_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")
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


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A migrated, empty database of each kind, to be copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    made = {"sqlite": str(folder / "empty.db")}
    engine = engine_for(f"sqlite:///{made['sqlite']}")
    upgrade(engine)
    engine.dispose()
    if ANSWERS:
        made["postgresql"] = f"zlf_t_{uuid.uuid4().hex[:12]}"
        admin = _admin()
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {made['postgresql']}"))
        engine = engine_for(_url(made["postgresql"]))
        upgrade(engine)
        engine.dispose()
        yield made
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {made['postgresql']} WITH (FORCE)"))
        admin.dispose()
    else:
        yield made


def _url(database: str) -> str:
    return engine_for(POSTGRES).url.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, templates: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database."""
    if request.param == "sqlite":
        shutil.copyfile(templates["sqlite"], tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    name = f"zlf_{uuid.uuid4().hex[:12]}"
    admin = _admin()
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {templates['postgresql']}"))
    yield _url(name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database."""
    made = engine_for(database_url)
    yield made
    made.dispose()


@pytest.fixture
def office(engine: Engine) -> Engine:
    """A database in which the sample's office has been founded, on 2018-06-30."""
    with writing(engine) as session:
        found(session, read_office((EXAMPLES / "office.toml").read_text(encoding="utf-8")), FOUNDED_AT)
    return engine


@pytest.fixture
def session(office: Engine) -> Iterator[Session]:
    """One open transaction on the founded office, rolled back at the end."""
    with Session(office, expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
