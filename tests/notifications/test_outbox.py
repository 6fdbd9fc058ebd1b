"""The pump: what is due leaves once, what fails comes back later, what is unsure waits for a person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from notifications import pump, resolve, transaction, undelivered
from notifications.announce import EMAIL, WEBHOOK
from notifications.channels import Message, Outcome
from notifications.outbox import LEASE, wait
from notifications.tables import Attempt, Delivery
from states.db import writing
from states.errors import Forbidden, NotAllowedNow
from states.people.actor import Actor, Granted
from states.periods import Installation, Period
from tests.notifications.ledger import SWEPT_AT, Story

WALL = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
URL = "http://office.example"


@dataclass
class Scripted:
    """Answers what the test says, and keeps what it was given."""

    reply: Callable[[Message], Outcome] = lambda _: Outcome("sent", "ok")
    got: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.got.append(message)
        return self.reply(message)


def told(engine: Engine, *rungs: str, email: str = "zhang@example.cn") -> None:
    with transaction(engine, SWEPT_AT, {EMAIL}) as session:
        story = Story(session)
        person = story.person("张专员", email)
        for number, rung in enumerate(rungs):
            project = story.project(f"项目{number}")
            story.holder(project, "specialist", person=person)
            story.holder(project, "responsible_unit", unit=story.unit())
            story.fired(project, rung)


def rows(engine: Engine) -> list[Delivery]:
    with Session(engine) as session:
        return list(session.scalars(select(Delivery).order_by(col(Delivery.id))))


def attempts(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Attempt)) or 0


def test_what_is_due_leaves_once_and_a_second_pump_does_nothing(office: Engine) -> None:
    told(office, "R1", "R0-3")
    channel = Scripted()
    assert pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL).sent == 2
    assert pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL).sent == 0
    assert len(channel.got) == 2 == attempts(office)
    assert {row.state for row in rows(office)} == {"sent"}


def test_a_failure_comes_back_later_and_adds_nothing_at_the_same_instant(office: Engine) -> None:
    told(office, "R1")
    channel = Scripted(lambda _: Outcome("retry", "HTTP 500"))
    for _ in range(3):
        pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL)
    assert attempts(office) == 1
    assert rows(office)[0].due_at == SWEPT_AT + timedelta(minutes=1)
    channel.reply = lambda _: Outcome("sent", "ok")
    pump(office, SWEPT_AT + timedelta(minutes=1), {EMAIL: channel}, wall=WALL, public_url=URL)
    assert rows(office)[0].state == "sent"


def test_what_the_receiver_asks_to_wait_is_waited(office: Engine) -> None:
    told(office, "R1")
    channel = Scripted(lambda _: Outcome("retry", "HTTP 429", timedelta(hours=2)))
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL)
    assert rows(office)[0].due_at == SWEPT_AT + timedelta(hours=2)


def test_eight_tries_then_dead_and_visible(office: Engine) -> None:
    told(office, "R1")
    channel = Scripted(lambda _: Outcome("retry", "HTTP 500"))
    now = SWEPT_AT
    for _ in range(8):
        pump(office, now, {EMAIL: channel}, wall=WALL, public_url=URL)
        now = max(now, rows(office)[0].due_at)
    assert (rows(office)[0].state, attempts(office)) == ("dead", 8)
    with Session(office) as session:
        (found,) = undelivered(session)
    assert (found.state, found.name, found.outcome) == ("dead", "张专员", "retry HTTP 500")


def test_the_waits_grow_to_six_hours() -> None:
    minutes = [wait(n).total_seconds() / 60 for n in range(1, 9)]
    assert minutes == [1, 4, 16, 64, 256, 360, 360, 360]


def test_a_bad_one_does_not_stop_the_others(office: Engine) -> None:
    told(office, "R1", "R1", "R1")

    def reply(message: Message) -> Outcome:
        if "项目1" in message.text:
            raise RuntimeError("canary in an exception")
        return Outcome("sent", "ok")

    done = pump(office, SWEPT_AT, {EMAIL: Scripted(reply)}, wall=WALL, public_url=URL)
    assert (done.sent, done.uncertain) == (2, 1)
    with Session(office) as session:
        (found,) = undelivered(session)
    assert found.outcome == "uncertain 通道异常 RuntimeError"


def test_without_a_server_mail_waits_and_nothing_is_written(office: Engine) -> None:
    told(office, "R1")
    done = pump(office, SWEPT_AT, {}, wall=WALL, public_url=URL)
    assert done.unconfigured == {EMAIL: 1}
    assert (attempts(office), rows(office)[0].state) == (0, "queued")


@pytest.mark.parametrize("hours", [-1, 10, 24 * 5])
def test_nothing_leaves_outside_the_hours(office: Engine, hours: int) -> None:
    told(office, "R1")
    channel = Scripted()
    done = pump(office, SWEPT_AT + timedelta(hours=hours), {EMAIL: channel}, wall=WALL, public_url=URL)
    assert done.closed
    assert channel.got == []


def test_nothing_leaves_on_hold(office: Engine) -> None:
    told(office, "R1")
    with writing(office) as session:
        session.get_one(Installation, 1).held_since = SWEPT_AT
    channel = Scripted()
    assert pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL).held
    assert channel.got == []


def interrupted(engine: Engine) -> None:
    def killed(_: Message) -> Outcome:
        raise KeyboardInterrupt

    told(engine, "R1")
    with pytest.raises(KeyboardInterrupt):
        pump(engine, SWEPT_AT, {EMAIL: Scripted(killed)}, wall=WALL, public_url=URL)


def test_an_interrupted_attempt_is_uncertain_and_never_sent_again_by_itself(office: Engine) -> None:
    interrupted(office)
    channel = Scripted()
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL + LEASE, public_url=URL)
    assert rows(office)[0].state == "attempting"  # its owner may still be at it
    later = WALL + LEASE + timedelta(seconds=1)
    assert pump(office, SWEPT_AT, {EMAIL: channel}, wall=later, public_url=URL).uncertain == 1
    assert pump(office, SWEPT_AT, {EMAIL: channel}, wall=later, public_url=URL).uncertain == 0
    assert channel.got == []


def supervisor(session: Session) -> Actor:
    story = Story(session)
    return Actor(story.operator, story.person("督查员"), "dc", "督查员", (Granted("supervision", 1),))


@pytest.mark.parametrize(("how", "sent"), [("resend", 1), ("done", 0)])
def test_a_person_resolves_it_once(office: Engine, how: str, sent: int) -> None:
    interrupted(office)
    channel = Scripted()
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL + 2 * LEASE, public_url=URL)
    with transaction(office, SWEPT_AT, {EMAIL}) as session:
        (found,) = undelivered(session)
        resolve(session, supervisor(session), SWEPT_AT, found.id, how)  # type: ignore[arg-type]
        with pytest.raises(NotAllowedNow):
            resolve(session, supervisor(session), SWEPT_AT, found.id, how)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            resolve(session, Actor(1, 1, "x", "某人"), SWEPT_AT, found.id, "done")
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL + 2 * LEASE, public_url=URL)
    assert len(channel.got) == sent
    assert rows(office)[0].state == "sent"


def leader_digest(engine: Engine) -> None:
    with transaction(engine, SWEPT_AT, {EMAIL}) as session:
        story = Story(session)
        project = story.project()
        story.holder(project, "leader", person=story.person("李县长", "leader@example.cn"))
        story.fired(project, "R2")


def swept(engine: Engine, outcome: str | None) -> None:
    with writing(engine) as session:
        session.add(
            Period(
                flow="overdue_escalation",
                period="2018-07-02",
                started_at=SWEPT_AT,
                outcome=outcome,
                lease_until=None if outcome else WALL + LEASE,
            )
        )


def test_a_digest_waits_for_the_mornings_sweep(office: Engine) -> None:
    leader_digest(office)
    channel = Scripted()
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL)
    assert channel.got == []
    swept(office, "done")
    pump(office, SWEPT_AT, {EMAIL: channel}, wall=WALL, public_url=URL)
    (message,) = channel.got
    assert "每日提要 2018-07-02：1 件，其中逾期 1 件" in message.subject


def test_a_digest_does_not_wait_for_ever_but_for_a_running_sweep(office: Engine) -> None:
    leader_digest(office)
    channel = Scripted()
    half_past = SWEPT_AT + timedelta(minutes=30)
    swept(office, None)
    pump(office, half_past, {EMAIL: channel}, wall=WALL, public_url=URL)
    assert channel.got == []
    pump(office, half_past, {EMAIL: channel}, wall=WALL + 2 * LEASE, public_url=URL)
    assert len(channel.got) == 1


def test_the_limit_holds(office: Engine) -> None:
    told(office, "R1", "R1", "R1")
    channel = Scripted()
    assert pump(office, SWEPT_AT, {EMAIL: channel, WEBHOOK: channel}, 2, wall=WALL, public_url=URL).sent == 2
