"""Tasks, inbox, escalations, bulletins, health: read, downloaded, marked, published."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from sqlmodel import select

from notifications.tables import Delivery, Notification
from states import clock
from states.db import writing
from states.founding import installation_of
from tests.api.conftest import OTHER, OWN, World


def test_tasks_mine_by_unit_and_as_of(world: World) -> None:
    steps = world.get("operator", "/tasks").json()
    assert [row["project"] for row in steps["items"]] == ["嘉鱼县电子项目", "赤壁市电子项目"]
    assert steps["as_of"] == "2018-07-02"
    mine = world.get("specialist", "/tasks", mine="true").json()["items"]
    assert [(row["step"], row["owner"]) for row in mine] == [("意向→洽谈", "specialist某")]
    assert world.get("leader", "/tasks", mine="true").json()["items"] == []
    assert world.get("operator", "/tasks", overdue="true").json()["items"] == []
    late = world.get("operator", "/tasks", overdue="true", as_of="2018-08-01").json()["items"]
    assert [row["days_late"] for row in late] == [12, 12]
    world.report()
    waiting = world.get("operator", "/tasks", unit="咸宁市招商局").json()["items"]
    assert [row["step"] for row in waiting] == ["核定"]


def test_tasks_come_in_pages(world: World) -> None:
    whole = world.get("operator", "/tasks", as_of="2018-08-01").json()["items"]
    first = world.get("operator", "/tasks", as_of="2018-08-01", limit=1).json()
    second = world.get("operator", "/tasks", as_of="2018-08-01", limit=1, cursor=first["next"]).json()
    assert first["items"] + second["items"] == whole and second["next"] is None and len(whole) == 2


def test_inbox_is_read_and_signed_by_its_owner_alone(world: World) -> None:
    world.report()
    box = world.get("supervision", "/inbox").json()
    told = next(
        who
        for who in ("approver", "leader", "supervision", "specialist")
        if world.get(who, "/inbox").json()["items"]
    )
    box = world.get(told, "/inbox").json()
    notice = box["items"][0]
    assert box["unread"] >= 1 and notice["subject"] and notice["read_at"] is None
    assert world.post("readonly", f"/inbox/{notice['id']}/read").status_code == 404
    assert world.post(told, f"/inbox/{notice['id']}/read").json() == {"id": notice["id"], "done": "read"}
    assert world.get(told, "/inbox", unread="true").json()["unread"] == box["unread"] - 1
    for _ in range(2):
        assert world.post(told, f"/inbox/{notice['id']}/acknowledgement").json()["done"] == "acknowledged"
    with writing(world.engine) as session:
        assert session.get_one(Notification, notice["id"]).acked_at is not None


def test_escalations_as_values_and_documents(calm: World) -> None:
    told = calm.get("supervision", "/escalations", as_of="2018-08-01").json()
    assert told["totals"]["overdue"] == 2 and len(told["list"]) == 2
    assert {row["locality"] for row in told["localities"]} == {OWN, OTHER}
    own = calm.get("approver", "/escalations", as_of="2018-08-01").json()
    assert [row["locality"] for row in own["localities"]] == [OWN]
    for form in ("docx", "xlsx"):
        answer = calm.get("supervision", f"/escalations/{form}", as_of="2018-08-01")
        assert answer.status_code == 200 and zipfile.is_zipfile(BytesIO(answer.content))
        assert (
            "attachment" in answer.headers["content-disposition"]
            and "UTF-8''%E7%9D%A3" in answer.headers["content-disposition"]
        )


def test_a_bulletin_from_draft_to_published(world: World) -> None:
    draft = world.get("readonly", "/bulletins/2018-06").json()
    assert draft["status"] == "draft" and draft["number"] is None and "signed" in draft
    for form in ("docx", "xlsx"):
        answer = world.get("supervision", f"/bulletins/2018-06/{form}")
        assert answer.status_code == 200 and zipfile.is_zipfile(BytesIO(answer.content))
    assert world.post("operator", "/bulletins/2018-06/publication").status_code == 403
    made = world.post("supervision", "/bulletins/2018-06/publication", idempotency_key="once")
    assert made.status_code == 201 and made.json()["status"] == "published"
    assert (
        world.post("supervision", "/bulletins/2018-06/publication", idempotency_key="once").content
        == made.content
    )
    assert world.post("supervision", "/bulletins/2018-06/publication").status_code == 409
    assert world.get("supervision", "/bulletins/2018-06").json()["number"] == 1
    assert world.post("supervision", "/bulletins/2018-07/publication").status_code == 409
    assert world.get("supervision", "/bulletins/2018-09").status_code == 409


@pytest.mark.parametrize(
    "period",
    ["2018-13", "2018-00", "0000-01", "9999-12", "2018", "2018-6", "2018-06-01", "%00", "２０１８-06"],
)
def test_other_periods(calm: World, period: str) -> None:
    assert calm.get("supervision", f"/bulletins/{period}").status_code == 422


def test_health_says_what_it_is(world: World) -> None:
    def health() -> dict[str, str]:
        answer = world.client.get("/health")
        assert answer.status_code == 200
        return {"": answer.json()["status"]} | {
            part["name"]: part["status"] for part in answer.json()["parts"]
        }

    assert world.client.get("/health/live").json() == {"status": "ok"}
    assert health()["heartbeat"] == health()[""] == "degraded"
    with writing(world.engine) as session:
        installation_of(session).heartbeat_at = clock.wall()
    assert set(health().values()) == {"ok"}
    with writing(world.engine) as session:
        installation_of(session).heartbeat_at = clock.wall() - timedelta(minutes=10)
    assert health()["heartbeat"] == "degraded"
    with writing(world.engine) as session:
        installation = installation_of(session)
        installation.heartbeat_at, installation.held_since = clock.wall(), clock.wall()
    assert health()["office"] == "degraded"


def test_health_counts_what_has_not_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from states.settings import settings

    monkeypatch.setenv("ZLF_SMTP_HOST", "127.0.0.1")
    settings.cache_clear()
    try:
        with writing(world.engine) as session:
            person = session.exec(select(Notification.person_id)).first() or 1
            due = clock.wall() + installation_of(session).offset - timedelta(hours=2)
            session.add(Delivery(channel="email", key="n:1:1x", person_id=person, due_at=due))
        parts = {part["name"]: part for part in world.client.get("/health").json()["parts"]}
        assert parts["outbox"]["status"] == "degraded" and parts["outbox"]["age_seconds"] >= 7200
    finally:
        monkeypatch.undo()
        settings.cache_clear()
