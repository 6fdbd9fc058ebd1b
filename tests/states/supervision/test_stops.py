"""What stops a ladder, what voids a rung, and that the sweep looks again before it fires."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from states.db import reading, writing
from states.errors import Forbidden
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.policy.active import current_pack
from states.projects.facts import revise
from states.projects.tables import Project
from states.supervision.escalation import Swept, climb
from states.tasks.deadlines import clock, close_task, move_due
from states.tasks.due import Due
from states.tasks.ladder import rearm, rungs_of, void_unearned
from states.tasks.tables import Escalation, Suspension, Task
from tests.states.supervision import made as m

DUE = date(2018, 7, 10)
R1_ON = date(2018, 7, 11)


@pytest.fixture
def one(office: Engine) -> tuple[Engine, m.Made]:
    """One step of 1亿, due on 2018-07-10."""
    made = m.Made(False, m.YI, date(2018, 6, 1), DUE, m.IMPORTED, True, False)
    m.write(office, [made])
    return office, made


def standing(engine: Engine) -> dict[str, tuple[date, bool]]:
    with reading(engine) as session:
        rows = session.execute(select(Escalation).where(col(Escalation.voided_by).is_(None))).scalars()
        return {row.rung: (row.fired_on, row.recorded) for row in rows}


def suspend(session: Session, made: m.Made, from_on: date, to_on: date | None) -> None:
    session.add(
        Suspension(
            project_id=made.project_id,
            kind="registered",
            from_on=from_on,
            to_on=to_on,
            cause="政府原因",
            known_at=m.at(from_on),
            event_id=1,
        )
    )


def test_a_suspended_step_does_not_climb_and_goes_on_afterwards(one: tuple[Engine, m.Made]) -> None:
    engine, made = one
    m.sweep(engine, date(2018, 7, 5))
    with writing(engine) as session:
        suspend(session, made, date(2018, 7, 11), date(2018, 7, 16))
    assert m.sweep(engine, R1_ON).fired == {}
    assert m.sweep(engine, date(2018, 7, 13)).fired == {}
    assert m.sweep(engine, date(2018, 7, 16)).fired == {"R1": 1}


def test_another_steps_suspension_stops_nothing(one: tuple[Engine, m.Made]) -> None:
    engine, made = one
    with writing(engine) as session:
        suspend(session, made, date(2018, 7, 1), None)
        session.flush()
        session.execute(update(Suspension).values(kind="land_right"))
    assert m.sweep(engine, R1_ON).fired == {"R1": 1}


@pytest.mark.parametrize("state", ["suspended", "terminated", "replaced"])
def test_a_project_that_is_not_active_does_not_climb(one: tuple[Engine, m.Made], state: str) -> None:
    engine, _ = one
    with writing(engine) as session:
        session.execute(update(Project).values(standing=state))
    assert m.sweep(engine, R1_ON) == Swept()
    assert standing(engine) == {}


def test_no_rung_fires_while_a_report_waits_and_all_count_after_its_return(
    one: tuple[Engine, m.Made],
) -> None:
    engine, made = one
    m.sweep(engine, date(2018, 7, 5))
    with writing(engine) as session:
        asked = Request(
            kind="report",
            project_id=made.project_id,
            task_id=made.task_id,
            trigger="register",
            occurred_on=date(2018, 7, 9),
            requested_by=1,
            requested_at=m.at(date(2018, 7, 9)),
        )
        session.add(asked)
        session.flush()
    assert m.sweep(engine, date(2018, 7, 20)) == Swept()
    with writing(engine) as session:
        session.execute(update(Request).values(outcome="returned", via="none"))
    assert m.sweep(engine, date(2018, 7, 23)).fired == {"R2": 1}
    assert standing(engine)["R1"] == (date(2018, 7, 23), True)


def test_a_closed_task_does_not_climb_even_if_its_next_rung_was_left(one: tuple[Engine, m.Made]) -> None:
    engine, made = one
    with writing(engine) as session:
        task = session.get_one(Task, made.task_id)
        close_task(session, m.operator(session), m.at(DUE), task, done_on=DUE, outcome="done")
        task.next_rung_on = R1_ON
    assert m.sweep(engine, R1_ON) == Swept()


def moved(session: Session, actor: Actor, task: Task, due_on: date, today: date) -> None:
    _, pack = current_pack(session, today)
    due = Due(task.start_on, due_on, due_on, "extension", "条款")
    again = clock(
        pack,
        due,
        ladder="order",
        lead=False,
        amount_yuan=m.YI,
        opened_on=task.opened_on,
        imported=False,
        calendar=m.CALENDAR,
    )
    event_id = move_due(session, actor, m.at(today), task, replace(again, backlog=task.backlog))
    assert event_id is not None
    rungs = rungs_of(pack, task, m.YI, m.CALENDAR)
    void_unearned(session, task, rungs, today, event_id)
    rearm(task, rungs)


def test_a_moved_deadline_voids_rungs_and_they_fire_again(one: tuple[Engine, m.Made]) -> None:
    engine, made = one
    for day in m.sweep_days(last=date(2018, 7, 17)):
        m.sweep(engine, day)
    assert set(standing(engine)) == {"R0-3", "R1", "R2"}
    with writing(engine) as session:
        moved(
            session,
            m.operator(session),
            session.get_one(Task, made.task_id),
            date(2018, 8, 10),
            date(2018, 7, 17),
        )
    assert standing(engine) == {}
    later = replace(made, due=date(2018, 8, 10), imported=False)
    later.rungs = list(m.ladder(later))
    days = m.sweep_days(date(2018, 7, 18), date(2018, 10, 31))
    for day in days:
        m.sweep(engine, day)
    expected = {rung: (fired, recorded) for _, rung, _, fired, recorded in m.simulate([later], days)}
    assert standing(engine) == expected
    assert {"R0-15", "R0-3", "R1", "R2", "R3"} == set(expected)


def test_an_amount_corrected_below_the_bound_after_r3_does_not_climb_from_the_bottom(
    one: tuple[Engine, m.Made],
) -> None:
    engine, made = one
    for day in m.sweep_days(last=date(2018, 8, 31)):
        m.sweep(engine, day)
    before = standing(engine)
    assert set(before) == {"R0-3", "R1", "R2", "R3"}
    with writing(engine) as session:
        revise(
            session,
            m.operator(session),
            m.at(date(2018, 9, 1)),
            made.project_id,
            date(2016, 1, 1),
            amount_yuan=m.YI - 1,
        )
        session.execute(update(Task).values(next_rung_on=date(2018, 7, 11)))
    assert m.sweep(engine, date(2018, 9, 3)).fired == {}
    assert standing(engine) == before
    with reading(engine) as session:
        assert session.execute(select(Task.next_rung_on)).scalar_one() is None


def test_a_next_rung_that_came_too_early_is_put_right_and_fires_on_its_day(
    one: tuple[Engine, m.Made],
) -> None:
    engine, _ = one
    m.sweep(engine, date(2018, 7, 5))
    with writing(engine) as session:
        session.execute(update(Task).values(next_rung_on=date(2018, 7, 6)))
    assert m.sweep(engine, date(2018, 7, 9)).fired == {}
    with reading(engine) as session:
        assert session.execute(select(Task.next_rung_on)).scalar_one() == R1_ON
    assert m.sweep(engine, R1_ON).fired == {"R1": 1}


def test_only_who_may_sweep_sweeps(one: tuple[Engine, m.Made]) -> None:
    engine, _ = one
    with reading(engine) as session:
        stranger = replace(m.operator(session), granted=())
        with pytest.raises(Forbidden):
            climb(session, stranger, m.at(R1_ON), R1_ON)


def test_a_form_opened_before_the_sweep_is_not_stale(one: tuple[Engine, m.Made]) -> None:
    engine, made = one
    m.sweep(engine, R1_ON + timedelta(days=30))
    with reading(engine) as session:
        assert session.get_one(Task, made.task_id).version == 1
        assert session.get_one(Project, made.project_id).version == 1
