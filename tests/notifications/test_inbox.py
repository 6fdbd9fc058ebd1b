"""What is read in the inbox, by whom, and what it says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from notifications import acknowledge, inbox, read
from notifications.announce import EMAIL, announce
from notifications.digest import digest
from notifications.messages import plain, texts
from states.errors import Malformed, NotFound
from states.events import Event
from states.people.actor import Actor, Granted
from states.tasks.tables import Task
from tests.notifications.ledger import SWEPT_AT, Story

URL = "http://office.example/"


def actor(story: Story, person_id: int, *granted: Granted) -> Actor:
    return Actor(story.operator, person_id, "login", "某人", granted)


def fired(story: Story, rung: str = "R2", name: str = "光电产业园") -> tuple[int, int]:
    """(event, specialist)."""
    project = story.project(name)
    person = story.person("张专员")
    story.holder(project, "specialist", person=person)
    story.holder(project, "responsible_unit", unit=story.unit())
    event = story.fired(project, rung)
    announce(story.session, SWEPT_AT, {EMAIL})
    return event, person


def test_a_rung_says_what_is_owed_by_when_and_why(session: Session) -> None:
    story = Story(session)
    event, _ = fired(story)
    told = texts(session, [event], URL)[event]
    assert told.subject == "催办：光电产业园（签约→注册）已逾期3天"
    assert told.lines == (
        "项目：光电产业园（嘉鱼县）",
        "事项：签约→注册",
        "到期日：2018-06-29，已逾期3天",
        "依据：《招商引资项目全流程推进默认规则》第12条第2项",
        "期限依据：《招商引资项目全流程推进默认规则》第8条第3项[待确认]",
        "答复：请责任单位于2018-07-09前书面答复（7天内）。",
        f"查看：http://office.example/projects/{told.project_id}",
    )


def test_a_red_order_says_half_monthly(session: Session) -> None:
    story = Story(session)
    event, _ = fired(story, "R3")
    assert "每半月报一次" in texts(session, [event], URL)[event].text


def test_a_provisional_date_says_so(session: Session) -> None:
    story = Story(session)
    event, _ = fired(story)
    session.scalars(select(Task)).one().provisional = True
    session.flush()
    assert "2018-06-29（暂定）" in texts(session, [event], URL)[event].text


def test_a_reminder_counts_the_days_to_come(session: Session) -> None:
    story = Story(session, SWEPT_AT - timedelta(days=6))
    event, _ = fired(story, "R0-3")
    assert "距到期3天" in texts(session, [event], URL)[event].subject
    assert session.get_one(Event, event).facts["due_on"] == date(2018, 6, 29).isoformat()


def test_control_and_direction_characters_are_taken_out(session: Session) -> None:
    story = Story(session)
    event, _ = fired(story, name="坏\r\nBcc: x\u202e\x07名<b>")
    assert texts(session, [event], URL)[event].subject == "催办：坏 Bcc: x 名<b>（签约→注册）已逾期3天"
    assert plain("\ud800半\u200b个") == "半 个"


def test_a_digest_is_red_first_with_ten_and_a_link(session: Session) -> None:
    story = Story(session)
    events = [story.fired(story.project(f"项目{n}"), "R0-3" if n < 9 else "R3") for n in range(12)]
    found = texts(session, events, URL)
    subject, text = digest("李县长", [found[event] for event in events], SWEPT_AT, URL)
    assert subject == "每日提要 2018-07-02：12 件，其中逾期 12 件"
    assert text.splitlines()[2] == "到期前3个工作日提醒 9 件；立项督办 3 件。"
    assert text.index("立项督办：项目9") < text.index("到期前3个工作日提醒：项目0")
    assert "\n10. " in text
    assert "\n11. " not in text
    assert "……另有 2 件。" in text
    assert text.endswith("全部：http://office.example/inbox")


def test_each_reads_and_signs_only_what_is_theirs(session: Session) -> None:
    story = Story(session)
    _, person = fired(story, "R0-3")
    mine = actor(story, person)
    other = actor(story, story.person("他人"))
    (item,) = inbox(session, mine, public_url=URL).items
    assert inbox(session, other, public_url=URL).items == ()
    for act in (read, acknowledge):
        with pytest.raises(NotFound):
            act(session, other, SWEPT_AT, item.id)
    acknowledge(session, mine, SWEPT_AT, item.id)
    acknowledge(session, mine, SWEPT_AT + timedelta(hours=1), item.id)
    read(session, mine, SWEPT_AT + timedelta(hours=1), item.id)
    session.expire_all()
    (item,) = inbox(session, mine, public_url=URL).items
    assert (item.read_at, item.acked_at) == (SWEPT_AT, SWEPT_AT)
    signed = select(col(Event.id)).where(col(Event.kind) == "notification_acknowledged")
    assert len(session.execute(signed).all()) == 1


def test_a_units_box_is_read_by_its_people(session: Session) -> None:
    story = Story(session)
    fired(story, "R2")
    colleague = actor(story, story.person("经信局科长", unit_id=story.unit()))
    (item,) = inbox(session, colleague, public_url=URL).items
    assert (item.to, item.why) == ("嘉鱼县经信局（收件）", "responsible_unit")


@pytest.mark.parametrize(
    ("role", "region", "sees"),
    [("supervision", "咸宁市", 1), ("approver", "咸宁市", 0), ("supervision", "嘉鱼县", 0)],
)
def test_the_supervision_offices_box_is_read_by_its_role(
    session: Session, role: str, region: str, sees: int
) -> None:
    story = Story(session)
    story.fired(story.project(), "R1")  # nobody holds a slot: the supervision office is told
    announce(session, SWEPT_AT, {EMAIL})
    reader = actor(story, story.person("干部"), Granted(role, story.region(region)))
    assert len(inbox(session, reader, public_url=URL).items) == sees


def test_pages_and_unread(session: Session) -> None:
    story = Story(session)
    person = story.person("张专员")
    for number in range(5):
        project = story.project(f"项目{number}")
        story.holder(project, "specialist", person=person)
        story.fired(project, "R0-3")
    announce(session, SWEPT_AT, {EMAIL})
    mine = actor(story, person)
    first = inbox(session, mine, public_url=URL, limit=2)
    second = inbox(session, mine, public_url=URL, limit=2, cursor=first.cursor)
    third = inbox(session, mine, public_url=URL, limit=2, cursor=second.cursor)
    ids = [item.id for page in (first, second, third) for item in page.items]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), third.cursor, first.unread) == (5, None, 5)
    read(session, mine, SWEPT_AT, ids[0])
    assert len(inbox(session, mine, public_url=URL, unread_only=True).items) == 4
    with pytest.raises(Malformed):
        inbox(session, mine, public_url=URL, limit=-1)
