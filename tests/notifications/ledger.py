"""A project with its step, and a rung fired on it: the smallest story that is told to somebody."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from states.events import record
from states.founding import installation_of
from states.people.directory import add_unit
from states.people.tables import Person, Region, Responsibility, Unit
from states.policy.active import current_pack
from states.projects.tables import Project, ProjectRevision
from states.tasks.tables import Task

SWEPT_AT = datetime(2018, 7, 2, 0, 30, tzinfo=UTC)  # Monday 2018-07-02 08:30 Asia/Shanghai
DUE_ON = date(2018, 6, 29)


@dataclass
class Story:
    """Writes the rows of a small office's day."""

    session: Session
    at: datetime = SWEPT_AT

    @property
    def operator(self) -> int:
        return installation_of(self.session).operator_id

    def region(self, name: str = "嘉鱼县") -> int:
        return self.session.scalars(select(col(Region.id)).where(col(Region.name) == name)).one() or 0

    def person(self, name: str, email: str | None = None, unit_id: int | None = None) -> int:
        return self._id(Person(name=name, email=email, unit_id=unit_id))

    def unit(self, name: str = "嘉鱼县经信局", locality: str = "嘉鱼县") -> int:
        found = self.session.scalars(select(col(Unit.id)).where(col(Unit.name) == name)).first()
        if found is not None:
            return found
        return (
            add_unit(self.session, name=name, kind="部门", region_id=self.region(locality), confirmed=True).id
            or 0
        )

    def mailbox(self, unit: str, email: str | None = None) -> int:
        person = self.session.scalars(select(Person).where(col(Person.name) == f"{unit}（收件）")).one()
        if email:
            person.email = email
            self.session.flush()
        return person.id or 0

    def project(
        self, name: str = "光电产业园", locality: str = "嘉鱼县", amount_yuan: int = 200_000_000
    ) -> int:
        pack_id, _ = current_pack(self.session, self.at.date())
        place = self.region(locality)
        project = self._id(Project(pack_id=pack_id, stage="signed", locality_id=place))
        event = record(
            self.session, "project_created", actor_id=self.operator, at=self.at, project_id=project
        )
        self._id(
            ProjectRevision(
                project_id=project,
                name=name,
                locality_id=place,
                amount_yuan=amount_yuan,
                from_on=date(2018, 4, 30),
                known_at=self.at,
                event_id=event,
            )
        )
        return project

    def holder(
        self,
        project: int,
        slot: str,
        *,
        person: int | None = None,
        unit: int | None = None,
        from_on: date = date(2018, 1, 1),
        to_on: date | None = None,
    ) -> None:
        event = record(self.session, "slot_filled", actor_id=self.operator, at=self.at, project_id=project)
        self._id(
            Responsibility(
                project_id=project,
                slot=slot,
                person_id=person,
                unit_id=unit,
                from_on=from_on,
                to_on=to_on,
                event_id=event,
            )
        )

    def task(self, project: int, kind: str = "registered") -> int:
        return self._id(
            Task(
                project_id=project,
                slot="responsible_unit",
                kind=kind,
                ladder="order",
                start_on=date(2018, 4, 30),
                opened_on=date(2018, 4, 30),
                clause="第8条第3项[待确认]",
                raw_on=DUE_ON,
                due_on=DUE_ON,
                ladder_from_on=DUE_ON,
            )
        )

    def fired(self, project: int, rung: str, task: int | None = None, late: int = 3) -> int:
        task = self.task(project) if task is None else task
        return record(
            self.session,
            "rung_fired",
            actor_id=self.operator,
            at=self.at,
            project_id=project,
            task_id=task,
            task=task,
            rung=rung,
            due_on=DUE_ON.isoformat(),
            earned_on="2018-07-02",
            clause="第12条第2项",
            days_late=late,
        )

    def _id(self, row: Person | Unit | Project | ProjectRevision | Responsibility | Task) -> int:
        self.session.add(row)
        self.session.flush()
        assert row.id is not None
        return row.id
