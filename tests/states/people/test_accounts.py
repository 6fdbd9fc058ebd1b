"""Accounts, roles and tokens."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from states.errors import Forbidden, Malformed, NotAllowedNow, NotFound, Unauthenticated
from states.events import Event
from states.people.accounts import Made, create_account, disable_account
from states.people.actor import Actor, actor_by_login
from states.people.tables import ApiToken, Person, Unit
from states.people.tokens import authenticate, issue, revoke

NOW = datetime(2018, 7, 2, 0, 30, tzinfo=UTC)
TODAY = date(2018, 7, 2)
WALL = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def operator(session: Session) -> Actor:
    return actor_by_login(session, "operator", TODAY)


def make(session: Session, actor: Actor, login: str, role: str, **given: str) -> Made:
    return create_account(
        session,
        actor,
        NOW,
        TODAY,
        login=login,
        person=given.get("person", login),
        role=role,
        region=given.get("region"),
    )


def test_an_account_is_made_once_and_gains_roles(session: Session, operator: Actor) -> None:
    first = make(session, operator, "zhang", "approver")
    assert (first.account, first.role) == (True, True)
    again = make(session, operator, "zhang", "approver")
    assert (again.account, again.role) == (False, False)
    make(session, operator, "zhang", "readonly", region="嘉鱼县")
    actor = actor_by_login(session, "zhang", TODAY)
    assert {grant.role for grant in actor.granted} == {"approver", "readonly"}
    unit = session.get_one(Person, first.person_id).unit_id
    assert unit is not None and session.get_one(Unit, unit).kind == "招商局"


def test_a_person_whom_a_ledger_named_is_linked(session: Session, operator: Actor) -> None:
    named = Person(name="李四", confirmed=False)
    session.add(named)
    session.flush()
    assert make(session, operator, "li", "specialist", person="李四").person_id == named.id


def test_refusals(session: Session, operator: Actor) -> None:
    make(session, operator, "zhang", "admin")
    with pytest.raises(NotAllowedNow, match="不得由同一人担任"):
        make(session, operator, "zhang", "supervision")
    with pytest.raises(NotAllowedNow, match="不得由同一人担任"):
        make(session, operator, "zhang2", "supervision", person="zhang")
    with pytest.raises(NotAllowedNow, match="已属于"):
        make(session, operator, "zhang", "leader", person="别人")
    with pytest.raises(NotFound, match="没有区域"):
        make(session, operator, "wang", "leader", region="乙县")
    for login, role in (("坏 名", "leader"), ("ok", "king"), ("", "leader")):
        with pytest.raises(Malformed):
            make(session, operator, login, role, person="某人")
    with pytest.raises(Malformed):
        make(session, operator, "wang", "leader", person="王\x00")
    with pytest.raises(Forbidden, match="自己"):
        make(session, operator, "mine", "approver", person="办公室操作员")
    make(session, operator, "reader", "readonly")
    with pytest.raises(Forbidden):
        make(session, actor_by_login(session, "reader", TODAY), "wang", "leader")


def test_an_admin_of_one_county_makes_no_account_for_another(session: Session, operator: Actor) -> None:
    make(session, operator, "county", "admin", region="嘉鱼县")
    admin = actor_by_login(session, "county", TODAY)
    assert make(session, admin, "near", "leader", region="嘉鱼县").account
    for region in ("赤壁市", "咸宁市"):
        with pytest.raises(Forbidden, match="不管理"):
            make(session, admin, "far", "leader", region=region)


def test_homonyms_are_not_guessed(session: Session, operator: Actor) -> None:
    session.add_all([Person(name="王芳"), Person(name="王芳")])
    session.flush()
    with pytest.raises(NotAllowedNow, match="同名"):
        make(session, operator, "wangfang", "specialist", person="王芳")


def test_a_token_is_kept_as_a_hash_only(session: Session, operator: Actor) -> None:
    token = issue(session, operator, "operator", now=NOW, wall=WALL)
    row = session.get_one(ApiToken, token.token_id)
    assert token.secret.startswith("zlf_") and len(token.secret) == 47
    assert token.secret not in repr(token) and token.secret not in str(row.model_dump())
    facts = session.exec(select(Event.facts).where(Event.kind == "token_issued")).one()
    assert token.secret not in str(facts)
    assert authenticate(session, token.secret, wall=WALL, today=TODAY) == operator


def test_dead_tokens(session: Session, operator: Actor) -> None:
    make(session, operator, "zhang", "readonly")
    token = issue(session, operator, "zhang", now=NOW, wall=WALL)
    for secret, wall in (
        (token.secret, WALL + timedelta(days=90)),
        ("zlf_" + "x" * 43, WALL),
        ("\ud800", WALL),
        ("", WALL),
    ):
        with pytest.raises(Unauthenticated):
            authenticate(session, secret, wall=wall, today=TODAY)
    assert revoke(session, operator, "zhang", now=NOW, wall=WALL) == 1
    assert revoke(session, operator, "zhang", now=NOW, wall=WALL) == 0
    with pytest.raises(Unauthenticated):
        authenticate(session, token.secret, wall=WALL, today=TODAY)


def test_a_disabled_account_or_person_is_dead_at_once(session: Session, operator: Actor) -> None:
    made = make(session, operator, "zhang", "readonly")
    token = issue(session, operator, "zhang", now=NOW, wall=WALL)
    person = session.get_one(Person, made.person_id)
    person.active = False
    session.flush()
    with pytest.raises(Unauthenticated):
        authenticate(session, token.secret, wall=WALL, today=TODAY)
    person.active = True
    disable_account(session, operator, NOW, "zhang")
    session.flush()
    with pytest.raises(Unauthenticated):
        authenticate(session, token.secret, wall=WALL, today=TODAY)
    with pytest.raises(NotFound):
        issue(session, operator, "zhang", now=NOW, wall=WALL)


def test_who_may_issue(session: Session, operator: Actor) -> None:
    make(session, operator, "zhang", "readonly")
    zhang = actor_by_login(session, "zhang", TODAY)
    assert issue(session, zhang, "zhang", now=NOW, wall=WALL).login == "zhang"
    for act in (issue, revoke):
        with pytest.raises(Forbidden):
            act(session, zhang, "operator", now=NOW, wall=WALL)
    assert replace(zhang, granted=()).regions("readonly") == ()
