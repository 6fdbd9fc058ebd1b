"""Everything owed, its deadline history, the rungs it has climbed and what stops its clock."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from states.base import SQLModel

BELIEVED = text("superseded_at IS NULL")
OPEN = text("closed_at IS NULL")
UNLADDERED = text("closed_at IS NULL AND ladder IS NULL")
STANDING = text("voided_by IS NULL")


class Task(SQLModel, table=True):
    """One slot (or unit, or named person) owes one thing by one day.

    `due_on` is what `deadline` says now; `next_rung_on` is NULL whenever nothing will fire (done, suspended,
    report pending, ladder climbed). A 核定 task names its request in `batch` ("request-12"). `rung` is the highest rung fired or recorded in this run.
    """

    __table_args__ = (
        Index(
            "uq_task_project",
            "project_id",
            "kind",
            "batch",
            "run",
            unique=True,
            sqlite_where=text("project_id IS NOT NULL"),
            postgresql_where=text("project_id IS NOT NULL"),
        ),
        Index(
            "uq_task_unit",
            "unit_id",
            "kind",
            "batch",
            "run",
            unique=True,
            sqlite_where=text("project_id IS NULL"),
            postgresql_where=text("project_id IS NULL"),
        ),
        Index(
            "ix_task_next_rung",
            "next_rung_on",
            sqlite_where=text("next_rung_on IS NOT NULL"),
            postgresql_where=text("next_rung_on IS NOT NULL"),
        ),
        Index(
            "ix_task_project_slot", "project_id", "slot", "due_on", sqlite_where=OPEN, postgresql_where=OPEN
        ),
        Index("ix_task_due", "due_on", sqlite_where=OPEN, postgresql_where=OPEN),
        # few rows; with it the fuse counts open climbing tasks without reading the table
        Index("ix_task_unladdered", "kind", sqlite_where=UNLADDERED, postgresql_where=UNLADDERED),
        CheckConstraint(
            "(slot IS NOT NULL AND unit_id IS NULL AND person_id IS NULL)"
            " OR (slot IS NULL AND unit_id IS NOT NULL AND person_id IS NULL)"
            " OR (slot IS NULL AND unit_id IS NULL AND person_id IS NOT NULL)",
            name="one_owner",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int | None = Field(default=None, foreign_key="project.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    slot: str | None = Field(default=None, max_length=20)
    kind: str = Field(max_length=40)
    batch: str = Field(default="", max_length=40)
    run: int = 1
    ladder: str | None = Field(default=None, max_length=20)
    calendar: str = Field(default="cn", max_length=20)
    start_on: date
    opened_on: date
    closed_at: datetime | None = None
    done_on: date | None = None
    outcome: str | None = Field(default=None, max_length=12)
    budget: int | None = None
    unit: str | None = Field(default=None, max_length=10)
    clause: str = Field(max_length=300)
    raw_on: date
    cap_on: date | None = None
    due_on: date
    provisional: bool = False
    backlog: bool = False
    ladder_from_on: date
    rung: str | None = Field(default=None, max_length=10)
    next_rung_on: date | None = None
    version: int = 1


class Deadline(SQLModel, table=True):
    """Every date a task has ever had to meet. Source: contract, extension, pack, suspension, calendar, migration."""

    __table_args__ = (
        Index("uq_deadline", "task_id", unique=True, sqlite_where=BELIEVED, postgresql_where=BELIEVED),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    due_on: date
    source: str = Field(max_length=12)
    clause: str = Field(max_length=300)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    known_at: datetime
    superseded_at: datetime | None = None
    event_id: int = Field(foreign_key="event.id")


class Escalation(SQLModel, table=True):
    """A rung of a task's run: fired (announced) or recorded as passed (补记). Once a run."""

    __table_args__ = (
        Index(
            "uq_escalation", "task_id", "rung", unique=True, sqlite_where=STANDING, postgresql_where=STANDING
        ),
        Index("ix_escalation_fired", "fired_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    rung: str = Field(max_length=10)
    earned_on: date
    due_on: date
    fired_on: date
    recorded: bool = False
    caught_up: bool = False
    clause: str = Field(max_length=300)
    event_id: int = Field(foreign_key="event.id")
    voided_by: int | None = Field(default=None, foreign_key="event.id")


class Suspension(SQLModel, table=True):
    """Days on which a project's step is stopped; half open (`to_on` = the day after the last), NULL = still."""

    __table_args__ = (Index("ix_suspension_project", "project_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    kind: str = Field(max_length=40)
    from_on: date
    to_on: date | None = None
    cause: str = Field(max_length=20)
    request_id: int | None = Field(default=None, foreign_key="request.id")
    known_at: datetime
    superseded_at: datetime | None = None
    event_id: int = Field(foreign_key="event.id")


class CalendarDay(SQLModel, table=True):
    """One day of a calendar; `workday_no` counts the working days up to and including it."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        Index(
            "uq_calendar_workday_no",
            "calendar",
            "workday_no",
            unique=True,
            sqlite_where=text("workday"),
            postgresql_where=text("workday"),
        ),
    )

    calendar: str = Field(primary_key=True, max_length=20)
    on: date = Field(primary_key=True)
    workday_no: int
    workday: bool
    confirmed: bool


class Disposal(SQLModel, table=True):
    """分类处置表: a backlog task's class and promised date; two promises at most, the first stays visible."""

    __table_args__ = (
        Index("uq_disposal", "task_id", "round", unique=True),
        CheckConstraint("round IN (1, 2)", name="round"),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    round: int = 1
    class_: str = Field(max_length=10, sa_column_kwargs={"name": "class"})
    promised_on: date
    request_id: int = Field(foreign_key="request.id")
    event_id: int = Field(foreign_key="event.id")
