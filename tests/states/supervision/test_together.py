"""Eight sweepers at once, and sweepers beside writers: each rung once, no deadlock, nothing lost."""

import multiprocessing
from datetime import date

from sqlalchemy import Engine, func, select, text
from sqlmodel import Session, col

from states.db import engine_for, reading, writing
from states.events import Event, Unsealed
from states.supervision.escalation import climb
from states.tasks.tables import Escalation, Task
from tests.states.supervision import made as m

DAY = date(2018, 8, 1)
SWEEPERS = 8


def _sweep(url: str, start: "multiprocessing.synchronize.Event", out: "multiprocessing.Queue[int]") -> None:
    engine = engine_for(url)
    start.wait()
    fired, left = 0, 1
    while left:
        with writing(engine) as session:
            swept = climb(session, m.operator(session), m.at(DAY), DAY, held_ok=True)
        fired, left = fired + sum(swept.fired.values()), swept.left
    engine.dispose()
    out.put(fired)


def _touch(url: str, ids: list[int], start: "multiprocessing.synchronize.Event") -> None:
    """A writer that changes tasks one after the other in one transaction, highest first."""
    engine = engine_for(url)
    start.wait()
    for _ in range(5):
        with writing(engine) as session:
            for task_id in reversed(ids):
                session.execute(text("UPDATE task SET version = version + 1 WHERE id = :id"), {"id": task_id})
    engine.dispose()


def _once(engine: Engine, found: list[m.Made]) -> int:
    with reading(engine) as session:
        rows = {
            tuple(row)
            for row in session.execute(
                select(
                    Escalation.task_id,
                    Escalation.rung,
                    Escalation.earned_on,
                    Escalation.fired_on,
                    Escalation.recorded,
                )
            )
        }
        assert rows == m.simulate(found, [DAY])
        for table, where in ((Escalation, True), (Event, col(Event.kind).like("rung_%")), (Unsealed, None)):
            query = select(func.count()).select_from(table)
            if table is Unsealed:
                query = query.join(Event, col(Event.id) == col(Unsealed.event_id))
                where = col(Event.kind).like("rung_%")
            assert session.execute(query.where(where)).scalar_one() == len(rows)
        return sum(1 for row in rows if not row[4])


def _run(engine: Engine, found: list[m.Made], writers: int) -> None:
    context = multiprocessing.get_context("spawn")
    start, out = context.Event(), context.Queue()
    url = engine.url.render_as_string(hide_password=False)
    ids = [made.task_id for made in found]
    running = [context.Process(target=_sweep, args=(url, start, out)) for _ in range(SWEEPERS)]
    running += [context.Process(target=_touch, args=(url, ids, start)) for _ in range(writers)]
    for process in running:
        process.start()
    start.set()
    fired = sum(out.get(timeout=300) for _ in range(SWEEPERS))
    for process in running:
        process.join(timeout=300)
    assert [process.exitcode for process in running] == [0] * len(running)
    assert fired == _once(engine, found)


def test_eight_processes_at_once(office: Engine) -> None:
    found = m.tasks(n=60)
    m.write(office, found)
    _run(office, found, writers=0)


def test_beside_writers(office: Engine) -> None:
    found = m.tasks(n=40)
    m.write(office, found)
    _run(office, found, writers=1)
    with reading(office) as session:
        assert set(session.execute(select(Task.version)).scalars()) == {6}


def test_a_task_that_a_writer_holds_is_left_for_the_next_round(office: Engine) -> None:
    if office.dialect.name == "sqlite":
        return  # one writer at a time: there is nobody to wait for
    found = m.tasks(n=40)
    m.write(office, found)
    with Session(office) as writer:
        due = select(col(Task.id)).where(col(Task.next_rung_on) <= DAY).limit(1)
        held = writer.execute(due).scalar_one()
        writer.execute(text("UPDATE task SET version = version + 1 WHERE id = :id"), {"id": held})
        with writing(office) as session:
            assert climb(session, m.operator(session), m.at(DAY), DAY, held_ok=True).left == 1
        writer.commit()
    with writing(office) as session:
        swept = climb(session, m.operator(session), m.at(DAY), DAY, held_ok=True)
    assert (sum(swept.fired.values()), swept.left) == (1, 0)
    _once(office, found)
