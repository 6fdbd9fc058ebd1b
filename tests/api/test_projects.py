"""The list: filters, order, pages; the one project with its story, checklist and permitted actions."""

from typing import Any

import pytest

from notifications import transaction
from states import clock
from states.lifecycle.requests import approve, register_lead
from states.people.actor import actor_by_login
from tests.api.conftest import NOW, OTHER, OWN, World, lead

AMOUNTS = ["1亿元", "12亿元", "5000万元", "3亿元", "3亿元", "100%自动化_甲", "20亿元"]


def fill(world: World) -> None:
    today = clock.today(NOW)
    with transaction(world.engine, NOW) as session:
        asker, decider = (
            actor_by_login(session, "specialist", today),
            actor_by_login(session, "approver", today),
        )
        for number, amount in enumerate(AMOUNTS):
            named = amount if "自动化" in amount else f"第{number}号项目"
            money = "1亿元" if "自动化" in amount else amount
            day = "2018-05-02" if number == 1 else "2018-06-29"
            evidence = lead(OWN, named, amount=money, occurred_on=day)
            request = register_lead(session, asker, NOW, evidence)
            approve(session, decider, NOW, request.id or 0)


def names(world: World, **asked: Any) -> list[str]:
    answer = world.get("operator", "/projects", **asked)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_filters(world: World) -> None:
    fill(world)
    assert len(names(world)) == 9
    assert names(world, locality=OTHER) == ["赤壁市电子项目"]
    assert len(names(world, locality="咸宁市")) == 9 and names(world, locality="通城县") == []
    assert names(world, amount_from_yuan=10**9) == ["第1号项目", "第6号项目"]
    assert names(world, amount_below_yuan=10**8) == ["第2号项目"]
    assert names(world, overdue="true") == ["第1号项目"] and len(names(world, overdue="false")) == 8
    assert names(world, light="red") == ["第1号项目"] and len(names(world, light="green")) == 8
    assert names(world, stage="signed") == [] and len(names(world, stage="intent", standing="active")) == 9


def test_search_takes_percent_and_underscore_as_they_stand(world: World) -> None:
    fill(world)
    assert names(world, q="%") == ["100%自动化_甲"] == names(world, q="_") == names(world, q="100%自")
    assert names(world, q="\\") == [] and names(world, q="/") == []
    assert names(world, q="第2号项目投资") == ["第2号项目"]  # the investor's name


@pytest.mark.parametrize("sort", ["id", "amount", "due"])
def test_pages_hold_every_project_once_in_order(world: World, sort: str) -> None:
    fill(world)
    whole = world.get("operator", "/projects", sort=sort, limit=200).json()
    found, cursor = [], None
    for _ in range(20):
        page = world.get(
            "operator", "/projects", sort=sort, limit=2, **({"cursor": cursor} if cursor else {})
        ).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert whole["next"] is None and found == whole["items"]
    key = {"id": "id", "amount": "amount_yuan", "due": "due_on"}[sort]
    values = [item[key] for item in found]
    assert values == sorted(values, reverse=sort == "amount")


def test_a_cursor_belongs_to_its_order(world: World) -> None:
    fill(world)
    cursor = world.get("operator", "/projects", sort="due", limit=2).json()["next"]
    assert world.get("operator", "/projects", sort="amount", cursor=cursor).status_code == 422


def test_one_project_tells_its_story(world: World) -> None:
    own = world.projects[OWN]
    answer = world.get("specialist", f"/projects/{own}")
    told = answer.json()
    assert answer.headers["etag"] == f'"{told["version"]}"'
    assert told["investors"] == ["嘉鱼县电子项目投资有限公司"] and told["industry"] == "电子信息"
    assert [reached["label"] for reached in told["timeline"]["milestones"]] == ["意向"]
    assert [task["label"] for task in told["timeline"]["tasks"] if task["outcome"] is None] == ["意向→洽谈"]
    assert {slot["label"] for slot in told["timeline"]["slots"]} == {"包保领导", "项目专员"}
    assert told["missing"]["step"] == "意向→洽谈" and not told["missing"]["waits"]
    assert "opinion" in {item["key"] for item in told["missing"]["items"]}
    assert "open_negotiation" in {action["trigger"] for action in told["actions"]}
    assert world.get("readonly", f"/projects/{own}").json()["actions"] == []
    assert {action["kind"] for action in world.get("leader", f"/projects/{own}").json()["actions"]} == {
        "offramp"
    }


def test_a_report_from_asking_to_counting(world: World) -> None:
    own = world.projects[OWN]
    reported = world.report()
    assert (
        reported.status_code == 201
        and reported.headers["location"] == f"/api/v1/requests/{reported.json()['id']}"
    )
    waiting = world.get("approver", "/requests").json()["items"]
    assert [(row["project"], row["label"], row["due_on"]) for row in waiting] == [
        ("嘉鱼县电子项目", "转入洽谈", "2018-07-05")
    ]
    assert world.get("specialist", f"/projects/{own}").json()["missing"]["waits"]
    back = world.post(
        "approver",
        f"/requests/{waiting[0]['id']}/return",
        {"reason": "研判意见过简"},
        if_match=reported.headers["etag"],
    )
    assert back.status_code == 200 and back.json()["reason"] == "研判意见过简"
    again = world.report()
    done = world.post("approver", f"/requests/{again.json()['id']}/approval", if_match=again.headers["etag"])
    assert done.status_code == 200 and done.json()["outcome"] == "approved"
    assert world.get("operator", f"/projects/{own}").json()["stage"] == "negotiation"
    assert world.get("approver", "/requests").json()["items"] == []


def test_missing_evidence_names_its_fields(world: World) -> None:
    own = world.projects[OWN]
    body = {"trigger": "open_negotiation", "evidence": {"occurred_on": "2018-07-02"}}
    refused = world.post("specialist", f"/projects/{own}/reports", body, if_match=world.etag(own))
    assert refused.status_code == 409 and refused.json()["code"] == "evidence"
    assert set(refused.json()["fields"]) == {"opinion", "responsible_unit"}


def test_an_offramp_is_asked_and_decided(world: World) -> None:
    own = world.projects[OWN]
    body = {"kind": "suspend", "reason": "等待供地", "cause": "政府原因"}
    asked = world.post("leader", f"/projects/{own}/offramps", body, if_match=world.etag(own))
    assert asked.status_code == 201
    address = f"/requests/{asked.json()['id']}/approval"
    assert world.post("approver", address, if_match=asked.headers["etag"]).status_code == 403
    done = world.post("supervision", address, if_match=asked.headers["etag"])
    assert done.status_code == 200
    told = world.get("operator", f"/projects/{own}").json()
    assert told["standing"] == "suspended" and told["light"] is None


def test_a_request_is_withdrawn_by_who_asked(world: World) -> None:
    made = world.report()
    address = f"/requests/{made.json()['id']}/withdrawal"
    assert world.post("leader", address, if_match=made.headers["etag"]).status_code == 403
    assert world.post("specialist", address, if_match=made.headers["etag"]).json()["outcome"] == "withdrawn"


def test_a_lead_waits_as_a_request(world: World) -> None:
    made = world.post("specialist", "/leads", {"evidence": lead(OWN, "新线索")})
    assert made.status_code == 201 and made.json()["project_id"] is None
    assert [row["project"] for row in world.get("approver", "/requests").json()["items"]] == ["新线索"]
    assert world.get("other_approver", "/requests").json()["items"] == []
    assert world.get("other_approver", made.headers["location"].removeprefix("/api/v1")).status_code == 404
    done = world.post("approver", f"/requests/{made.json()['id']}/approval", if_match=made.headers["etag"])
    assert done.status_code == 200 and done.json()["project_id"] is not None
