"""Every route × caller × own or other county: nothing of another county is read, changed or even known to exist."""

from typing import Any

import pytest
from sqlmodel import select

from notifications import transaction
from states import clock
from states.db import writing
from states.people.accounts import create_account
from states.people.actor import actor_by_login
from states.people.tables import Responsibility
from tests.api.conftest import NEGOTIATION, NOW, OTHER, OWN, World, lead

READERS = (
    "operator",
    "supervision",
    "leader",
    "specialist",
    "approver",
    "readonly",
    "admin",
    "other_approver",
)
WIDE = {"operator", "supervision"}
NEAR = {"leader", "specialist", "approver", "readonly"}


def sees(who: str, place: str) -> bool:
    """What the roles of the two counties say, written down by hand."""
    return who in WIDE or (place == OWN and who in NEAR) or (place == OTHER and who == "other_approver")


@pytest.fixture
def asked(world: World) -> tuple[World, dict[str, int]]:
    """A waiting report in each county."""
    requests = {OWN: world.report().json()["id"]}
    other = world.projects[OTHER]
    body = {"trigger": "open_negotiation", "evidence": NEGOTIATION | {"responsible_unit": "赤壁市人民政府"}}
    made = world.post("other_specialist", f"/projects/{other}/reports", body, if_match=world.etag(other))
    assert made.status_code == 201, made.text
    return world, requests | {OTHER: made.json()["id"]}


def test_reading(asked: tuple[World, dict[str, int]]) -> None:
    world, requests = asked
    lists = {"/projects": "id", "/tasks": "project_id", "/requests": "project_id"}
    for who in READERS:
        for place in (OWN, OTHER):
            wanted = 200 if sees(who, place) else 404
            assert world.get(who, f"/projects/{world.projects[place]}").status_code == wanted, (who, place)
            assert world.get(who, f"/requests/{requests[place]}").status_code == wanted, (who, place)
        seen = {world.projects[place] for place in (OWN, OTHER) if sees(who, place)}
        for path, key in lists.items():
            assert {item[key] for item in world.get(who, path).json()["items"]} == seen, (who, path)
        for name in (OWN, OTHER):
            found = world.get(who, "/projects", q=name).json()["items"]
            assert bool(found) == sees(who, name), (who, name)


def test_what_does_not_exist_and_what_is_out_of_scope_look_alike(asked: tuple[World, dict[str, int]]) -> None:
    world, requests = asked
    for path, far, none in (
        ("/projects/{}", world.projects[OTHER], 2**31 - 1),
        ("/requests/{}", requests[OTHER], 2**31 - 1),
    ):
        there, nowhere = (world.get("readonly", path.format(number)).json() for number in (far, none))
        for told in (there, nowhere):
            del told["request_id"]
        there["detail"] = there["detail"].replace(str(far), "N")
        nowhere["detail"] = nowhere["detail"].replace(str(none), "N")
        assert there == nowhere


def test_reports_by_right_and_scope(world: World) -> None:
    for who in READERS:
        for place in (OWN, OTHER):
            number = world.projects[place]
            missed = {"trigger": "open_negotiation", "evidence": {"occurred_on": "2018-07-02"}}
            ramp = {"kind": "suspend", "reason": "等待供地", "cause": "不是原因"}
            got = world.post(who, f"/projects/{number}/reports", missed, if_match='"1"').status_code
            assert got == expected(who, place, {"specialist"}), (who, place)
            asked = world.post(who, f"/projects/{number}/offramps", ramp, if_match='"1"').status_code
            wanted = expected(who, place, {"specialist", "leader"})
            assert asked == (422 if wanted == 409 else wanted), (who, place)


def expected(who: str, place: str, may: set[str]) -> int:
    """403 without the right anywhere, 404 out of scope, else on to the evidence, which is wrong on purpose (409)."""
    return 403 if who not in may else 409 if sees(who, place) else 404


def test_decisions_by_right_and_scope(asked: tuple[World, dict[str, int]]) -> None:
    world, requests = asked
    deciders = {"supervision", "approver", "other_approver"}
    for who in READERS:
        for place in (OWN, OTHER):
            for act, body in (("approval", None), ("return", {"reason": "材料不全"})):
                answer = world.post(who, f"/requests/{requests[place]}/{act}", body, if_match='"999"')
                own = (who, place) in {("approver", OWN), ("other_approver", OTHER)}
                wanted = 403 if who not in deciders else 404 if not sees(who, place) else 412 if own else 403
                assert answer.status_code == wanted, (who, place, act, answer.text)


def test_a_right_in_one_county_decides_nothing_in_another(asked: tuple[World, dict[str, int]]) -> None:
    """Approver of the one county, reader of the other: what is seen there is not decided there."""
    world, requests = asked
    with transaction(world.engine, NOW) as session:
        operator = actor_by_login(session, "operator", clock.today(NOW))
        given = {"login": "approver", "person": "approver某", "role": "readonly", "region": OTHER}
        create_account(session, operator, NOW, clock.today(NOW), **given)
    tag = world.get("approver", f"/requests/{requests[OTHER]}").headers["etag"]
    answer = world.post("approver", f"/requests/{requests[OTHER]}/approval", if_match=tag)
    assert answer.status_code == 403
    assert world.get("operator", f"/requests/{requests[OTHER]}").json()["outcome"] is None


def test_leads_by_right_and_region(world: World) -> None:
    for who in READERS:
        for place in (OWN, OTHER):
            got = world.post(who, "/leads", {"evidence": lead(place, f"{who}{place}线索")}).status_code
            assert got == (201 if who == "specialist" and place == OWN else 403), (who, place)


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/escalations", {"operator", "supervision", "leader", "approver", "other_approver"}),
        ("/escalations/xlsx", {"operator", "supervision", "leader", "approver", "other_approver"}),
        ("/escalations/docx", {"operator", "supervision", "leader", "approver", "other_approver"}),
        ("/bulletins/2018-06", set(READERS) - {"admin"}),
        ("/bulletins/2018-06/xlsx", set(READERS) - {"admin"}),
        ("/bulletins/2018-06/docx", set(READERS) - {"admin"}),
    ],
)
def test_reports_of_the_whole(calm: World, path: str, right: set[str]) -> None:
    for who in READERS:
        assert calm.get(who, path).status_code == (200 if who in right else 403), who


def test_figures_count_only_the_own_county(calm: World) -> None:
    for who in ("approver", "other_approver"):
        text = calm.get(who, "/escalations", as_of="2018-08-01").text
        assert (OWN in text) == sees(who, OWN) and (OTHER in text) == sees(who, OTHER)
        figures: Any = calm.get(who, "/bulletins/2018-06").json()
        assert (OTHER in str(figures)) == sees(who, OTHER)


def test_publishing(world: World) -> None:
    may = {"supervision", "approver", "other_approver"}
    for who in READERS:
        got = world.post(who, "/bulletins/2018-05/publication").status_code
        assert got == (201 if who in may else 403), who


def test_a_handover_ends_the_sight_with_the_day(world: World) -> None:
    assert world.get("specialist", "/projects").json()["items"]
    with writing(world.engine) as session:
        for slot in session.exec(select(Responsibility).where(Responsibility.slot == "specialist")):
            slot.to_on = clock.today(NOW)
    assert world.get("specialist", "/projects").json()["items"] == []
    assert world.get("specialist", f"/projects/{world.projects[OWN]}").status_code == 404
