"""The daily sweep with 1,000,000 open tasks of which 50,000 have earned a rung, against the ORM doing the same rows.

Both write the same rows (tasks, events, unsealed, escalations, notifications, deliveries: counted and compared), in
one transaction and one commit, at the same durability (SQLite synchronous=FULL, PostgreSQL fsync), in one run.
Then: nothing to do, on 10,000 and on 1,000,000 tasks.

    python -m bench.sweep [--tasks N] [--due N] [--databases sqlite postgresql]

Exits 1 when a ratio is missed.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from bench.sweep_data import TODAY, make
from bench.sweep_orm import sweep_one_by_one
from notifications.announce import EMAIL, announce
from states.db import engine_for, reading, writing
from states.instants import start_of
from states.people.actor import Actor, actor_by_login
from states.supervision.escalation import climb

POSTGRES = "postgresql://root@127.0.0.1:5432/postgres"
NOW = start_of(TODAY) + timedelta(hours=8, minutes=30)
WANTED = {"sqlite": 40.0, "postgresql": 25.0}
FLAT = 1.5
TABLES = ("event", "unsealed", "escalation", "notification", "delivery", "task")


@dataclass(frozen=True, slots=True)
class Kept:
    """A database made once, of which copies are taken."""

    kind: str
    at: str

    @classmethod
    def make(cls, kind: str, folder: Path, tasks: int, due: int) -> "Kept":
        """A filled database."""
        if kind == "sqlite":
            path = folder / f"kept-{tasks}.db"
            make(f"sqlite:///{path}", tasks, due)
            return cls(kind, str(path))
        name = f"zlf_bench_{uuid.uuid4().hex[:10]}"
        _order(f"CREATE DATABASE {name}")
        make(_url(name), tasks, due)
        return cls(kind, name)

    @contextmanager
    def copy(self) -> Iterator[Engine]:
        """An engine on a copy of its own."""
        if self.kind == "sqlite":
            path = f"{self.at}.{uuid.uuid4().hex[:6]}"
            shutil.copyfile(self.at, path)
            engine = engine_for(f"sqlite:///{path}")
        else:
            path = f"{self.at}_{uuid.uuid4().hex[:6]}"
            _order(f"CREATE DATABASE {path} TEMPLATE {self.at}")
            engine = engine_for(_url(path))
            _settle(engine)
        try:
            yield engine
        finally:
            engine.dispose()
            if self.kind == "sqlite":
                Path(path).unlink()
            else:
                _order(f"DROP DATABASE {path} WITH (FORCE)")

    def drop(self) -> None:
        """Remove it."""
        if self.kind == "sqlite":
            Path(self.at).unlink()
        else:
            _order(f"DROP DATABASE {self.at} WITH (FORCE)")


def _order(statement: str) -> None:
    admin = create_engine(engine_for(POSTGRES).url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


def _url(database: str) -> str:
    return engine_for(POSTGRES).url.set(database=database).render_as_string(hide_password=False)


def _settle(engine: Engine) -> None:
    """What the server owes from copying is written before the clock starts."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")


def ours(session: Session, actor: Actor) -> None:
    """What the flow does: climb, then announce, in the caller's transaction."""
    swept = climb(session, actor, NOW, TODAY)
    assert not swept.held and not swept.left, swept
    announce(session, NOW, [EMAIL])


def orm(session: Session, actor: Actor) -> None:
    """The same rows by the ORM, task by task."""
    sweep_one_by_one(session, actor, NOW, TODAY)


def timed(engine: Engine, work: Callable[[Session, Actor], None]) -> float:
    """Seconds from the begin to the end of the commit."""
    began = time.perf_counter()
    with writing(engine) as session:
        work(session, actor_by_login(session, "operator", TODAY))
    return time.perf_counter() - began


def fingerprint(engine: Engine) -> dict[str, object]:
    """How many rows stand in each table, and who was told of which task's which rung, over which channel."""
    checks = {
        "rungs": "SELECT count(*), sum(task_id * length(rung)), sum(length(clause)) FROM escalation",
        "told": "SELECT count(*), sum(cast(n.person_id as bigint) * e.task_id), sum(length(n.delivery_key))"
        " FROM notification n JOIN event e ON e.id = n.event_id",
        "sent": "SELECT count(*), sum(person_id), sum(length(key)) FROM delivery",
        "next": "SELECT count(next_rung_on), count(rung), min(next_rung_on), max(next_rung_on) FROM task",
    }
    with reading(engine) as session:
        found: dict[str, object] = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES
        }
        for name, query in checks.items():
            found[name] = tuple(str(value) for value in session.execute(text(query)).one())
    return found


def nothing(engine: Engine) -> float:
    """Median milliseconds of a sweep that finds nothing."""
    with writing(engine) as session:
        actor = actor_by_login(session, "operator", TODAY)
        taken = []
        for _ in range(300):
            began = time.perf_counter()
            climb(session, actor, NOW, TODAY)
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def compare(kept: Kept) -> bool:
    """Ours (the median of three) against the ORM (once)."""
    takes, seen = [], []
    for _ in range(3):
        with kept.copy() as engine:
            takes.append(timed(engine, ours))
            seen.append(fingerprint(engine))
    with kept.copy() as engine:
        slow = timed(engine, orm)
        seen.append(fingerprint(engine))
    fast = statistics.median(takes)
    same = all(print_ == seen[0] for print_ in seen)
    ratio, wanted = slow / fast, WANTED[kept.kind]
    print(
        f"{kept.kind:11} 扫描：我们 {fast:8.2f} s（{', '.join(f'{take:.2f}' for take in takes)}）  ORM {slow:8.2f} s"
        f"  {ratio:6.1f} 倍（要求 ≥ {wanted:.0f}）  {'行相同' if same else '行不同！'}"
    )
    print(f"{'':11} 行数：" + "，".join(f"{table} {seen[0][table]}" for table in TABLES[:-1]))
    if not same:
        print(*seen, sep="\n")
    return same and ratio >= wanted


def flat(small: Kept, large: Kept, sizes: tuple[int, int]) -> bool:
    """Nothing to do costs the same whatever the table's size."""
    with small.copy() as engine:
        few = nothing(engine)
    with large.copy() as engine:
        many = nothing(engine)
    grew = many / few
    print(
        f"{small.kind:11} 无事可做：{sizes[0]} 项 {few:.3f} ms，{sizes[1]} 项 {many:.3f} ms，{grew:.2f} 倍（要求 ≤ {FLAT}）"
    )
    return grew <= FLAT


def run(kind: str, folder: Path, tasks: int, due: int) -> bool:
    """Both questions on one database."""
    good = True
    for what, small, large in (("sweep", None, (tasks, due)), ("idle", (10_000, 0), (tasks, 0))):
        kept = [Kept.make(kind, folder, *size) for size in (small, large) if size is not None]
        try:
            good &= compare(kept[0]) if what == "sweep" else flat(kept[0], kept[1], (10_000, tasks))
        finally:
            for each in kept:
                each.drop()
    return good


def main() -> int:
    """Run, print, and say by the exit code whether every ratio was reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=50_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"], choices=list(WANTED))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        good = [run(kind, Path(folder), wanted.tasks, wanted.due) for kind in wanted.databases]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
