"""The daily sweep with 1,000,000 open tasks of which 50,000 have earned a rung, against the ORM doing the same rows.

Both write the same rows (tasks, events, unsealed, escalations, notifications, deliveries: counted and compared), in
one transaction and one commit, at the same durability (SQLite synchronous=FULL, PostgreSQL fsync), in one run.
Then: nothing to do, on 10,000 and on 1,000,000 tasks that have just been swept. Run by `python -m bench`.
"""

import gc
import os
import shutil
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from bench.sweep_data import TODAY, make
from bench.sweep_orm import sweep_one_by_one
from notifications.announce import EMAIL, announce
from states.db import engine_for, reading, writing
from states.instants import start_of
from states.people.actor import Actor, actor_by_login
from states.supervision.escalation import climb

POSTGRES = os.environ.get("ZLF_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
NOW = start_of(TODAY) + timedelta(hours=8, minutes=30)
WARM_UP, PROBES = 20, 400
WRITTEN = ("event", "unsealed", "escalation", "notification", "delivery")


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


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it, for a while."""
    name = f"zlf_bench_{uuid.uuid4().hex[:10]}"
    if kind == "sqlite":
        yield f"sqlite:///{folder}/{name}.db"
        return
    _order(f"CREATE DATABASE {name}")
    try:
        yield _url(name)
    finally:
        _order(f"DROP DATABASE {name} WITH (FORCE)")


def ping() -> None:
    """An OperationalError where no PostgreSQL answers."""
    _order("SELECT 1")


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


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the begin to the end of the commit: on the clock, and of processors (None: another machine's)."""

    wall: float
    cpu: float | None


def timed(engine: Engine, work: Callable[[Session, Actor], None]) -> Took:
    """What one transaction took, this process and the database's own together."""
    with writing(engine) as session:
        backend = _backend(session)
    gc.collect()
    cpu, before, began = time.process_time(), _burnt(backend), time.perf_counter()
    with writing(engine) as session:
        work(session, actor_by_login(session, "operator", TODAY))
    wall, cpu, after = time.perf_counter() - began, time.process_time() - cpu, _burnt(backend)
    return Took(wall, None if before is None or after is None else cpu + after - before)


def _backend(session: Session) -> int | None:
    """The server's process of this connection; the pool gives the same connection to the next session."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    pid: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return pid


def _burnt(pid: int | None) -> float | None:
    """Seconds of processor of the server's process, where it runs on this machine; no server: 0."""
    if pid is None:
        return 0.0
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")
    except OSError:
        return None
    ticks = rest.split()[11:13]  # utime, stime
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") if "postgres" in name else None


def fingerprint(engine: Engine) -> dict[str, Any]:
    """How many rows stand in each table, and who was told of which task's which rung, why, over which channel.

    Without event ids, also within keys: PostgreSQL's sequence gives them in no particular order.
    """
    digest, single = "LIKE 'digest:%'", "LIKE 'n:%'"
    checks = {
        "rungs": "SELECT count(*), sum(task_id * length(rung)), sum(length(clause)) FROM escalation",
        "told": "SELECT count(*), sum(cast(n.person_id as bigint) * e.task_id * length(n.why)),"
        f" sum(CASE WHEN n.delivery_key {digest} THEN n.person_id END),"
        f" sum(CASE WHEN n.delivery_key {single} THEN n.person_id END)"
        " FROM notification n JOIN event e ON e.id = n.event_id",
        "sent": f"SELECT count(*), sum(CASE WHEN key {digest} THEN person_id END),"
        f" sum(CASE WHEN key {single} THEN person_id END) FROM delivery",
        "next": "SELECT count(next_rung_on), count(rung), min(next_rung_on), max(next_rung_on) FROM task",
    }
    with reading(engine) as session:
        found: dict[str, Any] = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in (*WRITTEN, "task")
        }
        for name, query in checks.items():
            found[name] = tuple(str(value) for value in session.execute(text(query)).one())
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """Ours (the median of three) and the ORM (once), and whether they wrote the same."""

    ours: Took
    orm: Took
    rows: dict[str, Any]
    orm_rows: dict[str, Any]

    @property
    def same(self) -> bool:
        """Whether both wrote the same rows."""
        return self.rows == self.orm_rows

    @property
    def ratio(self) -> float:
        """How many times faster, on the clock."""
        return self.orm.wall / self.ours.wall

    @property
    def ratio_cpu(self) -> float | None:
        """How many times less processor."""
        return self.orm.cpu / self.ours.cpu if self.orm.cpu and self.ours.cpu else None


def compare(kept: Kept, say: Callable[[str], None]) -> Compared:
    """Each on a copy of its own."""
    takes, seen = [], []
    for name, work in (*(("本程序", ours),) * 3, ("逐项 ORM", orm)):
        say(f"{kept.kind}：扫描，{name}")
        with kept.copy() as engine:
            takes.append(timed(engine, work))
            seen.append(fingerprint(engine))
    fast = sorted(takes[:3], key=lambda took: took.wall)[1]
    assert seen[0] == seen[1] == seen[2]
    return Compared(fast, takes[3], seen[0], seen[3])


def idle(small: Kept, large: Kept, say: Callable[[str], None]) -> tuple[float, float]:
    """Milliseconds of a sweep that finds nothing, on few and on many tasks, just swept and vacuumed as by the operator.

    Medians of probes that alternate between the two, so that what else the machine does falls on both alike.
    """
    say(f"{small.kind}：无事可做")
    with small.copy() as few, large.copy() as many:
        for engine in (few, many):
            timed(engine, ours)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE" if small.kind == "sqlite" else "VACUUM ANALYZE")
        with writing(few) as one, writing(many) as other:
            actor = actor_by_login(one, "operator", TODAY)
            taken = [(_probe(one, actor), _probe(other, actor)) for _ in range(WARM_UP + PROBES)][WARM_UP:]
    return statistics.median(one for one, _ in taken), statistics.median(two for _, two in taken)


def _probe(session: Session, actor: Actor) -> float:
    began = time.perf_counter()
    assert not climb(session, actor, NOW, TODAY).fired
    return (time.perf_counter() - began) * 1000
