"""Who is told of a rung, and through what: the pack's words, empty slots, one person in two slots."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from notifications.announce import EMAIL, announce
from notifications.tables import Notification
from states.people.tables import Person
from tests.notifications.ledger import SWEPT_AT, Story


def told(session: Session, event_id: int) -> dict[str, str]:
    """Name → why, for one event."""
    announce(session, SWEPT_AT, {EMAIL})
    rows = session.execute(
        select(col(Person.name), col(Notification.why))
        .join(Person, col(Person.id) == col(Notification.person_id))
        .where(col(Notification.event_id) == event_id)
    ).all()
    assert len(rows) == len({name for name, _ in rows})
    return dict(map(tuple, rows))


@pytest.fixture(autouse=True, params=[0, 500], ids=["staged", "one_statement"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events and whole sweeps are told by the same steps, kept in different places."""
    monkeypatch.setattr("notifications.staged.MANY", request.param)


@pytest.fixture
def story(session: Session) -> Story:
    return Story(session)


def full(story: Story, locality: str = "嘉鱼县") -> int:
    project = story.project(locality=locality)
    story.holder(project, "specialist", person=story.person("张专员"))
    story.holder(project, "leader", person=story.person("李县长"))
    story.holder(project, "responsible_unit", unit=story.unit())
    return project


@pytest.mark.parametrize(
    ("rung", "expected"),
    [
        ("R0-3", {"张专员": "specialist"}),
        ("R1", {"嘉鱼县经信局（收件）": "responsible_unit", "张专员": "specialist", "李县长": "digest"}),
        ("R2", {"嘉鱼县经信局（收件）": "responsible_unit", "李县长": "digest"}),
        ("R3", {"嘉鱼县人民政府（收件）": "government", "李县长": "digest"}),
        (
            "L30",
            {
                "嘉鱼县经信局（收件）": "responsible_unit",
                "咸宁市招商局（收件）": "bureau",
                "李县长": "digest",
            },
        ),
    ],
)
def test_each_rung_is_told_to_whom_the_pack_names(story: Story, rung: str, expected: dict[str, str]) -> None:
    assert told(story.session, story.fired(full(story), rung)) == expected


def test_a_development_zone_is_told_through_its_administration(story: Story) -> None:
    project = full(story, "咸宁高新区")
    assert told(story.session, story.fired(project, "R3"))["咸宁高新区管委会（收件）"] == "government"


def test_where_no_government_is_named_the_responsible_unit_is_told(story: Story) -> None:
    project = full(story, "咸宁市本级")
    assert told(story.session, story.fired(project, "R3")) == {
        "嘉鱼县经信局（收件）": "fallback",
        "李县长": "digest",
    }


def test_an_empty_slot_falls_to_the_unit(story: Story) -> None:
    project = story.project()
    story.holder(project, "responsible_unit", unit=story.unit())
    assert told(story.session, story.fired(project, "R0-3")) == {"嘉鱼县经信局（收件）": "fallback"}


def test_nobody_at_all_falls_to_the_supervision_office(story: Story) -> None:
    assert told(story.session, story.fired(story.project(), "R1")) == {"咸宁市政府督查室（收件）": "fallback"}


def test_the_unit_that_is_told_itself_does_not_get_it_again_as_a_fallback(story: Story) -> None:
    project = story.project()
    story.holder(project, "responsible_unit", unit=story.unit())
    assert told(story.session, story.fired(project, "R1")) == {"嘉鱼县经信局（收件）": "responsible_unit"}


def test_one_person_in_two_slots_is_told_once_and_at_once(story: Story) -> None:
    project = story.project()
    both = story.person("王一人")
    story.holder(project, "specialist", person=both)
    story.holder(project, "leader", person=both)
    story.holder(project, "responsible_unit", unit=story.unit())
    assert told(story.session, story.fired(project, "R1"))["王一人"] == "specialist"


def test_two_holders_of_a_slot_are_both_told(story: Story) -> None:
    project = full(story)
    story.holder(project, "specialist", person=story.person("赵专员"))
    assert set(told(story.session, story.fired(project, "R0-3"))) == {"张专员", "赵专员"}


def test_the_holder_of_the_day_is_told(story: Story) -> None:
    project = story.project()
    story.holder(project, "specialist", person=story.person("前任"), to_on=date(2018, 7, 2))
    story.holder(project, "specialist", person=story.person("现任"), from_on=date(2018, 7, 2))
    story.holder(project, "specialist", person=story.person("后任"), from_on=date(2018, 7, 3))
    assert told(story.session, story.fired(project, "R0-3")) == {"现任": "specialist"}


def test_a_person_who_has_left_is_an_empty_slot(story: Story) -> None:
    project = story.project()
    gone = story.person("离任者")
    story.session.get_one(Person, gone).active = False
    story.holder(project, "specialist", person=gone)
    story.holder(project, "responsible_unit", unit=story.unit())
    assert told(story.session, story.fired(project, "R0-3")) == {"嘉鱼县经信局（收件）": "fallback"}


def test_what_is_not_in_the_table_is_told_to_nobody(story: Story) -> None:
    project = full(story)
    announce(story.session, SWEPT_AT, {EMAIL})
    assert (
        story.session.execute(select(col(Notification.id)).where(col(Notification.event_id) > 0)).all() == []
    )
    assert project
