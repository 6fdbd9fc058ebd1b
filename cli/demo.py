"""`zlf up --demo`: the sample office on 2018-07-02 08:30, with an account for each role that has work to do."""

import math
import os
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, Subquery, func, make_url, select
from sqlmodel import Session, col

from cli.say import remark
from states.clock import start_of, today, wall
from states.db import engine_for, reading, writing
from states.errors import NotAllowedNow, NotFound
from states.founding import found, read_office
from states.keyfile import make_key
from states.people.accounts import create_account
from states.people.actor import ROLES
from states.people.responsibility import LEADER, SPECIALIST
from states.people.tables import Person, Responsibility
from states.people.tokens import issue, revoke
from states.periods import Installation
from states.settings import settings
from states.tasks.tables import Task

if TYPE_CHECKING:
    from cli.desk import Desk

SAMPLE = ("ledger.xlsx", "funds.xlsx", "targets.xlsx")
IMPORTED_ON, STARTS = "2018-06-30", "2018-07-02T08:30"
DATABASE = "sqlite:///{folder}/demo.db"
ACCOUNTS = ("leader", "specialist", "approver", "supervision")


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it was set up: a token for each role, and who stands behind it."""

    url: str
    tokens: dict[str, str]
    names: dict[str, str]

    def lines(self, address: str) -> list[str]:
        """Tokens, and three commands to try."""
        told = [f"令牌      {ROLES[key]}（{key}，{self.names[key]}）：{self.tokens[key]}" for key in ACCOUNTS]
        return [
            *told,
            "试一试：",
            f"  curl -H 'Authorization: Bearer {self.tokens['specialist']}' "
            f"'{address}/api/v1/tasks?mine=true&overdue=true'",
            f"  ZLF_DATABASE_URL={self.url} {_command()} tasks --overdue",
            f"  ZLF_DATABASE_URL={self.url} {_command()} escalations",
        ]


def _command() -> str:
    """How this program was called, so that a shown command can be copied."""
    called = Path(sys.argv[0])
    return str(called.resolve()) if called.name == "zlf" else "zlf"


def set_up_demo(*, fresh: bool) -> Demo:
    """Make the demo's database, or go on with the one there is; points this process at it.

    NotAllowedNow where ZLF_DATABASE_URL names a database that holds a real office.
    """
    own = "ZLF_DATABASE_URL" not in os.environ
    if own:
        folder = Path("var").resolve()
        folder.mkdir(exist_ok=True)
        os.environ["ZLF_DATABASE_URL"] = DATABASE.format(folder=folder)
        settings.cache_clear()
    url = settings().database_url
    ready = _ready(url)
    if own and (fresh or ready is False):
        _remove(url)
        ready = None
    if ready is False:
        raise NotAllowedNow(
            "ZLF_DATABASE_URL 所指的数据库不是演示库，演示不会使用它；请去掉该设置或另指一个空库。"
        )
    if fresh and not own:
        raise NotAllowedNow("--fresh 只重建默认的演示库；其他数据库请自行删除。")
    if ready is None:
        remark("正在建立演示库（约半分钟）……")
        _make(url)
    from cli.desk import desk

    with desk() as here:
        return Demo(url, _tokens(here), _names(here))


def _ready(url: str) -> bool | None:
    """True: a demo; False: some other office, or a demo cut short; None: nothing there yet."""
    from migrations import upgrade

    engine = engine_for(url)
    try:
        upgrade(engine)
        with reading(engine) as session:
            installation = session.get(Installation, 1)
            return None if installation is None else installation.demo_offset_seconds != 0
    finally:
        engine.dispose()


def _remove(url: str) -> None:
    database = make_url(url).database or ""
    for end in ("", "-wal", "-shm", ".sealkey"):
        Path(database + end).unlink(missing_ok=True)


def _make(url: str) -> None:
    from cli.desk import desk
    from cli.ledger import import_files
    from cli.moments import day, instant
    from migrations import upgrade

    examples = _examples()
    engine = engine_for(url)
    upgrade(engine)
    make_key(settings())
    founded = start_of(day(IMPORTED_ON))
    with writing(engine) as session:
        found(session, read_office((examples / "office.toml").read_text(encoding="utf-8")), founded)
    with desk() as here:
        import_files(here, [examples / name for name in SAMPLE], founded)
    _open_accounts(engine, founded + timedelta(hours=9))
    with writing(engine) as session:  # last: it marks the demo as complete
        offset = instant(STARTS) - wall()
        session.get_one(Installation, 1).demo_offset_seconds = math.ceil(offset.total_seconds())
    engine.dispose()


def _examples() -> Path:
    """The sample's folder: of this checkout, else of the current directory."""
    for folder in (Path(__file__).resolve().parent.parent / "examples", Path("examples").resolve()):
        if (folder / "ledger.xlsx").exists():
            return folder
    raise NotFound("找不到样例台账 examples/ledger.xlsx，请在源码目录中运行演示。")


def _open_accounts(engine: Engine, at: datetime) -> None:
    from cli.desk import desk

    with desk() as here, here.changing(at) as session:
        leader, specialist = _busiest(session, today(at))
        people = {
            "leader": leader,
            "specialist": specialist,
            "approver": "招商局核定人（演示）",
            "supervision": "督查室值班员（演示）",
        }
        for login in ACCOUNTS:
            create_account(
                session, here.actor(session), at, today(at), login=login, person=people[login], role=login
            )


def _busiest(session: Session, on: date) -> tuple[str, str]:
    """Leader and specialist who share the most overdue tasks: the sample's own people."""
    leads, works = _held(LEADER), _held(SPECIALIST)
    query = (
        select(leads.c.name, works.c.name)
        .join(works, works.c.project_id == leads.c.project_id)
        .join(Task, col(Task.project_id) == leads.c.project_id)
        .where(col(Task.closed_at).is_(None), col(Task.due_on) < on)
        .group_by(leads.c.name, works.c.name)
        .order_by(func.count().desc(), leads.c.name, works.c.name)
        .limit(1)
    )
    leader, specialist = session.execute(query).one()
    return leader, specialist


def _held(slot: str) -> Subquery:
    return (
        select(col(Responsibility.project_id), col(Person.name))
        .join(Person, col(Person.id) == col(Responsibility.person_id))
        .where(col(Responsibility.slot) == slot, col(Responsibility.to_on).is_(None))
        .subquery(slot)
    )


def _tokens(here: "Desk") -> dict[str, str]:
    """Fresh tokens on each start; those of the start before are revoked."""
    with here.changing() as session:
        operator = here.actor(session)
        for login in ACCOUNTS:
            revoke(session, operator, login, now=here.now, wall=here.wall)
        return {
            login: issue(session, operator, login, now=here.now, wall=here.wall).secret for login in ACCOUNTS
        }


def _names(here: "Desk") -> dict[str, str]:
    with here.asking() as session:
        return {login: here.actor(session, login).name for login in ACCOUNTS}
