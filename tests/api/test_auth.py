"""Who gets in: opaque tokens, dead at once when they should be."""

from datetime import timedelta

import pytest
from sqlmodel import select

from notifications import transaction
from states import clock
from states.db import writing
from states.people.accounts import disable_account
from states.people.actor import actor_by_login
from states.people.tables import RoleGrant
from states.people.tokens import issue, revoke
from tests.api.conftest import NOW, OWN, World

WRITES = (
    "/projects/1/reports",
    "/projects/1/offramps",
    "/leads",
    "/requests/1/approval",
    "/requests/1/return",
)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic b3BlcmF0b3I6eA==",
        "Bearer zlf_" + "A" * 43,
        "Bearer " + "x" * 5000,
        "zlf_",
    ],
)
def test_no_token_no_answer(calm: World, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answers = [
        calm.client.get("/api/v1/projects", headers=headers),
        calm.client.get("/api/v1/me", headers=headers),
    ]
    answers += [calm.client.post(f"/api/v1{path}", headers=headers, json={"nonsense": 1}) for path in WRITES]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "unauthenticated"


def test_me(calm: World) -> None:
    told = calm.get("specialist", "/me").json()
    assert told["login"] == "specialist" and told["today"] == "2018-07-02"
    assert told["roles"] == [{"role": "specialist", "label": "项目专员", "region": OWN}]
    assert told["rights"] == ["ask_offramp", "report", "see_bulletin"]


def test_a_disabled_account_is_dead_at_once(world: World) -> None:
    assert world.get("readonly", "/projects").status_code == 200
    with transaction(world.engine, NOW) as session:
        disable_account(session, actor_by_login(session, "operator", clock.today(NOW)), NOW, "readonly")
    assert world.get("readonly", "/projects").status_code == 401


def test_a_revoked_or_expired_token_is_dead(world: World) -> None:
    with transaction(world.engine, NOW) as session:
        operator = actor_by_login(session, "operator", clock.today(NOW))
        short = issue(session, operator, "leader", now=NOW, wall=clock.wall(), lasts=timedelta(seconds=-1))
        assert revoke(session, operator, "approver", now=NOW, wall=clock.wall()) == 1
    world.secrets["expired"] = short.secret
    assert world.get("expired", "/me").status_code == 401
    assert world.get("approver", "/me").status_code == 401


def test_a_role_taken_away_is_gone_with_the_next_request(world: World) -> None:
    assert len(world.get("readonly", "/projects").json()["items"]) == 1
    with writing(world.engine) as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.role == "readonly")):
            grant.to_on = clock.today(NOW)
    assert world.get("readonly", "/projects").json()["items"] == []


def test_demo_time_does_not_move_a_token_s_life(world: World) -> None:
    with transaction(world.engine, NOW) as session:
        operator = actor_by_login(session, "operator", clock.today(NOW))
        token = issue(session, operator, "leader", now=NOW, wall=clock.wall(), lasts=timedelta(hours=1))
    assert token.expires_at > clock.wall() > NOW + timedelta(days=365)
    world.secrets["fresh"] = token.secret
    assert world.get("fresh", "/me").status_code == 200


def test_no_secret_in_the_log(calm: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        calm.get("specialist", "/projects", q="机密项目")
        calm.client.get("/api/v1/me", headers={"Authorization": "Bearer zlf_canary" + "x" * 37})
    assert "/api/v1/projects" in caplog.text
    for secret in (calm.secrets["specialist"], "canary", "机密项目"):
        assert secret not in "\n".join(
            record.getMessage() for record in caplog.records if record.name == "api"
        )
