"""Refusals: one form, in Chinese, nothing echoed, nothing told of the inside; hostile input is never a 5xx."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.conftest import NEGOTIATION, OWN, World, lead

CHINESE = re.compile("[一-鿿]")


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(body)
    assert body["status"] == status and body["request_id"] == answer.headers["x-request-id"]
    assert CHINESE.search(body["title"]) and CHINESE.search(body["detail"])
    return body


def test_unknown_addresses(calm: World) -> None:
    for path in (
        "/nope",
        "/api/v1/nope",
        "/api/v1/projects/",
        "/api/v2/projects",
        "/%00",
        "/static-offline-docs/%00",
    ):
        is_problem(calm.client.get(path), 404)


def test_methods_not_allowed_name_those_that_are(calm: World) -> None:
    for path, allow in (
        ("/api/v1/projects", "GET, HEAD"),
        ("/api/v1/projects/1/reports", "POST"),
        ("/health", "GET, HEAD"),
    ):
        answer = calm.client.request("DELETE", path)
        is_problem(answer, 405)
        assert answer.headers["allow"] == allow
    assert calm.client.request("OPTIONS", "/api/v1/projects").headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(calm: World) -> None:
    answer = calm.client.head("/api/v1/projects", headers=calm.headers("operator"))
    assert answer.status_code == 200 and answer.content == b""


def test_request_ids(calm: World) -> None:
    assert (
        calm.client.get("/health/live", headers={"X-Request-Id": "abc-1.2_3"}).headers["x-request-id"]
        == "abc-1.2_3"
    )
    for bad in ("a b", "x" * 65, "é", ""):
        told = calm.client.get("/health/live", headers={"X-Request-Id": bad.encode("latin-1")}).headers[
            "x-request-id"
        ]
        assert re.fullmatch("[0-9a-f]{32}", told)


def test_422_points_without_echo(calm: World) -> None:
    body = {"trigger": 7, "evidence": {"秘密": True}, "surplus": "机密内容"}
    told = is_problem(calm.post("specialist", "/projects/1/reports", body, if_match='"1"'), 422)
    assert {"/trigger", "/surplus"} <= {item["pointer"] for item in told["errors"]}
    assert "机密内容" not in json.dumps(told, ensure_ascii=False)
    assert all(CHINESE.search(item["detail"]) for item in told["errors"])


TEXTS = [
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\u202ereversed",
    "\u2066x",
    "\u200f",
    "\ufeff",
    "\ud800",
    "\udfff",
    "x" * 10_000,
]


@pytest.mark.parametrize("bad", TEXTS)
def test_hostile_text(calm: World, bad: str) -> None:
    headers = calm.headers("specialist", if_match='"1"') | {"Content-Type": "application/json"}
    for body in (
        {"trigger": "open_negotiation", "evidence": NEGOTIATION | {"opinion": bad}},
        {"trigger": "open_negotiation", "evidence": NEGOTIATION | {bad: "x"}},
        {"trigger": bad, "evidence": NEGOTIATION},
        {bad: "x"},
    ):
        raw = json.dumps(body).encode()  # lone surrogates travel as \ud800 escapes
        is_problem(calm.client.post("/api/v1/projects/1/reports", content=raw, headers=headers), 422)
    is_problem(
        calm.client.post(
            "/api/v1/projects/1/offramps",
            content=json.dumps({"kind": "terminate", "reason": bad}).encode(),
            headers=headers,
        ),
        422,
    )


BODIES = [
    b'{"reason": NaN}',
    b'{"reason": Infinity}',
    b'{"reason": -Infinity}',
    b'{"reason": 1e400}',
    b'{"reason": "a", "reason": "b"}',
    b'{"reason": ' + b"9" * 5000 + b"}",
    b'{"reason": true}',
    b'{"reason": null}',
    b'{"reason": 1}',
    b'{"reason": ["a"]}',
    b'{"reason": ""}',
    b'{"reason": "   "}',
    b"[]",
    b"null",
    b'"text"',
    b"{",
    b"",
    b"\xff\xfe{\x00}\x00",
    b'{"reason": "\xed\xa0\x80"}',
    b"[" * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    '{"reason": "好"}'.encode("utf-16"),
    "﻿{}".encode(),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:25]))
def test_hostile_json(calm: World, body: bytes) -> None:
    headers = calm.headers("approver", if_match='"1"') | {"Content-Type": "application/json"}
    is_problem(calm.client.post("/api/v1/requests/1/return", content=body, headers=headers), 422)


def test_other_media(calm: World) -> None:
    for media in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "",
        "multipart/form-data",
    ):
        headers = calm.headers("approver", if_match='"1"') | {"Content-Type": media}
        is_problem(
            calm.client.post("/api/v1/requests/1/return", content=b'{"reason":"x"}', headers=headers), 415
        )


@pytest.mark.parametrize(
    "bad", ["0", "-1", "1_0", "1.0", "+1", "2147483648", "9" * 30, "١", "abc", "true", "%00", "1%20"]
)
def test_hostile_ids(calm: World, bad: str) -> None:
    is_problem(calm.client.get(f"/api/v1/requests/{bad}", headers=calm.headers("operator")), 422)
    answer = calm.client.post(
        f"/api/v1/projects/{bad}/reports",
        json={"trigger": "sign", "evidence": {"a": "b"}},
        headers=calm.headers("specialist", if_match='"1"'),
    )
    is_problem(answer, 422)


QUERIES = [
    "limit=-1", "limit=0", "limit=201", "limit=1e3", "limit=1_0", "limit=" + "9" * 30, "offset=1", "sort=name", "sort=__class__",
    "cursor=x", "cursor=%00", "cursor=W10", "cursor=" + "A" * 401, "q=", "q=%00", "q=%E2%80%AE", "q=" + "a" * 101,
    "stage=%27%20or%201=1", "standing=dead", "light=blue", "overdue=1", "overdue=maybe", "amount_from_yuan=-1",
    "amount_from_yuan=NaN", "amount_from_yuan=" + "9" * 25, "locality=%0d%0a", "cursor=WyJpZCIsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTksMV0",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_hostile_queries(calm: World, query: str) -> None:
    is_problem(calm.client.get(f"/api/v1/projects?{query}", headers=calm.headers("operator")), 422)


@pytest.mark.parametrize(
    "on", ["0001-01-01", "9999-12-31", "2018-13-01", "2018-02-29", "1530403200", "0", "2018-07-02T00:00:00"]
)
def test_hostile_dates(calm: World, on: str) -> None:
    body = {"kind": "suspend", "reason": "等待供地", "cause": "政府原因", "on": on}
    is_problem(calm.post("specialist", "/projects/1/offramps", body, if_match='"1"'), 422)
    refused = calm.post(
        "specialist", "/leads", lead(OWN, "甲项目") and {"evidence": lead(OWN, "甲项目", occurred_on=on)}
    )
    assert refused.status_code in (409, 422)


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 10_000):
        yield b" " * 10_000


def test_a_large_body_is_refused_with_and_without_its_length(calm: World) -> None:
    headers = calm.headers("approver", if_match='"1"') | {"Content-Type": "application/json"}
    is_problem(calm.client.post("/api/v1/requests/1/return", content=b" " * 1_000_001, headers=headers), 413)
    is_problem(calm.client.post("/api/v1/requests/1/return", content=chunks(2_000_000), headers=headers), 413)
    lying = headers | {"Content-Length": "9" * 40}
    is_problem(calm.client.post("/api/v1/requests/1/return", content=b"{}", headers=lying), 413)


def broken(error: Exception) -> TestClient:
    app = create_app()
    assert isinstance(app, FastAPI)

    class Away:
        def __getattr__(self, _name: str) -> Any:
            raise error

    app.state.engine = Away()
    return TestClient(app)


def test_a_crash_tells_only_its_request_id(caplog: pytest.LogCaptureFixture) -> None:
    with broken(RuntimeError("password=geheim")) as client:
        answer = client.get(
            "/api/v1/me", headers={"Authorization": "Bearer zlf_" + "x" * 43, "X-Request-Id": "seek-me"}
        )
    told = is_problem(answer, 500)
    assert told["request_id"] == "seek-me" and "geheim" not in answer.text and "Traceback" not in answer.text
    assert "seek-me" in caplog.text and "geheim" in caplog.text


def test_a_busy_database_is_503_with_retry_after() -> None:
    with broken(OperationalError("SELECT secret", {}, Exception("locked"))) as client:
        answer = client.get("/api/v1/me", headers={"Authorization": "Bearer zlf_" + "x" * 43})
    assert is_problem(answer, 503)["code"] == "busy"
    assert int(answer.headers["retry-after"]) > 0 and "secret" not in answer.text
