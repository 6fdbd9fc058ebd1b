"""Lights by hand, and the WHERE clause held against the function that explains them."""

import random
from datetime import date, timedelta

from sqlmodel import Session, col, select

from states.people.actor import actor_by_login
from states.people.tables import Unit
from states.policy.active import current_pack
from states.policy.load import parse, shipped
from states.tasks.lights import BLACK, GREEN, LABELS, RED, YELLOW, light, shows, yellow_from
from states.tasks.tables import Task
from states.workdays import Calendar

PACK, CN = parse(shipped()), Calendar.national()
TODAY = date(2018, 7, 2)


def task(start_on: date, due_on: date, budget: int | None, unit: str | None, **more: object) -> Task:
    given = {
        "ladder_from_on": max(due_on, start_on),
        "opened_on": start_on,
        "raw_on": due_on,
        "clause": "第1条",
    }
    return Task(start_on=start_on, due_on=due_on, budget=budget, unit=unit, kind="signed", **(given | more))


def test_by_hand() -> None:
    lead = task(date(2018, 6, 29), date(2018, 7, 20), 15, "workdays")  # two thirds: 10 workdays after 29 June
    assert yellow_from(PACK, lead, CN) == date(2018, 7, 13)
    assert [
        light(PACK, lead, day, CN).key for day in (date(2018, 7, 12), date(2018, 7, 13), date(2018, 7, 20))
    ] == [
        GREEN,
        YELLOW,
        YELLOW,
    ]
    long = task(
        date(2018, 1, 31), date(2019, 7, 31), 18, "months"
    )  # 12 months are two thirds; 15 workdays later counts
    assert yellow_from(PACK, long, CN) == CN.plus(date(2019, 7, 31), -15)
    short = task(date(2018, 6, 1), date(2018, 7, 2), 1, "months")  # two thirds of a month: 20 days
    assert yellow_from(PACK, short, CN) == date(2018, 6, 21)
    contract = task(date(2018, 1, 1), date(2018, 7, 31), None, None)
    assert yellow_from(PACK, contract, CN) == CN.plus(date(2018, 7, 31), -15)


def test_red_names_backlog_and_black_counts_from_the_ladder_start() -> None:
    due = date(2018, 3, 1)
    red = task(date(2017, 1, 1), due, 60, "days", backlog=True, ladder_from_on=date(2018, 7, 13))
    assert light(PACK, red, TODAY, CN).label == "红（存量）"
    fresh = task(date(2017, 1, 1), due, 60, "days")
    assert light(PACK, fresh, due, CN).key == YELLOW
    assert light(PACK, fresh, due + timedelta(days=1), CN).key == RED
    assert light(PACK, fresh, due + timedelta(days=89), CN).key == RED
    assert light(PACK, fresh, due + timedelta(days=90), CN).key == BLACK
    assert "逾期 90 天" in light(PACK, fresh, due + timedelta(days=90), CN).why


def test_the_filter_selects_what_the_function_shows(session: Session) -> None:
    dice = random.Random(7)
    budgets = [(candidate.budget, candidate.unit) for row in PACK.deadline for candidate in row.candidates]
    unit = session.exec(select(Unit.id)).first()
    rows = []
    for number in range(400):
        budget = dice.choice([*budgets, (None, None)])
        start = TODAY + timedelta(days=dice.randint(-900, 20))
        due = TODAY + timedelta(days=dice.randint(-150, 90))
        ladder = due + timedelta(days=dice.choice([0, 0, 45]))
        rows.append(task(start, due, *budget, unit_id=unit, batch=str(number), ladder_from_on=ladder))
    session.add_all(rows)
    session.flush()
    assert current_pack(session, TODAY)[1] == PACK and actor_by_login(session, "operator", TODAY)
    for key in LABELS:
        found = set(session.exec(select(Task.id).where(shows(PACK, key, TODAY, CN))).all())
        wanted = {row.id for row in rows if light(PACK, row, TODAY, CN).key == key}
        assert found == wanted and wanted, key
    total = session.exec(select(col(Task.id))).all()
    assert len(total) == 400
