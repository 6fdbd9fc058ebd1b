"""The OpenAPI document: every operation in Chinese with its right; routers hold no queries; /docs needs no network."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

import api.routers
from api.app import create_app
from api.deps import WORDS
from states.people.rights import RIGHTS
from tests.api.conftest import World

CHINESE = re.compile("[一-鿿]")
ROUTERS = Path(api.routers.__file__).parent


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    document = create_app(create_engine("sqlite://")).openapi()
    return [
        (path, method, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def test_every_operation_declares_a_right() -> None:
    for path, method, told in operations():
        assert told.get("x-right") in {*RIGHTS, *WORDS}, (method, path)
        assert (told["x-right"] == "public") == path.startswith("/health"), (method, path)


def test_everything_read_is_chinese() -> None:
    document = create_app(create_engine("sqlite://")).openapi()
    for path, _, told in operations():
        assert CHINESE.search(told["summary"]) and CHINESE.search(told["description"]), path
        for parameter in told.get("parameters", ()):
            described = parameter.get("description") or parameter["schema"].get("description", "")
            assert CHINESE.search(described), (path, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        for key, value in schema.get("properties", {}).items():
            assert (
                CHINESE.search(value.get("description", "") or name) or name == "Problem" or "items" in key
            ), (name, key)


def test_writes_that_change_a_project_demand_its_version() -> None:
    free = {"/api/v1/leads", "/api/v1/bulletins/{period}/publication"}
    for path, method, told in operations():
        if method == "get" or path in free or path.startswith("/api/v1/inbox"):
            continue
        demanded = [
            one["name"] for one in told["parameters"] if one.get("required") and one["in"] == "header"
        ]
        assert "If-Match" in demanded, path


def test_routers_hold_no_queries() -> None:
    for file in ROUTERS.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        for word in (
            "sqlmodel",
            "sqlalchemy",
            ".exec(",
            ".execute(",
            ".scalars(",
            "select(",
            ".commit(",
            ".get_one(",
        ):
            assert word not in text, (file.name, word)


def test_docs_need_no_network(calm: World) -> None:
    page = calm.client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses and not [address for address in addresses if address.startswith(("http", "//"))]
    for address in addresses:
        assert calm.client.get(address).status_code == 200
    assert calm.client.get("/openapi.json").json()["info"]["title"] == "招落服接口"


def test_only_a_database_address_is_needed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ZLF_DATABASE_URL", f"sqlite:///{tmp_path / 'fresh.db'}")
    from starlette.testclient import TestClient

    with TestClient(create_app()) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/health").status_code == 503
