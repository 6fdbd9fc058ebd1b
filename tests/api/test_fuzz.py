"""Made-up requests from the OpenAPI document itself: never a 5xx, never an answer that the document does not tell."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import create_engine

from api.app import create_app
from tests.api.conftest import World, Worlds

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
CALLERS = ("operator", "specialist", "approver", "supervision")
REAL: dict[str, list[Any]] = {
    "project_id": [1, 2],
    "request_id": [1, 2, 3],
    "period": ["2018-06"],
    "notice_id": [1, 2],
}
A_SHAPE = 12  # cases for each operation and way of making them


@pytest.fixture(scope="module")
def fuzzed(worlds: Worlds) -> Iterator[World]:
    """A county of its own on SQLite, for anything to happen to."""
    with worlds.copied("sqlite") as world:
        world.report()
        yield world


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(create_app(create_engine("sqlite://")).openapi())
    return [found.ok() for found in schema.get_all_operations()]


def ways() -> Iterator[Any]:
    """Each operation with requests that keep its document and, where there is anything to break, that break it."""
    for operation in operations():
        yield pytest.param(operation, True, id=f"{operation.label} keeps")
        if operation.body or any(operation.iter_parameters()):
            yield pytest.param(operation, False, id=f"{operation.label} breaks")


@pytest.mark.parametrize(("operation", "good"), list(ways()))
def test_whatever_comes_in(fuzzed: World, operation: Any, good: bool) -> None:
    mode = schemathesis.GenerationMode.POSITIVE if good else schemathesis.GenerationMode.NEGATIVE
    run(fuzzed, operation.as_strategy(generation_mode=mode))


def run(world: World, cases: Any) -> None:
    @given(case=cases, who=st.sampled_from(CALLERS), real=st.booleans(), data=st.data())
    @settings(
        max_examples=A_SHAPE,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Any, who: str, real: bool, data: Any) -> None:
        if real:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = data.draw(st.sampled_from(REAL.get(name, [1])))
            if case.headers and "If-Match" in case.headers:
                case.headers["If-Match"] = '"2"'
        case.headers = dict(case.headers or {}) | world.headers(who)
        response = case.call(app=world.client.app)
        case.validate_response(response, checks=CHECKS)

    one()
