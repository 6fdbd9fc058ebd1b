"""A made office for the sweep's benchmark: seeded, half of the persons with an e-mail address, loaded by the
fastest way each database has."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from migrations import upgrade
from states.db import engine_for, writing
from states.founding import found, read_office
from states.policy.load import parse, shipped
from states.policy.schema import Pack
from states.tasks.rungs import earned, ladder_start, next_on, schedule
from states.workdays import Calendar, add_months

TODAY = date(2018, 9, 10)  # a Monday
LAST_SWEEP = TODAY - timedelta(days=7)
FOUNDED = datetime.fromisoformat("2018-01-01T00:00:00+08:00")
OFFICE = Path(__file__).parent.parent / "examples" / "office.toml"
TASKS_A_PROJECT = 2
AMOUNTS = (50_000_000, 300_000_000, 1_500_000_000)
DAYS = 420
SPECIALISTS, LEADERS, UNITS = 5_000, 200, 300


@dataclass(frozen=True, slots=True)
class Shape:
    """How a task stands after the last sweep, a week ago."""

    kind: str
    budget: int
    unit: str
    start_on: date
    due_on: date
    rung: str | None
    next_rung_on: date | None

    @property
    def due(self) -> bool:
        return self.next_rung_on is not None and self.next_rung_on <= TODAY


def shapes(pack: Pack, amount_yuan: int) -> list[Shape]:
    """Every start day of the last months, for a step of 60 days and one of 6 months."""
    calendar = Calendar.national()
    found_shapes = []
    for back in range(DAYS):
        start_on = TODAY - timedelta(days=back)
        sixty = calendar.roll(start_on + timedelta(days=60))
        found_shapes.append(_shape(pack, "registered", 60, "days", start_on, sixty, amount_yuan))
        half = calendar.roll(add_months(start_on, 6))
        found_shapes.append(_shape(pack, "land_right", 6, "months", start_on, half, amount_yuan))
    return found_shapes


def _shape(
    pack: Pack, kind: str, budget: int, unit: str, start_on: date, due_on: date, amount_yuan: int
) -> Shape:
    rungs = schedule(
        pack,
        "order",
        amount_yuan,
        start_on=start_on,
        due_on=due_on,
        ladder_from_on=ladder_start(due_on, start_on),
        backlog=False,
        calendar=Calendar.national(),
    )
    reached, _ = earned(rungs, None, LAST_SWEEP)
    key = reached.key if reached else None
    return Shape(kind, budget, unit, start_on, due_on, key, next_on(rungs, key))


def make(url: str, tasks: int, due: int, seed: int = 20180910) -> None:
    """Fill an empty database at `url` with `tasks` open tasks, exactly `due` of which have earned a rung."""
    engine = engine_for(url)
    upgrade(engine)
    with writing(engine) as session:
        found(session, read_office(OFFICE.read_text(encoding="utf-8")), FOUNDED)
    made = _Office(engine, tasks, due, random.Random(seed))
    made.write()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


class _Office:
    def __init__(self, engine: Engine, tasks: int, due: int, chance: random.Random) -> None:
        self.engine, self.chance, self.tasks, self.due = engine, chance, tasks, due
        self.projects = -(-tasks // TASKS_A_PROJECT)
        self.pack = parse(shipped())
        with engine.connect() as connection:
            localities = text("SELECT id FROM region WHERE parent_id IS NOT NULL ORDER BY id")
            self.regions = list(connection.execute(localities).scalars())
            self.person, self.unit = (
                connection.execute(text(f"SELECT max(id) FROM {table}")).scalar_one() + 1
                for table in ("person", "unit")
            )

    def write(self) -> None:
        load = _sqlite if self.engine.dialect.name == "sqlite" else _postgresql
        with self.engine.begin() as connection:
            for table, columns, rows in self.tables():
                load(connection, table, columns, rows)

    def tables(self) -> Iterator[tuple[str, Sequence[str], Iterable[tuple[Any, ...]]]]:
        yield "unit", ("id", "name", "kind", "region_id", "confirmed"), self.units()
        yield (
            "person",
            ("id", "name", "kind", "unit_id", "region_id", "email", "confirmed", "active"),
            self.persons(),
        )
        self.amounts = [self.chance.choice(AMOUNTS) for _ in range(self.projects)]
        self.places = [self.chance.choice(self.regions) for _ in range(self.projects)]
        yield (
            "project",
            ("id", "pack_id", "stage", "standing", "locality_id", "version"),
            self.rows_of_projects(),
        )
        revision = "id project_id name locality_id amount_yuan attributes standing from_on known_at event_id"
        yield "project_revision", revision.split(), self.revisions()
        yield (
            "responsibility",
            ("id", "project_id", "slot", "person_id", "unit_id", "from_on", "event_id"),
            self.slots(),
        )
        task = (
            "id project_id slot kind batch run ladder calendar start_on opened_on budget unit clause raw_on due_on"
            " provisional backlog ladder_from_on rung next_rung_on version"
        )
        yield "task", task.split(), self.rows_of_tasks()

    def units(self) -> Iterator[tuple[Any, ...]]:
        for n in range(UNITS):
            yield self.unit + n, f"单位{n}", "市直单位", self.chance.choice(self.regions), True

    def persons(self) -> Iterator[tuple[Any, ...]]:
        for n in range(SPECIALISTS + LEADERS + UNITS):
            box = n >= SPECIALISTS + LEADERS
            unit_id = self.unit + n - SPECIALISTS - LEADERS if box else None
            email = f"p{n}@example.invalid" if self.chance.random() < 0.5 else None
            kind = "mailbox" if box else "person"
            yield self.person + n, f"人员{n}", kind, unit_id, self.regions[0], email, True, True

    def rows_of_projects(self) -> Iterator[tuple[Any, ...]]:
        for n, place in enumerate(self.places, start=1):
            yield n, 1, "signed", "active", place, 1

    def revisions(self) -> Iterator[tuple[Any, ...]]:
        at = "2018-01-01 00:00:00.000000"
        for n, (amount, place) in enumerate(zip(self.amounts, self.places, strict=True), start=1):
            yield n, n, f"项目{n}", place, amount, "{}", "active", "2017-01-01", at, 1

    def slots(self) -> Iterator[tuple[Any, ...]]:
        leader, box = self.person + SPECIALISTS, self.unit
        for n in range(1, self.projects + 1):
            yield (
                3 * n - 2,
                n,
                "specialist",
                self.person + self.chance.randrange(SPECIALISTS),
                None,
                "2017-01-01",
                1,
            )
            yield 3 * n - 1, n, "leader", leader + self.chance.randrange(LEADERS), None, "2017-01-01", 1
            yield 3 * n, n, "responsible_unit", None, box + self.chance.randrange(UNITS), "2017-01-01", 1

    def rows_of_tasks(self) -> Iterator[tuple[Any, ...]]:
        kinds = ("registered", "land_right")
        pools = {
            (amount, kind, due): [s for s in shapes(self.pack, amount) if s.kind == kind and s.due == due]
            for amount in AMOUNTS
            for kind in kinds
            for due in (True, False)
        }
        earned_now = set(self.chance.sample(range(self.tasks), self.due))
        for n in range(self.tasks):
            project, kind = n // TASKS_A_PROJECT, kinds[n % TASKS_A_PROJECT]
            shape = self.chance.choice(pools[self.amounts[project], kind, n in earned_now])
            start, due_on = shape.start_on.isoformat(), shape.due_on.isoformat()
            after = shape.next_rung_on.isoformat() if shape.next_rung_on else None
            head = (n + 1, project + 1, "specialist", kind, "", 1, "order", "cn", start, start, shape.budget)
            yield (*head, shape.unit, "规则", due_on, due_on, False, False, due_on, shape.rung, after, 1)


def _sqlite(connection: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ",".join("?" * len(columns))
    connection.connection.driver_connection.executemany(
        f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows
    )


def _postgresql(connection: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.connection.driver_connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if table in ("unit", "person", "project", "project_revision", "responsibility", "task"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}','id'), (SELECT max(id) FROM {table}))"
            )
