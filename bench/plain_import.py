"""The importer that one would write first: a row at a time, an ORM object a row, look-ups by query. Same rows written."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from states.clock import start_of
from states.events import record
from states.lifecycle.onboarding import imported_clock, owed, tracked
from states.people.actor import Actor
from states.people.directory import add_unit, find_person, find_unit
from states.people.tables import Person, Region, Responsibility
from states.policy.active import current_pack
from states.projects.intake import Entry, Judge
from states.projects.intake_write import PERSONAL, Frame, Started, gaps_of
from states.projects.ledger import Day, Row, Sheet
from states.projects.missing import DATE
from states.projects.tables import Gap, Investor, Milestone, Project, ProjectInvestor, ProjectRevision
from states.tasks.due import Circumstances, derive
from states.tasks.steps import STEP_SLOT
from states.tasks.tables import Deadline, Task
from states.workdays import Calendar

KEYS = (
    "", "name", "investor", "locality", "kind", "industry", "amount", "contract_no", "on:signed", "on:registered",
    "on:construction", "on:production", "enterprise_name", "land", "leader", "responsible_unit", "specialist", "remark",
)  # fmt: skip


def plain_import(session: Session, actor: Actor, on: date, rows: Iterator[tuple[Any, ...]]) -> None:
    """Import typed cells of the bench's own workbook."""
    pack_id, pack = current_pack(session, on)
    frame = Frame(actor, start_of(on), on, pack_id, pack)
    for number, cells in enumerate(rows, start=2):
        values = {
            key: _value(key, cell) for key, cell in zip(KEYS, cells, strict=True) if key and cell is not None
        }
        regions = {region.name: region.id or 0 for region in session.exec(select(Region)) if region.parent_id}
        row = Row("台账", number, values, {key: f"{key}{number}" for key in KEYS})
        sheet = Sheet("台账", "ledger", {key: key for key in KEYS if key}, [row])
        for entry in Judge.of(pack, regions, on).entries(sheet):
            assert isinstance(entry, Entry), entry
            _project(session, frame, entry)


def _value(key: str, cell: Any) -> Any:
    if key == "amount":
        return round(cell * 10**8)
    return Day(cell.date()) if isinstance(cell, datetime) else cell


def _project(session: Session, frame: Frame, entry: Entry) -> None:
    twin = session.exec(
        select(ProjectRevision).where(ProjectRevision.contract_no == entry.contract_no)
    ).first()
    assert twin is None
    stage = [key for key in frame.pack.stage_keys if key in entry.reached][-1]
    project = Project(
        pack_id=frame.pack_id, stage=stage, locality_id=entry.locality_id, imported_on=frame.today
    )
    session.add(project)
    session.flush()
    assert project.id is not None
    event_id = record(
        session, "project_imported", actor_id=frame.actor.account_id, at=frame.as_of, project_id=project.id, stage=stage
    )  # fmt: skip
    one = Started(project.id, event_id, stage, entry)
    _facts(session, frame, one)
    _holders(session, frame, one)
    _tasks(session, frame, one)
    for milestone, field in gaps_of(frame.pack, one):
        session.add(Gap(project_id=project.id, milestone=milestone, field=field, noted_at=frame.as_of))
    session.flush()


def _facts(session: Session, frame: Frame, one: Started) -> None:
    entry = one.entry
    session.add(
        ProjectRevision(
            project_id=one.project_id, name=entry.name, locality_id=entry.locality_id, amount_yuan=entry.amount_yuan,
            kind=entry.kind, industry=entry.industry, land=entry.land, contract_no=entry.contract_no,
            credit_code=entry.credit_code, attributes=dict(entry.attributes),
            from_on=min(day.on for day in entry.reached.values()), known_at=frame.as_of, event_id=one.event_id,
        )
    )  # fmt: skip
    investor = session.exec(select(Investor).where(Investor.name == entry.investor)).first()
    if investor is None:
        assert entry.investor is not None
        investor = Investor(name=entry.investor)
        session.add(investor)
        session.flush()
    assert investor.id is not None
    session.add(ProjectInvestor(project_id=one.project_id, investor_id=investor.id))
    for kind, day in entry.reached.items():
        session.add(
            Milestone(
                project_id=one.project_id, kind=kind, occurred_on=day.on, precision=day.precision, reported_at=frame.as_of,
                known_at=frame.as_of, event_id=one.event_id,
            )
        )  # fmt: skip


def _holders(session: Session, frame: Frame, one: Started) -> None:
    place = one.entry.locality_id
    for slot, names in one.entry.holders.items():
        for name in names:
            person = unit = None
            if slot in PERSONAL:
                person = find_person(session, name) or Person(name=name, region_id=place, confirmed=False)
                session.add(person)
            else:
                unit = find_unit(session, name) or add_unit(
                    session, name=name, kind="责任单位", region_id=place, confirmed=False
                )
            session.flush()
            session.add(
                Responsibility(
                    project_id=one.project_id, slot=slot, person_id=person.id if person else None,
                    unit_id=unit.id if unit else None, from_on=frame.today, event_id=one.event_id,
                )
            )  # fmt: skip


def _tasks(session: Session, frame: Frame, one: Started) -> None:
    entry = one.entry
    facts = Circumstances(entry.reached, entry.amount_yuan, entry.land, entry.kind)
    for kind in owed(frame.pack, one.stage, entry.reached):
        due = derive(frame.pack, kind, facts, Calendar.national())
        if due is None:
            continue
        if not tracked(frame.pack, kind, entry.asked):
            session.add(Gap(project_id=one.project_id, milestone=kind, field=DATE, noted_at=frame.as_of))
            continue
        made = imported_clock(frame, kind, due, entry.amount_yuan)
        task = Task(
            project_id=one.project_id, slot=STEP_SLOT, kind=kind, ladder=frame.pack.ladder_of(kind), **made.columns()
        )  # fmt: skip
        session.add(task)
        session.flush()
        assert task.id is not None
        session.add(
            Deadline(
                task_id=task.id, due_on=due.due_on, source=due.source, clause=due.clause, known_at=frame.as_of,
                event_id=one.event_id,
            )
        )  # fmt: skip
