"""Facts put straight into the tables, so that figures are tested against rows that the test itself wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, select

from states.dispatch.tables import Fund, Target
from states.events import record
from states.instants import start_of
from states.people.actor import Actor, actor_by_login
from states.people.tables import Account, Person, Region, RoleGrant
from states.policy.tables import PolicyPack
from states.projects.tables import Milestone, Project, ProjectRevision

KNOWN = start_of(date(2018, 6, 30))


@dataclass
class Book:
    """Writes projects, milestones, funds and targets; remembers the regions."""

    session: Session
    known: datetime = KNOWN
    pack_id: int | None = None
    regions: dict[str, int] = field(default_factory=dict)
    event_id: int = 0
    next_id: int = 1
    kept: dict[Any, list[dict[str, Any]]] | None = None

    def __post_init__(self) -> None:
        rows = self.session.exec(select(Region)).all()
        self.regions = {row.name: row.id for row in rows if row.id is not None}
        self.pack_id = self.pack_id or self.session.exec(select(PolicyPack.id)).first()
        self.event_id = record(self.session, "noted", actor_id=1, at=self.known)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Rows are kept until the block ends, then written a table at a time."""
        self.next_id = self._free_id()
        self.kept = {}
        yield
        for table, rows in self.kept.items():
            self.session.execute(insert(table), rows)
        self.kept = None

    def _free_id(self) -> int:
        return (self.session.exec(select(func.max(Project.id))).one() or 0) + 1

    def write(self, table: Any, **row: Any) -> None:
        if self.kept is not None:
            self.kept.setdefault(table, []).append(row)
        else:
            self.session.execute(insert(table).values(**row))

    def project(self, name: str, where: str, yuan: int, kind: str | None = "工业", **reached: date) -> int:
        """A project with the milestones it has reached; the revision holds from the first of them on."""
        project_id = self._free_id() if self.kept is None else self.next_id
        self.next_id = project_id + 1
        where_id = self.regions[where]
        self.write(
            Project,
            id=project_id,
            pack_id=self.pack_id,
            stage="signed",
            standing="active",
            locality_id=where_id,
            version=1,
        )
        first = min(reached.values(), default=date(2018, 1, 1))
        self.revise(project_id, name, where, yuan, kind, first)
        for key, on in reached.items():
            self.milestone(project_id, key, on)
        return project_id

    def revise(
        self, project_id: int, name: str, where: str, yuan: int, kind: str | None, from_on: date
    ) -> None:
        self.write(
            ProjectRevision,
            project_id=project_id,
            name=name,
            locality_id=self.regions[where],
            amount_yuan=yuan,
            kind=kind,
            attributes={},
            from_on=from_on,
            known_at=self.known,
            event_id=self.event_id,
        )

    def milestone(self, project_id: int, kind: str, on: date, **more: Any) -> None:
        self.write(
            Milestone,
            **{
                "project_id": project_id,
                "kind": kind,
                "occurred_on": on,
                "reported_at": self.known,
                "known_at": self.known,
                "evidence": {},
                "event_id": self.event_id,
                **more,
            },
        )

    def fund(self, project_id: int, month_on: date, yuan: int, kind: str = "") -> None:
        self.write(
            Fund,
            project_id=project_id,
            month_on=month_on,
            kind=kind,
            amount_yuan=yuan,
            known_at=self.known,
            event_id=self.event_id,
        )

    def target(self, where: str, year: int, indicator: str, value: int) -> None:
        self.write(
            Target,
            region_id=self.regions[where],
            year=year,
            indicator=indicator,
            value=value,
            known_at=self.known,
            event_id=self.event_id,
        )

    def actor(self, login: str, role: str, where: str) -> Actor:
        """An account with one role over a region."""
        person = Person(name=login, region_id=self.regions[where])
        self.session.add(person)
        self.session.flush()
        assert person.id is not None
        account = Account(login=login, person_id=person.id)
        self.session.add(account)
        self.session.flush()
        assert account.id is not None
        grant = RoleGrant(
            account_id=account.id, role=role, region_id=self.regions[where], from_on=date(2018, 1, 1)
        )
        self.session.add(grant)
        self.session.flush()
        return actor_by_login(self.session, login, date(2018, 6, 30))


def operator(session: Session) -> Actor:
    """The office's operator, who reads everything."""
    return actor_by_login(session, "operator", date(2018, 6, 30))
