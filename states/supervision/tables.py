"""Rungs fired, and promises for the backlog."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

STANDING = text("voided_by IS NULL")


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
