"""If-Match: demanded, checked against what the client saw; eight at once leave one winner per version."""

import threading
from collections import Counter
from typing import Any

import pytest

from tests.api.conftest import NEGOTIATION, OWN, World

BODY = {"trigger": "open_negotiation", "evidence": NEGOTIATION}


def test_a_write_without_a_version_is_refused(world: World) -> None:
    own = world.projects[OWN]
    for path, body in (
        (f"/projects/{own}/reports", BODY),
        (f"/projects/{own}/offramps", {"kind": "terminate", "reason": "企业退出"}),
    ):
        answer = world.post("specialist", path, body)
        assert answer.status_code == 428 and answer.json()["code"] == "precondition_required"


def test_a_stale_version_is_told_the_current_one(world: World) -> None:
    seen = world.etag(world.projects[OWN])
    made = world.report(if_match=seen)
    stale = world.post("approver", f"/requests/{made.json()['id']}/approval", if_match=seen)
    assert stale.status_code == 412 and stale.json()["version"] == made.json()["project_version"]
    assert world.get("operator", f"/requests/{made.json()['id']}").json()["outcome"] is None


@pytest.mark.parametrize(
    "tag", ["*", "1", 'W/"1"', '"1", "2"', '"0"', '"-1"', '""', '"99999999999"', '"a"', "\u0661"]
)
def test_other_tags_are_malformed(calm: World, tag: str) -> None:
    own = calm.projects[OWN]
    answer = calm.client.post(
        f"/api/v1/projects/{own}/reports",
        json=BODY,
        headers=calm.headers("specialist") | {"If-Match": tag.encode()},  # type: ignore[dict-item]
    )
    assert answer.status_code == 422


def test_eight_threads_one_winner_per_version(world: World) -> None:
    """Four report and four return the same project, each with the version it saw, all at once, six times."""
    own = world.projects[OWN]
    before = int(world.etag(own).strip('"'))
    statuses: Counter[int] = Counter()
    won: Counter[str] = Counter()
    gate = threading.Barrier(8)

    def turn(number: int) -> None:
        for _ in range(6):
            gate.wait()
            answer, tag = attempt(world, own, reports=number % 2 == 0)
            statuses[answer.status_code] += 1
            if answer.is_success:
                won[tag] += 1

    threads = [threading.Thread(target=turn, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 201, 404, 409, 412}, statuses
    assert won and set(won.values()) == {1}, won
    assert int(world.etag(own).strip('"')) == before + sum(won.values())


def attempt(world: World, own: int, *, reports: bool) -> tuple[Any, str]:
    tag = world.etag(own)
    if reports:
        return world.post("specialist", f"/projects/{own}/reports", BODY, if_match=tag), tag
    waiting = world.get("approver", "/requests").json()["items"]
    number = waiting[0]["id"] if waiting else 2**31 - 1
    return world.post("approver", f"/requests/{number}/return", {"reason": "请补充材料"}, if_match=tag), tag
