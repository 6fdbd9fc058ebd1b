"""Writes what a sweep decided: stage the plan, then one INSERT…SELECT per table and one UPDATE of the tasks."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Update,
    case,
    cast,
    insert,
    literal,
    select,
    update,
)
from sqlmodel import Session

from states.events import Event, Unsealed, recorded_ranges
from states.sets import analyze, as_json, new_ids, postgresql, runs, temporary
from states.supervision.claim import CLAIMED
from states.supervision.plan import Outcome
from states.tasks.tables import Escalation, Task

EVENT: Table = Event.__table__  # type: ignore[attr-defined]
TASK: Table = Task.__table__  # type: ignore[attr-defined]
FIRED, PASSED = "rung_fired", "rung_passed"

CASES = Table(
    "sweep_case",
    MetaData(),
    Column("case_key", Text, primary_key=True),
    Column("rung", String),
    Column("next_on", Date),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
RUNGS = Table(
    "sweep_rung",
    MetaData(),
    Column("rung_id", Integer, primary_key=True, autoincrement=False),
    Column("case_key", Text, nullable=False, index=True),
    Column("rung", String, nullable=False),
    Column("recorded", Boolean, nullable=False),
    Column("caught_up", Boolean, nullable=False),
    Column("earned_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("clause", Text, nullable=False),
    Column("facts", Text, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
LINES = Table(
    "sweep_line",
    MetaData(),
    Column("event_id", Integer, primary_key=True, autoincrement=False),
    Column("task_id", Integer, nullable=False),
    Column("project_id", Integer),
    Column("rung_id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def write(
    session: Session,
    account_id: int,
    now: datetime,
    today: date,
    outcomes: Sequence[Outcome],
    *,
    late: bool,
) -> None:
    """Events, unsealed, escalations and tasks of all claimed tasks. The fired events are announced as a range."""
    temporary(session, CASES, RUNGS, LINES)
    _stage(session, today, outcomes, late)
    spans = _number(session)
    if spans:
        _events(session, account_id, now, today)
        _escalations(session, today)
        recorded_ranges(session).extend(spans)
    _move_tasks(session, today)
    session.expire_all()


def _stage(session: Session, today: date, outcomes: Sequence[Outcome], late: bool) -> None:
    cases = [{"case_key": each.case.key, "rung": each.reached, "next_on": each.next_on} for each in outcomes]
    session.execute(insert(CASES), cases)
    rungs = [
        {"rung_id": number, **row} for number, row in enumerate(_rung_rows(today, outcomes, late), start=1)
    ]
    if rungs:
        session.execute(insert(RUNGS), rungs)
    analyze(session, CASES, RUNGS)


def _rung_rows(today: date, outcomes: Sequence[Outcome], late: bool) -> Iterator[dict[str, Any]]:
    for each in outcomes:
        for rung, recorded in each.rungs:
            clause = each.pack.clause_of(next(rule.clause for rule in each.pack.rung if rule.key == rung.key))
            facts = {
                "rung": rung.key,
                "due_on": each.case.due_on.isoformat(),
                "earned_on": rung.on.isoformat(),
                "clause": clause,
                "days_late": max(0, (today - each.case.due_on).days),
                "backlog": each.case.backlog,
            }
            yield {
                "case_key": each.case.key,
                "rung": rung.key,
                "recorded": recorded,
                "caught_up": late and rung.on < today,
                "earned_on": rung.on,
                "due_on": each.case.due_on,
                "clause": clause,
                "facts": json.dumps(facts)[1:],
            }


def _number(session: Session) -> list[tuple[int, int]]:
    """One line per task and rung, each with the id of its event; returns the runs of these ids."""
    ids = new_ids(session, EVENT.c.id, CLAIMED.c.task_id, RUNGS.c.rung_id)
    lines = select(ids, CLAIMED.c.task_id, CLAIMED.c.project_id, RUNGS.c.rung_id).join_from(
        CLAIMED, RUNGS, CLAIMED.c.case_key == RUNGS.c.case_key
    )
    session.execute(insert(LINES).from_select(LINES.c.keys(), lines))
    analyze(session, LINES)
    return runs(session, LINES.c.event_id)


def _events(session: Session, account_id: int, now: datetime, today: date) -> None:
    facts = literal('{"task": ') + cast(LINES.c.task_id, String) + literal(", ") + RUNGS.c.facts
    events = select(
        LINES.c.event_id,
        LINES.c.project_id,
        LINES.c.task_id,
        case((RUNGS.c.recorded, PASSED), else_=FIRED),
        literal(account_id),
        literal(today, Date),
        literal(now, EVENT.c.at.type),
        as_json(session, facts),
    ).join_from(LINES, RUNGS, LINES.c.rung_id == RUNGS.c.rung_id)
    columns = ["id", "project_id", "task_id", "kind", "actor_id", "occurred_on", "at", "facts"]
    session.execute(insert(EVENT).from_select(columns, events.order_by(LINES.c.event_id)))
    unsealed = select(LINES.c.event_id).order_by(LINES.c.event_id)
    session.execute(insert(Unsealed).from_select(["event_id"], unsealed))


def _escalations(session: Session, today: date) -> None:
    rows = select(
        LINES.c.task_id,
        RUNGS.c.rung,
        RUNGS.c.earned_on,
        RUNGS.c.due_on,
        literal(today, Date),
        RUNGS.c.recorded,
        RUNGS.c.caught_up,
        RUNGS.c.clause,
        LINES.c.event_id,
    ).join_from(LINES, RUNGS, LINES.c.rung_id == RUNGS.c.rung_id)
    columns = [
        "task_id",
        "rung",
        "earned_on",
        "due_on",
        "fired_on",
        "recorded",
        "caught_up",
        "clause",
        "event_id",
    ]
    session.execute(insert(Escalation).from_select(columns, rows.order_by(LINES.c.event_id)))


def _move_tasks(session: Session, today: date) -> None:
    """Compare and set on the old rung. A claimed task that earned nothing only gets its right next date."""
    session.execute(_update_joined(today) if postgresql(session) else _update_looked_up(today))


def _update_joined(today: date) -> Update:
    return (
        update(TASK)
        .values(rung=CASES.c.rung, next_rung_on=CASES.c.next_on)
        .where(
            TASK.c.id == CLAIMED.c.task_id,
            CLAIMED.c.case_key == CASES.c.case_key,
            TASK.c.next_rung_on <= today,
            TASK.c.rung.is_not_distinct_from(CLAIMED.c.rung),
        )
    )


def _update_looked_up(today: date) -> Update:
    """SQLite scans the temporary table for every row of an UPDATE FROM; by IN it looks each task up once."""
    mine = CLAIMED.c.task_id == TASK.c.id, CLAIMED.c.case_key == CASES.c.case_key
    return (
        update(TASK)
        .values(
            rung=select(CASES.c.rung).where(*mine).scalar_subquery(),
            next_rung_on=select(CASES.c.next_on).where(*mine).scalar_subquery(),
        )
        .where(
            TASK.c.id.in_(select(CLAIMED.c.task_id)),
            TASK.c.next_rung_on <= today,
        )
    )
