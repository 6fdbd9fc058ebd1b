"""The log is sealed, and every tampering is found and placed."""

import random
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, func, select

from states.db import reading, writing
from states.events import Event, Unsealed, record
from states.sealing import seal_all
from states.seals import Seal, verify

KEY = b"k" * 32
AT = datetime(2018, 7, 2, 0, 30, tzinfo=UTC)


@pytest.fixture
def log(office: Engine) -> Engine:
    """Twelve events in three seals, and two that wait."""
    seal_all(office, KEY, AT)
    for batch in range(3):
        with writing(office) as session:
            for number in range(4):
                record(
                    session,
                    "task_opened",
                    actor_id=1,
                    at=AT,
                    occurred_on=AT.date(),
                    step=f"步骤{batch}-{number}",
                )
        seal_all(office, KEY, AT)
    with writing(office) as session:
        record(session, "task_closed", actor_id=1, at=AT, outcome="done")
        record(session, "task_closed", actor_id=1, at=AT, outcome="done")
    return office


def disarm(session: Session) -> None:
    """What an intruder with the database password would do first: take the guards off."""
    if session.get_bind().dialect.name == "sqlite":
        for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        session.execute(text("ALTER TABLE seal DISABLE TRIGGER ALL"))


def found(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return verify(session, KEY).problems


def test_a_sound_log_verifies_and_counts_what_waits(log: Engine) -> None:
    with reading(log) as session:
        audit = verify(session, KEY)
        total = session.exec(select(func.count()).select_from(Event)).one()
    assert audit.sound and audit.unsealed == 2 and audit.events == total - 2 and audit.seals == 4


def test_another_key_verifies_nothing(log: Engine) -> None:
    with reading(log) as session:
        assert len(verify(session, b"x" * 32).problems) == 4


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'task_moved'",
        "actor_id = actor_id + 1",
        "occurred_on = '2018-07-03'",
        "project_id = 9",
        "on_behalf_of = 1",
    ],
)
def test_a_changed_row_is_found_in_its_seal(log: Engine, change: str) -> None:
    with writing(log) as session:
        disarm(session)
        seal = session.exec(select(Seal).order_by(Seal.id.desc())).first()  # type: ignore[union-attr]
        number = int(seal.ids.partition("-")[0])
        session.execute(text(f"UPDATE event SET {change} WHERE id = {number}"))
    assert found(log) == [f"第 {seal.id} 号封存：所辖日志（{seal.ids}）或该封存记录被改动。"]


def test_a_removed_row_is_named(log: Engine) -> None:
    with writing(log) as session:
        disarm(session)
        number = int(session.exec(select(Seal.ids).order_by(Seal.id.desc())).first().partition("-")[0])  # type: ignore[union-attr]
        session.execute(text(f"DELETE FROM event WHERE id = {number}"))
    assert len(found(log)) == 1 and f"日志第 {number} 条被删除" in found(log)[0]


def test_a_row_slipped_in_is_named(log: Engine) -> None:
    with writing(log) as session:
        event = Event(kind="request_approved", actor_id=1, at=AT, facts={})
        session.add(event)
        session.flush()
        number = event.id
    assert found(log) == [f"日志第 {number} 条不在任何封存之内：封存之外插入。"]


def test_a_removed_waiting_row_is_named(log: Engine) -> None:
    with reading(log) as session:
        number = session.exec(select(func.max(Event.id))).one()
    raw = log.raw_connection()
    cursor = raw.cursor()
    if log.dialect.name == "sqlite":
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("DROP TRIGGER event_no_delete")
        cursor.execute(f"DELETE FROM event WHERE id = {number}")
        cursor.execute("PRAGMA foreign_keys=ON")
    else:
        cursor.execute("ALTER TABLE event DISABLE TRIGGER ALL")
        cursor.execute(f"DELETE FROM event WHERE id = {number}")
    raw.commit()
    raw.close()
    assert found(log) == [f"未封存的日志第 {number} 条被删除。"]


def test_a_removed_seal_breaks_the_chain(log: Engine) -> None:
    with writing(log) as session:
        disarm(session)
        session.execute(text("DELETE FROM seal WHERE id = 2"))
    problems = found(log)
    assert any("封存链在第 3 号之前断开" in problem for problem in problems)
    assert any("不在任何封存之内" in problem for problem in problems)


def test_random_tamperings_are_all_found(log: Engine) -> None:
    draw = random.Random(20180702)
    with reading(log) as session:
        ids = list(session.exec(select(Event.id).where(Event.id.not_in(select(Unsealed.event_id)))))  # type: ignore[union-attr]
    for _ in range(40):
        raw = log.connect()
        transaction = raw.begin()
        with Session(raw) as session:
            disarm(session)
            number = draw.choice(ids)
            column = draw.choice(["kind", "actor_id", "at"])
            value = {"kind": "'x'", "actor_id": "77", "at": "'2011-01-01 00:00:00.000000'"}[column]
            session.execute(text(f"UPDATE event SET {column} = {value} WHERE id = {number}"))
            assert len(verify(session, KEY).problems) == 1
        transaction.rollback()
        raw.close()


def test_two_sealers_at_once_make_one_chain(log: Engine) -> None:
    def work() -> None:
        for _ in range(10):
            with writing(log) as session:
                record(session, "task_opened", actor_id=1, at=AT)
            seal_all(log, KEY, AT)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_all(log, KEY, AT)
    with reading(log) as session:
        audit = verify(session, KEY)
    assert audit.sound and audit.unsealed == 0


def test_the_log_refuses_update_and_delete(log: Engine) -> None:
    for statement in (
        "UPDATE event SET kind = 'x'",
        "DELETE FROM event",
        "UPDATE seal SET n = 0",
        "DELETE FROM seal",
    ):
        with pytest.raises(Exception, match="只增不改"), writing(log) as session:
            session.execute(text(statement))
