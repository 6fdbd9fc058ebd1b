"""Two axes: what is so on a day, as it was known at an instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from states.people.actor import actor_by_login
from states.policy.active import current_pack
from states.projects.facts import _revised, latest, revise, revision
from states.projects.tables import Project, ProjectRevision

T0 = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1)


@pytest.fixture
def project(session):
    pack_id, pack = current_pack(session, FIRST)
    made = Project(pack_id=pack_id, stage=pack.stage_keys[0], locality_id=2)
    session.add(made)
    session.flush()
    session.add(
        ProjectRevision(
            project_id=made.id,
            name="甲",
            locality_id=2,
            amount_yuan=100,
            attributes={"a": 1},
            from_on=FIRST,
            known_at=T0,
            event_id=1,
        )
    )
    session.flush()
    return made


@pytest.fixture
def change(session, project):
    actor = actor_by_login(session, "operator", date(2030, 1, 1))

    def go(day: int, from_on: date, **changes):
        return revise(session, actor, T0 + timedelta(days=day), project.id, from_on, **changes)

    return go


def amount(session, project, on, known_day=None):
    known = None if known_day is None else T0 + timedelta(days=known_day)
    found = revision(session, project.id, on, known)
    return found and found.amount_yuan


def test_a_change_in_the_world_closes_the_old_and_keeps_what_was_known(session, project, change):
    change(10, date(2026, 3, 1), amount_yuan=200)
    assert amount(session, project, date(2026, 2, 28)) == 100
    assert amount(session, project, date(2026, 3, 1)) == 200
    assert amount(session, project, date(2026, 3, 1), known_day=9) == 100
    assert latest(session, project.id).amount_yuan == 200


def test_a_correction_supersedes(session, project, change):
    change(10, FIRST, amount_yuan=150, attributes={"b": 2})
    assert amount(session, project, FIRST) == 150
    assert amount(session, project, FIRST, known_day=9) == 100
    assert latest(session, project.id).attributes == {"a": 1, "b": 2}
    assert len(session.exec(select(ProjectRevision)).all()) == 2


def test_news_of_an_earlier_day_stop_where_the_value_changed_again(session, project, change):
    change(10, date(2026, 3, 1), amount_yuan=200)
    change(20, date(2026, 2, 1), amount_yuan=120, industry="电子")
    assert [amount(session, project, date(2026, month, 15)) for month in (1, 2, 3)] == [100, 120, 200]
    assert latest(session, project.id).industry == "电子"
    assert revision(session, project.id, date(2026, 1, 15)).industry is None


def test_news_for_good_go_through(session, project, change):
    change(10, date(2026, 3, 1), amount_yuan=200)
    change(20, date(2026, 2, 1), for_good=True, amount_yuan=120)
    assert [amount(session, project, date(2026, month, 15)) for month in (1, 2, 3)] == [100, 120, 120]


def test_news_from_before_the_first_day_reach_back(session, project, change):
    change(10, date(2025, 12, 1), amount_yuan=90)
    assert amount(session, project, date(2025, 12, 1)) == 90
    assert amount(session, project, date(2025, 12, 1), known_day=9) is None
    assert amount(session, project, date(2025, 11, 30)) is None


def test_nothing_new_writes_nothing(session, project, change):
    change(10, date(2026, 3, 1), amount_yuan=100, attributes={"a": 1})
    assert len(session.exec(select(ProjectRevision)).all()) == 1


def test_rectangles_never_overlap_and_leave_no_hole(session, project, change):
    for day, (month, yuan) in enumerate(
        [(5, 500), (3, 300), (4, 400), (3, 350), (6, 600), (2, 200)], start=1
    ):
        change(day, date(2026, month, 1), amount_yuan=yuan)
    rows = session.exec(
        select(ProjectRevision)
        .where(col(ProjectRevision.superseded_at).is_(None))
        .order_by(col(ProjectRevision.from_on))
    ).all()
    assert [row.from_on for row in rows[1:]] == [row.to_on for row in rows[:-1]]
    assert rows[-1].to_on is None
    assert [amount(session, project, date(2026, month, 15)) for month in range(1, 7)] == [
        100,
        200,
        350,
        400,
        500,
        600,
    ]


KEY = ("column", "amount_yuan")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=8))
def test_each_day_says_the_last_news_that_began_on_or_before_it_and_was_not_overtaken(news):
    """The chain against a plain list of days, in which news fill up to the next change."""
    chain = [(FIRST, {KEY: 0})]
    days = [0] * 40
    for offset, value in news:
        chain = _revised(chain, FIRST + timedelta(days=offset), {KEY: value}, for_good=False)
        end = next((at for at in range(offset + 1, 40) if days[at] != days[at - 1]), 40)
        days[offset:end] = [value] * (end - offset)
    told = [
        next(facts[KEY] for start, facts in reversed(chain) if start <= FIRST + timedelta(days=at))
        for at in range(40)
    ]
    assert told == days
