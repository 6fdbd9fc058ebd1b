"""Promises for the backlog. Rungs fired stand with their task: `states.tasks.tables.Escalation`."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from states.base import SQLModel


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
