"""The sweep against the slow reference: every sentence of *Escalation ladder*, *Backlog* and *Several at once*."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Engine, event, func, select
from sqlmodel import Session, SQLModel, col

from states.db import reading, writing
from states.events import Event, Unsealed
from states.supervision.escalation import Swept, climb
from states.tasks.tables import Escalation, Task
from tests.states.supervision import made as m


def escalations(engine: Engine) -> set[tuple[int, str, date, date, bool]]:
    with reading(engine) as session:
        rows = session.execute(
            select(
                Escalation.task_id,
                Escalation.rung,
                Escalation.earned_on,
                Escalation.fired_on,
                Escalation.recorded,
            )
        )
        found = [tuple(row) for row in rows]
        assert len(found) == len(set(found))
        return set(found)


def counts(session: Session) -> dict[str, int]:
    return {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }


@pytest.fixture
def filled(office: Engine) -> tuple[Engine, list[m.Made]]:
    found = m.tasks(n=80)
    m.write(office, found)
    return office, found


def test_day_by_day_for_half_a_year(office: Engine) -> None:
    engine, found = office, m.tasks(n=300)
    m.write(engine, found)
    days = m.sweep_days()
    fired: Counter[str] = Counter()
    recorded: Counter[str] = Counter()
    for day in days:
        swept = m.sweep(engine, day)
        fired.update(swept.fired)
        recorded.update(swept.recorded)
    expected = m.simulate(found, days)
    assert escalations(engine) == expected
    assert fired == Counter(row[1] for row in expected if not row[4])
    assert recorded == Counter(row[1] for row in expected if row[4])
    assert {rung for rung in fired if fired[rung]} == {"R0-15", "R0-3", "R1", "R2", "R3", "L30"}


def test_after_downtime_the_highest_fires_and_the_lower_are_recorded(
    filled: tuple[Engine, list[m.Made]],
) -> None:
    engine, found = filled
    days = [date(2018, 7, 2), date(2018, 7, 3), date(2018, 8, 20), date(2018, 11, 5), date(2018, 12, 31)]
    for day in days:
        m.sweep(engine, day, late=day > date(2018, 7, 3))
    rows = escalations(engine)
    assert rows == m.simulate(found, days)
    assert any(row[4] for row in rows)
    with reading(engine) as session:
        late = session.execute(select(func.count()).where(col(Escalation.caught_up))).scalar_one()
        wrong = select(func.count()).where(
            col(Escalation.caught_up)
            != ((Escalation.earned_on < Escalation.fired_on) & (Escalation.fired_on > date(2018, 7, 3)))
        )
        assert late
        assert session.execute(wrong).scalar_one() == 0


def test_each_rung_has_its_event_and_the_task_knows_where_it_stands(
    filled: tuple[Engine, list[m.Made]],
) -> None:
    engine, found = filled
    for day in (date(2018, 7, 2), date(2018, 8, 1), date(2018, 9, 3)):
        m.sweep(engine, day)
    by_id = {made.task_id: made for made in found}
    with reading(engine) as session:
        rows = session.execute(
            select(Escalation, Event).join(Event, col(Event.id) == col(Escalation.event_id))
        ).all()
        unsealed = set(session.execute(select(Unsealed.event_id)).scalars())
        tasks = {task.id: task for task in session.execute(select(Task)).scalars()}
        assert len({told.id for _, told in rows}) == len(rows)
        for escalation, told in rows:
            made = by_id[escalation.task_id]
            assert told.id in unsealed
            assert told.kind == ("rung_passed" if escalation.recorded else "rung_fired")
            assert (told.task_id, told.project_id) == (made.task_id, made.project_id)
            assert told.occurred_on == escalation.fired_on
            assert told.at == m.at(escalation.fired_on)
            assert told.facts == {
                "task": made.task_id,
                "rung": escalation.rung,
                "due_on": made.due.isoformat(),
                "earned_on": escalation.earned_on.isoformat(),
                "clause": escalation.clause,
                "days_late": max(0, (escalation.fired_on - made.due).days),
                "backlog": made.imported and made.due <= made.opened,
            }
        for made in found:
            task = tasks[made.task_id]
            reached = [rung for rung, day in made.rungs if day <= date(2018, 9, 3)]
            above = [day for _, day in made.rungs[len(reached) :]]
            assert task.rung == (reached[-1] if reached else None)
            assert task.next_rung_on == (min(above) if above else None)
            assert task.version == 1


def test_a_second_sweep_of_the_day_changes_nothing(filled: tuple[Engine, list[m.Made]]) -> None:
    engine, _ = filled
    assert m.sweep(engine, date(2018, 7, 2)).fired
    with reading(engine) as session:
        before = counts(session)
    assert m.sweep(engine, date(2018, 7, 2)) == Swept()
    with reading(engine) as session:
        assert counts(session) == before


def test_the_number_of_statements_does_not_grow_with_the_tasks(office: Engine) -> None:
    seen: list[int] = []
    for n in (20, 90):
        m.write(office, m.tasks(seed=n, n=n))
        statements: list[str] = []

        def note(
            _c: object, _k: object, statement: str, *_rest: object, into: list[str] = statements
        ) -> None:
            into.append(statement)

        event.listen(office, "before_cursor_execute", note)
        m.sweep(office, date(2018, 9, 3) if n == 20 else date(2018, 9, 4))
        event.remove(office, "before_cursor_execute", note)
        seen.append(len(statements))
    assert seen[0] == seen[1] < 50


def test_what_was_announced_is_only_what_this_sweep_wrote(filled: tuple[Engine, list[m.Made]]) -> None:
    engine, _ = filled
    with writing(engine) as session:
        climb(session, m.operator(session), m.at(m.FIRST), m.FIRST, held_ok=True)
        ranges = session.info["recorded_ranges"]
        ids = session.execute(select(col(Event.id)).where(col(Event.kind).like("rung_%"))).scalars()
        assert sorted(n for first, last in ranges for n in range(first, last + 1)) == sorted(ids)
