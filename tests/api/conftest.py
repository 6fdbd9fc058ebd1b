"""Two counties with a project each, and a token for everyone who may knock at the door."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from api.app import create_app
from notifications import transaction
from states import clock
from states.db import engine_for
from states.founding import installation_of
from states.lifecycle.requests import approve, register_lead
from states.people.accounts import create_account
from states.people.actor import actor_by_login
from states.people.tokens import issue
from tests.conftest import Templates
from tests.conftest import _copy as copy

NOW = datetime(2018, 7, 2, 1, 0, tzinfo=UTC)  # Monday 2018-07-02 09:00 Asia/Shanghai
OWN, OTHER = "嘉鱼县", "赤壁市"
PEOPLE = {
    "supervision": ("supervision", None),
    "leader": ("leader", OWN),
    "specialist": ("specialist", OWN),
    "approver": ("approver", OWN),
    "readonly": ("readonly", OWN),
    "admin": ("admin", None),
    "other_approver": ("approver", OTHER),
    "other_specialist": ("specialist", OTHER),
}
Json = dict[str, Any]


@dataclass
class World:
    """The application over a database in which business time stands at NOW and runs on."""

    engine: Engine
    client: TestClient
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    projects: dict[str, int] = field(default_factory=dict)

    def headers(self, who: str | None, **more: str) -> dict[str, str]:
        """Headers of a caller; `if_match` and `idempotency_key` as keyword arguments."""
        found = {name.replace("_", "-"): value for name, value in more.items()}
        return found if who is None else found | {"Authorization": f"Bearer {self.secrets[who]}"}

    def get(self, who: str | None, path: str, **asked: Any) -> Any:
        """GET under /api/v1."""
        return self.client.get(f"/api/v1{path}", params=asked, headers=self.headers(who))

    def post(self, who: str | None, path: str, body: Json | None = None, **headers: str) -> Any:
        """POST under /api/v1."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers(who, **headers))

    def etag(self, project_id: int) -> str:
        """The project's ETag now."""
        return str(self.get("operator", f"/projects/{project_id}").headers["etag"])

    def report(self, **headers: str) -> Any:
        """The own county's specialist reports 转入洽谈; the ETag is the project's unless `if_match` is given."""
        own = self.projects[OWN]
        headers.setdefault("if_match", self.etag(own))
        body = {"trigger": "open_negotiation", "evidence": NEGOTIATION}
        return self.post("specialist", f"/projects/{own}/reports", body, **headers)


def lead(locality: str, name: str, **more: Any) -> Json:
    """Evidence of a lead."""
    return {
        "occurred_on": "2018-06-29",
        "name": name,
        "investor": f"{name}投资有限公司",
        "locality": locality,
        "industry": "电子信息",
        "amount": "3亿元",
        "source": "招商推介会",
        **more,
    }


NEGOTIATION: Json = {
    "occurred_on": "2018-07-02",
    "opinion": "产业匹配，同意跟进",
    "responsible_unit": "嘉鱼县人民政府",
}


def _settle(session: Session, world: World) -> None:
    wall, today = clock.wall(), clock.today(NOW)
    installation_of(session).demo_offset_seconds = int((NOW - wall) / timedelta(seconds=1))
    operator = actor_by_login(session, "operator", today)
    for login, (role, region) in PEOPLE.items():
        create_account(
            session, operator, NOW, today, login=login, person=f"{login}某", role=role, region=region
        )
    for login in ("operator", *PEOPLE):
        world.secrets[login] = issue(session, operator, login, now=NOW, wall=wall).secret
    for place, specialist, approver in (
        (OWN, "specialist", "approver"),
        (OTHER, "other_specialist", "other_approver"),
    ):
        leader = {"leader": "leader某"} if place == OWN else {}
        asked = register_lead(
            session,
            actor_by_login(session, specialist, today),
            NOW,
            lead(place, f"{place}电子项目", **leader),
        )
        assert asked.id is not None
        done = approve(session, actor_by_login(session, approver, today), NOW, asked.id)
        assert done.project_id is not None
        world.projects[place] = done.project_id


class Worlds:
    """The two counties made once on each database; copied for tests that write, shared by those that are refused."""

    def __init__(self, templates: Templates, folder: Path, client: TestClient) -> None:
        self.templates, self.folder, self.client = templates, folder, client
        self.made: dict[str, tuple[str, World]] = {}
        self.kept = ExitStack()
        self.shared: dict[str, World] = {}

    def of(self, backend: str) -> tuple[str, World]:
        """What to copy, and what is in it."""
        if backend not in self.made:
            url = self.kept.enter_context(copy(backend, self.templates.of(backend, "founded"), self._room()))
            engine = engine_for(url)
            made = World(engine, self.client)
            with transaction(engine, NOW) as session:
                _settle(session, made)
            if backend == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()
            self.made[backend] = (str(engine.url.database), made)
        return self.made[backend]

    def calm(self, backend: str) -> World:
        """One copy for all who change nothing."""
        if backend not in self.shared:
            self.shared[backend] = self.kept.enter_context(self.copied(backend))
        return self._at(self.shared[backend])

    @contextmanager
    def copied(self, backend: str) -> Iterator[World]:
        """A copy of one's own."""
        template, made = self.of(backend)
        with copy(backend, template, self._room()) as url:
            engine = engine_for(url)
            yield self._at(replace(made, engine=engine, secrets=dict(made.secrets)))
            engine.dispose()

    def _at(self, world: World) -> World:
        cast(FastAPI, self.client.app).state.engine = world.engine
        return world

    def _room(self) -> Path:
        room = self.folder / uuid.uuid4().hex
        room.mkdir()
        return room


@pytest.fixture(scope="session")
def worlds(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The worlds of this run, all behind one application whose engine is exchanged."""
    nowhere = engine_for("sqlite://")
    with TestClient(create_app(nowhere)) as client:
        made = Worlds(templates, tmp_path_factory.mktemp("api"), client)
        with made.kept:
            yield made
    nowhere.dispose()


@pytest.fixture
def world(backend: str, worlds: Worlds) -> Iterator[World]:
    """The two counties, for a test that changes them."""
    with worlds.copied(backend) as made:
        yield made


@pytest.fixture
def calm(backend: str, worlds: Worlds) -> World:
    """The two counties, for a test whose every request is refused or only reads."""
    return worlds.calm(backend)
