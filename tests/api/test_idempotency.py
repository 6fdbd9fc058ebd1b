"""Idempotency-Key: one effect however often it is sent, per account, in the transaction of the work."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from api.tables import IdempotencyKey
from states.db import reading, writing
from states.lifecycle.tables import Request
from tests.api.conftest import NEGOTIATION, OTHER, OWN, World, lead


def count(world: World, table: Any) -> int:
    with reading(world.engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_a_replay_is_answered_and_does_nothing(world: World) -> None:
    tag = world.etag(world.projects[OWN])
    first = world.report(if_match=tag, idempotency_key="k-1")
    before = count(world, Request)
    again = world.report(
        if_match=tag, idempotency_key="k-1"
    )  # the version is stale by now; the answer is the first
    assert (again.status_code, again.content) == (
        first.status_code,
        first.content,
    ) and first.status_code == 201
    assert (
        again.headers["etag"] == first.headers["etag"]
        and again.headers["location"] == first.headers["location"]
    )
    assert count(world, Request) == before


def test_another_body_under_the_key_is_refused(world: World) -> None:
    world.report(idempotency_key="k-1")
    own = world.projects[OWN]
    other = {"trigger": "open_negotiation", "evidence": NEGOTIATION | {"opinion": "另一意见"}}
    refused = world.post(
        "specialist", f"/projects/{own}/reports", other, if_match='"1"', idempotency_key="k-1"
    )
    assert refused.status_code == 422 and refused.json()["code"] == "idempotency_key_reused"
    elsewhere = world.post("specialist", "/leads", {"evidence": lead(OWN, "甲")}, idempotency_key="k-1")
    assert elsewhere.status_code == 422


def test_a_key_belongs_to_its_account(world: World) -> None:
    one = world.post("specialist", "/leads", {"evidence": lead(OWN, "甲")}, idempotency_key="same")
    two = world.post("other_specialist", "/leads", {"evidence": lead(OTHER, "乙")}, idempotency_key="same")
    assert one.status_code == two.status_code == 201 and one.json()["id"] != two.json()["id"]


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    own = world.projects[OWN]
    body = {"trigger": "open_negotiation", "evidence": {"occurred_on": "2018-07-02"}}
    tag = world.etag(own)
    assert (
        world.post(
            "specialist", f"/projects/{own}/reports", body, if_match=tag, idempotency_key="k"
        ).status_code
        == 409
    )
    assert count(world, IdempotencyKey) == 0
    assert world.report(if_match=tag, idempotency_key="k").status_code == 201


def test_a_role_lost_since_answers_no_replay(world: World) -> None:
    from states.people.tables import RoleGrant

    tag = world.etag(world.projects[OWN])
    world.report(if_match=tag, idempotency_key="k")
    with writing(world.engine) as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.role == "specialist")):
            session.delete(grant)
    assert world.report(if_match=tag, idempotency_key="k").status_code == 403


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "键", "a\tb", "a;b"])
def test_malformed_keys(calm: World, key: str) -> None:
    headers = calm.headers("specialist") | {"Idempotency-Key": key.encode()}
    answer = calm.client.post("/api/v1/leads", json={"evidence": lead(OWN, "甲")}, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422


@pytest.mark.parametrize("n", [2, 8])
def test_concurrent_duplicates_have_one_effect(world: World, n: int) -> None:
    before = count(world, Request)
    answers: list[Any] = []
    gate = threading.Barrier(n)

    def send() -> None:
        gate.wait()
        answers.append(
            world.post("specialist", "/leads", {"evidence": lead(OWN, "同一线索")}, idempotency_key="dup")
        )

    threads = [threading.Thread(target=send) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1 and len(answers) == n
    assert count(world, Request) == before + 1


def test_old_keys_are_forgotten(world: World) -> None:
    world.post("specialist", "/leads", {"evidence": lead(OWN, "甲")}, idempotency_key="old")
    with writing(world.engine) as session:
        for row in session.exec(select(IdempotencyKey)):
            row.created_at -= timedelta(days=8)
    world.post("specialist", "/leads", {"evidence": lead(OWN, "乙")}, idempotency_key="new")
    with reading(world.engine) as session:
        assert session.exec(select(col(IdempotencyKey.key))).all() == ["new"]
