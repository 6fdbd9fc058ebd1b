"""Published once, then frozen; drafts are read as of any instant."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from states.dispatch.bulletins import bulletin, proved, publish
from states.dispatch.tables import Bulletin
from states.errors import Forbidden, Malformed, NotAllowedNow
from states.events import Event
from states.instants import end_of
from states.projects.tables import Milestone
from tests.states.dispatch.facts import Book, operator

END = end_of(date(2018, 6, 30))
NOW = END + timedelta(days=4)
YI = 100_000_000


@pytest.fixture
def book(session: Session) -> Book:
    made = Book(session)
    made.project("甲", "咸安区", YI, signed=date(2018, 2, 1), registered=date(2018, 3, 1))
    made.project("乙", "赤壁市", 12 * YI, "非工业", signed=date(2018, 6, 1))
    return made


def test_a_published_bulletin_never_changes(book: Book) -> None:
    approver = book.actor("hd", "approver", "咸宁市")
    before = bulletin(book.session, approver, "2018-06", NOW)
    assert (before.status, before.number, before.input_hash) == ("draft", None, None)
    made = publish(book.session, approver, NOW, "2018-06")
    assert (made.status, made.number, made.published_at) == ("published", 1, NOW)
    assert made.figures == before.figures
    late = Book(book.session, known=NOW + timedelta(days=1))
    late.project("补报", "咸安区", YI, signed=date(2018, 6, 3))
    book.session.execute(
        update(Milestone).where(col(Milestone.project_id) == 1).values(superseded_at=late.known)
    )
    read = bulletin(book.session, operator(book.session), "2018-06", NOW + timedelta(days=9))
    assert read.as_json() == made.as_json()
    row = book.session.exec(select(Bulletin)).one()
    assert proved(book.session, row)


def test_a_draft_as_of_before_gives_the_old_figures(book: Book) -> None:
    approver = book.actor("hd", "approver", "咸宁市")
    late = Book(book.session, known=NOW - timedelta(days=1))
    late.project("后来", "咸安区", YI, signed=date(2018, 6, 3))
    publish(book.session, approver, NOW, "2018-06")
    then = bulletin(book.session, approver, "2018-06", END)
    assert (then.status, then.figures["signed"]["count"]) == ("draft", 2)
    now = bulletin(book.session, approver, "2018-06", NOW)
    assert (now.status, now.figures["signed"]["count"]) == ("published", 3)


def test_a_period_is_published_once(book: Book) -> None:
    approver = book.actor("hd", "approver", "咸宁市")
    publish(book.session, approver, NOW, "2018-06")
    with pytest.raises(NotAllowedNow, match="已于2018年7月4日发布"):
        publish(book.session, book.actor("dc", "supervision", "咸宁市"), NOW, "2018-06")
    assert len(book.session.exec(select(Bulletin)).all()) == 1
    publish(book.session, approver, NOW, "2018-05")


def test_publishing_is_recorded_with_ids_only(book: Book) -> None:
    made = publish(book.session, book.actor("hd", "approver", "咸宁市"), NOW, "2018-06")
    event = book.session.exec(select(Event).where(Event.kind == "bulletin_published")).one()
    assert event.facts == {"period": "2018-06", "scope": "", "number": 1, "input_hash": made.input_hash}
    assert event.at == NOW


def test_an_unfinished_month_is_not_published(book: Book) -> None:
    approver = book.actor("hd", "approver", "咸宁市")
    with pytest.raises(NotAllowedNow, match="未满期"):
        publish(book.session, approver, END - timedelta(seconds=1), "2018-06")
    with pytest.raises(NotAllowedNow, match="尚未开始"):
        bulletin(book.session, approver, "2018-08", NOW)
    with pytest.raises(Malformed):
        publish(book.session, approver, NOW, "2018-6")


@pytest.mark.parametrize("role", ["specialist", "leader", "readonly", "operator", "admin"])
def test_only_approver_and_supervision_publish(book: Book, role: str) -> None:
    with pytest.raises(Forbidden):
        publish(book.session, book.actor("x", role, "咸宁市"), NOW, "2018-06")


def test_a_countys_bulletin_is_its_own(book: Book) -> None:
    county = book.actor("xa", "approver", "咸安区")
    made = publish(book.session, county, NOW, "2018-06")
    assert made.figures["region"] == "咸安区"
    assert made.figures["signed"]["count"] == 1
    assert bulletin(book.session, operator(book.session), "2018-06", NOW).status == "draft"
    publish(book.session, book.actor("hd", "approver", "咸宁市"), NOW, "2018-06")
    assert bulletin(book.session, county, "2018-06", NOW).as_json() == made.as_json()
    scopes = [row.scope for row in book.session.exec(select(Bulletin).order_by(col(Bulletin.id)))]
    assert scopes == ["421202", ""]


def test_a_changed_input_is_found(book: Book) -> None:
    publish(book.session, book.actor("hd", "approver", "咸宁市"), NOW, "2018-06")
    row = book.session.exec(select(Bulletin)).one()
    book.session.execute(
        update(Milestone).where(col(Milestone.kind) == "registered").values(occurred_on=date(2018, 3, 2))
    )
    assert not proved(book.session, row)  # no figure changes, yet the inputs are no longer those


def test_a_reader_over_two_regions_has_drafts_only(book: Book) -> None:
    from states.people.actor import Actor, Granted

    one = book.actor("two", "approver", "咸安区")
    both = Actor(
        one.account_id,
        one.person_id,
        one.login,
        one.name,
        (*one.granted, Granted("approver", book.regions["赤壁市"])),
    )
    publish(book.session, book.actor("hd", "approver", "咸宁市"), NOW, "2018-06")
    read = bulletin(book.session, both, "2018-06", NOW)
    assert (read.status, read.figures["region"], read.figures["signed"]["count"]) == ("draft", None, 2)
    with pytest.raises(NotAllowedNow, match="多个属地"):
        publish(book.session, both, NOW, "2018-06")
