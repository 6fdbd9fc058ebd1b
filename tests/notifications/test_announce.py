"""When messages may leave, one digest a day, nothing announced twice, both ways of recording."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from notifications import transaction
from notifications.announce import EMAIL, WEBHOOK, announce, merged
from notifications.hours import next_opening
from notifications.tables import Delivery, Notification
from states.events import record
from states.policy.schema import Hours
from states.workdays import Calendar
from tests.notifications.ledger import SWEPT_AT, Story

HOURS = Hours(opens=time(8, 30), closes=time(17, 30), clause="第15条")


@pytest.fixture(autouse=True, params=[0, 500], ids=["staged", "one_statement"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events and whole sweeps are told by the same steps, kept in different places."""
    monkeypatch.setattr("notifications.staged.MANY", request.param)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (china(2018, 7, 2, 8, 29, 59), china(2018, 7, 2, 8, 30)),
        (china(2018, 7, 2, 8, 30), china(2018, 7, 2, 8, 30)),
        (china(2018, 7, 2, 17, 30), china(2018, 7, 2, 17, 30)),
        (china(2018, 7, 2, 17, 30, 1), china(2018, 7, 3, 8, 30)),
        (china(2018, 7, 6, 23, 59, 59), china(2018, 7, 9, 8, 30)),  # Friday night: Monday
        (china(2018, 9, 29, 10, 0), china(2018, 9, 29, 10, 0)),  # a Saturday that is worked (调休)
        (china(2018, 9, 30, 18, 0), china(2018, 10, 8, 8, 30)),  # before the National Day week
        (china(2018, 10, 1, 10, 0), china(2018, 10, 8, 8, 30)),
    ],
)
def test_alerts_leave_within_the_hours_of_a_working_day(now: datetime, leaves: datetime) -> None:
    assert next_opening(now, HOURS, Calendar.national()) == leaves


def test_runs_of_ids_become_ranges() -> None:
    assert merged([(3, 3), (1, 1), (2, 2), (7, 9), (9, 12), (20, 20)]) == [(1, 3), (7, 12), (20, 20)]


def deliveries(session: Session) -> list[tuple[str, datetime]]:
    query = select(col(Delivery.key), col(Delivery.due_at)).order_by(col(Delivery.id))
    return [(key.partition(":")[0] + ":" + key.split(":")[1], due) for key, due in session.execute(query)]


def leader_of(story: Story, *projects: int) -> int:
    leader = story.person("李县长", "leader@example.cn")
    for project in projects:
        story.holder(project, "leader", person=leader)
        story.holder(project, "responsible_unit", unit=story.unit())
    return leader


def test_a_leader_gets_one_digest_a_day_for_many_projects(session: Session) -> None:
    story = Story(session)
    projects = [story.project(f"项目{n}") for n in range(5)]
    leader = leader_of(story, *projects)
    for project in projects:
        story.fired(project, "R2")
    announce(session, SWEPT_AT, {EMAIL})
    assert deliveries(session) == [("digest:2018-07-02", SWEPT_AT)]
    count = select(func.count()).where(col(Notification.person_id) == leader)
    assert session.execute(count).scalar() == 5


def test_what_comes_after_the_digest_has_left_waits_for_the_next_working_day(session: Session) -> None:
    story = Story(session)
    project = story.project()
    leader_of(story, project)
    task = story.task(project)
    story.fired(project, "R1", task)
    announce(session, SWEPT_AT, {EMAIL})
    session.execute(update(Delivery).values(state="sent"))
    story.fired(project, "R2", task)
    announce(session, SWEPT_AT + timedelta(hours=1), {EMAIL})
    assert deliveries(session) == [
        ("digest:2018-07-02", SWEPT_AT),
        ("digest:2018-07-03", SWEPT_AT + timedelta(days=1)),
    ]


def test_in_the_evening_the_digest_is_the_next_days(session: Session) -> None:
    story = Story(session)
    project = story.project()
    leader_of(story, project)
    story.fired(project, "R1")
    announce(session, china(2018, 7, 6, 20, 0), {EMAIL})
    assert deliveries(session) == [("digest:2018-07-09", china(2018, 7, 9, 8, 30))]


def test_channels_are_queued_where_they_reach(session: Session) -> None:
    story = Story(session)
    project = story.project()
    story.holder(project, "responsible_unit", unit=story.unit())
    story.holder(project, "specialist", person=story.person("张专员", "zhang@example.cn"))
    story.fired(project, "R1")
    announce(session, SWEPT_AT, {EMAIL, WEBHOOK})
    rows = session.execute(select(col(Delivery.channel), func.count()).group_by(col(Delivery.channel)))
    assert {channel: count for channel, count in rows} == {EMAIL: 1, WEBHOOK: 2}  # noqa: C416


def test_ranges_and_single_ids_tell_the_same_and_nothing_twice(session: Session) -> None:
    story = Story(session)
    project = story.project()
    leader_of(story, project)
    task = story.task(project)
    first = story.fired(project, "R1", task)
    last = story.fired(project, "R2", task)
    announce(session, SWEPT_AT, {EMAIL})
    before = session.execute(select(func.count()).select_from(Notification)).scalar()
    session.info["recorded"] = [first, last, last]
    session.info["recorded_ranges"] = [(1, last), (first, last)]
    announce(session, SWEPT_AT, {EMAIL})
    assert session.execute(select(func.count()).select_from(Notification)).scalar() == before == 4
    assert len(deliveries(session)) == 1


def test_a_transaction_announces_in_its_own_commit(office: Engine) -> None:
    with transaction(office, SWEPT_AT, {EMAIL}) as session:
        story = Story(session)
        project = story.project()
        story.fired(project, "R1")
    with pytest.raises(ZeroDivisionError), transaction(office, SWEPT_AT, {EMAIL}) as session:
        Story(session).fired(Story(session).project(), "R2")
        raise ZeroDivisionError
    with Session(office) as session:
        assert session.execute(select(func.count()).select_from(Notification)).scalar() == 1


def test_a_request_is_told_to_whom_the_pack_lets_decide(session: Session) -> None:
    story = Story(session)
    project = story.project()
    for asked in ("suspend", "terminate"):
        record(
            session, "request_filed", actor_id=story.operator, at=SWEPT_AT, project_id=project, asked=asked
        )
    announce(session, SWEPT_AT, {EMAIL})
    whys = session.execute(select(col(Notification.why)).order_by(col(Notification.event_id))).scalars().all()
    assert whys == ["supervision", "bureau"]
