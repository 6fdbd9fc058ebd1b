"""The report and the list behind it, as of a day and an instant of knowledge, within the reader's scope."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, select

from states.db import reading, writing
from states.errors import Forbidden
from states.people.actor import Actor, Granted
from states.people.directory import find_unit
from states.people.tables import Person, Region, Responsibility
from states.projects.tables import Project, ProjectRevision
from states.supervision.report import EscalationReport, escalation_report
from states.tasks.deadlines import close_task
from states.tasks.listing import Owed, overdue_tasks
from states.tasks.tables import Suspension, Task
from tests.states.supervision import made as m

ON = date(2018, 8, 31)


@pytest.fixture
def climbed(office: Engine) -> tuple[Engine, list[m.Made]]:
    """Eighty tasks in two localities, swept every working day of two months."""
    found = m.tasks(seed=3, n=80)
    m.write(office, found)
    with writing(office) as session:
        for made in found[::2]:
            for table, key in ((Project, Project.id), (ProjectRevision, ProjectRevision.project_id)):
                session.execute(update(table).where(key == made.project_id).values(locality_id=3))
        person = Person(name="王专员")
        session.add(person)
        session.flush()
        unit = find_unit(session, "咸宁市招商局") or find_unit(session, "招商局")
        for made in found[:20]:
            hold(session, made, "specialist", person_id=person.id)
            if unit is not None:
                hold(session, made, "responsible_unit", unit_id=unit.id)
    for day in m.sweep_days(last=ON):
        m.sweep(office, day)
    return office, found


def hold(session: Session, made: m.Made, slot: str, **holder: int | None) -> None:
    session.add(
        Responsibility(project_id=made.project_id, slot=slot, from_on=date(2018, 1, 1), event_id=1, **holder)
    )


def owed(engine: Engine, on: date, *, overdue_only: bool = True, actor: Actor | None = None) -> list[Owed]:
    with reading(engine) as session:
        return overdue_tasks(session, actor or m.operator(session), on, m.at(on, 23, 59), overdue_only)


def report(engine: Engine, on: date, actor: Actor | None = None) -> EscalationReport:
    with reading(engine) as session:
        return escalation_report(session, actor or m.operator(session), on, m.at(on, 23, 59))


def highest(made: m.Made, on: date) -> str | None:
    return next((rung for rung, day in reversed(made.rungs) if day <= on), None)


def test_the_list_of_what_is_overdue(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    expected = {made.task_id: (ON - made.due).days for made in found if made.due < ON}
    lines = owed(engine, ON)
    assert {task.id: task.days_late for task in lines} == expected
    assert [task.due_on for task in lines] == sorted(task.due_on for task in lines)
    every = owed(engine, ON, overdue_only=False)
    assert {task.id for task in every} == {made.task_id for made in found}
    by_id = {made.task_id: made for made in found}
    for task in every:
        made = by_id[task.id]
        assert task.step == ("洽谈→签约" if made.lead else "签约→注册")
        assert task.backlog == (made.imported and made.due <= made.opened)
        assert task.amount_yuan == made.amount
        assert (task.standing.rung if task.standing else None) == highest(made, ON)


def test_a_task_is_overdue_from_the_day_after_its_date(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    made = next(made for made in found if date(2018, 7, 5) < made.due < date(2018, 8, 20))
    assert made.task_id not in {task.id for task in owed(engine, made.due)}
    late = {task.id: task.days_late for task in owed(engine, made.due + m.DAY)}
    assert late[made.task_id] == 1


def test_the_owner_is_the_slots_holder_then_the_unit_then_the_supervision_office(
    climbed: tuple[Engine, list[m.Made]],
) -> None:
    engine, found = climbed
    lines = {task.id: task for task in owed(engine, ON, overdue_only=False)}
    assert lines[found[0].task_id].owner == "王专员"
    assert "督查室" in lines[found[30].task_id].owner
    before = {task.id: task for task in owed(engine, date(2018, 7, 31), overdue_only=False)}
    assert before.keys() == lines.keys()


def test_every_figure_has_its_list(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    shown = report(engine, ON)
    data = shown.as_json()
    overdue = [made for made in found if made.due < ON]
    assert data["totals"]["overdue"] == len(overdue)
    assert data["totals"]["backlog"] == sum(made.imported and made.due <= made.opened for made in overdue)
    listed = [made for made in found if made.due < ON or highest(made, ON)]
    assert {line["id"] for line in data["list"]} == {made.task_id for made in listed}
    rungs = Counter(highest(made, ON) or "none" for made in listed)
    assert {rung: n for rung, n in data["totals"]["by_rung"].items() if n} == dict(rungs)
    assert sum(data["totals"]["by_days_late"].values()) == len(overdue)
    for part in ("localities", "units", "steps"):
        assert sum(group["overdue"] for group in data[part]) == len(overdue)
    assert {group["locality"] for group in data["localities"]} == {line["locality"] for line in data["list"]}
    lines = {line["id"] for line in data["list"]}
    for figure, tasks in data["behind"].items():
        assert set(tasks) <= lines, figure
        assert len(tasks) == len(set(tasks))
    assert len(data["behind"]["totals.overdue"]) == data["totals"]["overdue"]


def test_the_share_of_small_projects(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    small = [made for made in found if made.amount < m.YI]
    shares = report(engine, ON).as_json()["below_100m"]
    assert sum(share["open"] for share in shares) == len(small)
    assert sum(share["overdue"] for share in shares) == sum(made.due < ON for made in small)


def test_as_of_an_earlier_day_it_reads_as_it_read_then(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    early = date(2018, 7, 20)
    then = report(engine, early).as_json()
    expected = {made.task_id: highest(made, early) for made in found}
    assert {line["id"]: line["rung"] for line in then["list"]} == {
        made.task_id: expected[made.task_id] for made in found if made.due < early or expected[made.task_id]
    }
    with writing(engine) as session:
        for made in found[:40]:
            task = session.get_one(Task, made.task_id)
            close_task(session, m.operator(session), m.at(ON), task, done_on=ON, outcome="done")
    assert report(engine, early).as_json() == then
    assert {task.id for task in owed(engine, ON)} == {made.task_id for made in found[40:] if made.due < ON}
    assert report(engine, date(2018, 6, 1)).as_json()["list"] == []


def test_what_is_suspended_before_its_date_is_not_overdue(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    made = next(made for made in found if made.due < ON - m.DAY)
    with writing(engine) as session:
        session.add(
            Suspension(
                project_id=made.project_id,
                kind="signed" if made.lead else "registered",
                from_on=made.due,
                cause="企业原因",
                known_at=m.at(made.due),
                event_id=1,
            )
        )
    assert made.task_id not in {task.id for task in owed(engine, ON)}
    every = {task.id: task.days_late for task in owed(engine, ON, overdue_only=False)}
    assert every[made.task_id] == 0


def test_nothing_outside_the_scope(climbed: tuple[Engine, list[m.Made]]) -> None:
    engine, found = climbed
    with reading(engine) as session:
        all_seeing = m.operator(session)
        place = session.exec(select(Region.name).where(Region.id == 3)).one()
    local = replace(all_seeing, granted=(Granted("supervision", 3),))
    shown = report(engine, ON, local)
    assert {line.locality for line in shown.list} == {place}
    assert {line.id for line in shown.list} < {made.task_id for made in found[::2]}
    assert owed(engine, ON, actor=replace(all_seeing, granted=())) == []
    with pytest.raises(Forbidden):
        report(engine, ON, replace(all_seeing, granted=(Granted("specialist", 3),)))
