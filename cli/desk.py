"""Where a command works: the database, the clock read once, who acts, and the seal before it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from states.clock import today, wall
from states.db import engine_for, reading
from states.founding import OPERATOR, installation_of
from states.keyfile import seal_key
from states.people.actor import Actor, actor_by_login
from states.periods import Installation
from states.sealing import seal_all
from states.settings import settings


@dataclass(frozen=True, slots=True)
class Desk:
    """An opened database. `now` is business time (wall clock + demo offset), read once a command."""

    engine: Engine
    office: Installation
    wall: datetime
    now: datetime

    @property
    def today(self) -> date:
        """The business date; actors' grants are resolved on it, whatever --as-of says."""
        return today(self.now)

    def actor(self, session: Session, login: str | None = None) -> Actor:
        """Who acts: the login given, else the office's operator account."""
        return actor_by_login(session, login or OPERATOR, self.today)

    @contextmanager
    def asking(self) -> Iterator[Session]:
        """A session for questions."""
        with reading(self.engine) as session:
            yield session

    @contextmanager
    def changing(self, at: datetime | None = None) -> Iterator[Session]:
        """One transaction, announced with its commit and sealed after it; `at`: the instant it happens, else now."""
        from notifications import transaction

        key = seal_key(settings())
        with transaction(self.engine, at or self.now) as session:
            yield session
        seal_all(self.engine, key, at or self.now)


@contextmanager
def desk() -> Iterator[Desk]:
    """Open the database of ZLF_DATABASE_URL. NotAllowedNow before `zlf init --office`."""
    engine = engine_for(settings().database_url)
    try:
        with reading(engine) as session:
            office = installation_of(session)
            session.expunge(office)
        instant = wall()
        yield Desk(engine, office, instant, instant + office.offset)
    finally:
        engine.dispose()
