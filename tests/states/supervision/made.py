"""A made office with some three hundred tasks of all kinds, and the ladder once more, slowly, from the text alone.

The reference walks days one by one and asks the calendar only whether a day is worked.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from states.db import writing
from states.events import record
from states.people.actor import Actor, actor_by_login
from states.policy.active import current_pack
from states.projects.tables import Project, ProjectRevision
from states.supervision.escalation import Swept, climb
from states.tasks.deadlines import clock, open_task
from states.tasks.due import Due
from states.workdays import Calendar

DAY = timedelta(days=1)
IMPORTED = date(2018, 6, 30)
FIRST, LAST = date(2018, 7, 2), date(2018, 12, 31)
SHANGHAI = ZoneInfo("Asia/Shanghai")
YI = 100_000_000
AMOUNTS = (30_000_000, YI - 1, YI, 5 * YI, 10 * YI - 1, 10 * YI, 25 * YI)
EDGES = (  # due dates that matter: around import, first sweep, rest days and the October holiday
    date(2018, 6, 29),
    date(2018, 6, 30),
    date(2018, 7, 1),
    date(2018, 7, 2),
    date(2018, 7, 3),
    date(2018, 7, 7),
    date(2018, 9, 29),
    date(2018, 9, 30),
    date(2018, 10, 1),
    date(2018, 10, 7),
    date(2018, 12, 30),
)
CALENDAR = Calendar.national()


def at(day: date, hour: int = 8, minute: int = 30) -> datetime:
    """An instant of a day in Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


@dataclass
class Made:
    """One task as it was made: what the reference knows of it."""

    lead: bool
    amount: int
    start: date
    due: date
    opened: date
    imported: bool
    contract: bool
    task_id: int = 0
    project_id: int = 0
    rungs: list[tuple[str, date]] = field(default_factory=list)


def tasks(seed: int = 7, n: int = 300) -> list[Made]:
    """Leads and steps of every size, overdue, due soon and due late; contract dates may be rest days."""
    chance = random.Random(seed)
    found = []
    for number in range(n):
        imported = chance.random() < 0.8
        opened = IMPORTED if imported else FIRST - DAY * chance.randrange(0, 3)
        contract = chance.random() < 0.3
        due = chance.choice(EDGES) if number % 4 == 0 else IMPORTED + DAY * chance.randrange(-300, 220)
        if not contract:
            due = rolled(due)
        start = due - DAY * chance.choice((20, 60, 63, 64, 65, 66, 67, 68, 90, 180, 270))
        found.append(
            Made(chance.random() < 0.3, chance.choice(AMOUNTS), start, due, opened, imported, contract)
        )
    for made in found:
        made.rungs = list(ladder(made))
    return found


def rolled(on: date) -> date:
    """The day itself or the next worked one."""
    while not CALENDAR.is_workday(on):
        on += DAY
    return on


def workdays(on: date, n: int) -> date:
    """The n-th worked day after (or, negative, before) a day."""
    step = DAY if n > 0 else -DAY
    while n:
        on += step
        if CALENDAR.is_workday(on):
            n -= 1 if n > 0 else -1
    return on


def worked_between(after: date, through: date) -> int:
    """Worked days after the one up to and including the other."""
    return sum(CALENDAR.is_workday(after + DAY * n) for n in range(1, (through - after).days + 1))


def ladder(made: Made) -> Iterator[tuple[str, date]]:
    """default-pack.md, Escalation ladder and Backlog, sentence by sentence; low to high."""
    if made.imported and made.due <= made.opened:
        if made.amount >= 10 * YI and not made.lead:
            begins = workdays(made.opened, 10)
        elif made.amount >= YI or made.lead:
            begins = rolled(made.opened + 30 * DAY)
        else:
            begins = rolled(made.opened + 60 * DAY)
    else:
        if worked_between(made.start, made.due) > 45:
            yield "R0-15", workdays(made.due, -15)
        yield "R0-3", workdays(made.due, -3)
        begins = max(made.due, made.opened)
    yield "R1", workdays(begins, 1)
    if made.lead:
        yield "L30", rolled(begins + 30 * DAY)
        return
    yield "R2", rolled(begins + (7 if made.amount >= YI else 30) * DAY)
    if made.amount >= YI:
        yield "R3", rolled(begins + 30 * DAY)


def simulate(found: list[Made], days: list[date]) -> set[tuple[int, str, date, date, bool]]:
    """(task, rung, earned, fired, recorded) of sweeps on these days if nobody acts."""
    done: dict[int, int] = {}
    rows = set()
    for on in days:
        for made in found:
            if made.opened > on:
                continue
            earned = [
                n for n, (_, day) in enumerate(made.rungs) if day <= on and n >= done.get(made.task_id, 0)
            ]
            for n in earned:
                rung, day = made.rungs[n]
                rows.add((made.task_id, rung, day, on, n != earned[-1]))
            if earned:
                done[made.task_id] = earned[-1] + 1
    return rows


def sweep_days(first: date = FIRST, last: date = LAST) -> list[date]:
    """Every worked day."""
    days = [first + DAY * n for n in range((last - first).days + 1)]
    return [day for day in days if CALENDAR.is_workday(day)]


def write(engine: Engine, found: list[Made]) -> None:
    """Put the made tasks into the database, each with its project."""
    with writing(engine) as session:
        actor = operator(session)
        first = record(session, "made", actor_id=actor.account_id, at=at(IMPORTED, 0, 0))
        for made in found:
            _write(session, actor, made, first)


def sweep(engine: Engine, day: date, *, late: bool = False) -> Swept:
    """One sweep in a transaction of its own, past the fuse."""
    with writing(engine) as session:
        return climb(session, operator(session), at(day), day, late=late, held_ok=True)


def operator(session: Session) -> Actor:
    """The account that sweeps."""
    return actor_by_login(session, "operator", IMPORTED)


def _write(session: Session, actor: Actor, made: Made, event_id: int) -> None:
    pack_id, pack = current_pack(session, IMPORTED)
    stage, kind = ("negotiation", "signed") if made.lead else ("signed", "registered")
    project = Project(pack_id=pack_id, stage=stage, locality_id=2, imported_on=IMPORTED)
    session.add(project)
    session.flush()
    assert project.id is not None
    now = at(made.opened, 0, 0)
    session.add(
        ProjectRevision(
            project_id=project.id,
            name=f"项目{project.id}",
            locality_id=2,
            amount_yuan=made.amount,
            from_on=date(2016, 1, 1),
            known_at=now,
            event_id=event_id,
        )
    )
    ladder_key = "lead" if made.lead else "order"
    due = Due(made.start, made.due, made.due, "contract" if made.contract else "pack", "条款")
    set_clock = clock(
        pack,
        due,
        ladder=ladder_key,
        lead=made.lead,
        amount_yuan=made.amount,
        opened_on=made.opened,
        imported=made.imported,
        calendar=CALENDAR,
    )
    task = open_task(
        session, actor, now, set_clock, kind=kind, ladder=ladder_key, project_id=project.id, slot="specialist"
    )
    assert task.id is not None
    made.task_id, made.project_id = task.id, project.id
