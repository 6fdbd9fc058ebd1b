"""Everything asked: one person asks with evidence, another decides."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from states.base import SQLModel


class Request(SQLModel, table=True):
    """A report, an off-ramp, a suspension, an extension. `outcome` NULL while it waits."""

    __table_args__ = (
        Index(
            "uq_request_open",
            "task_id",
            "kind",
            unique=True,
            sqlite_where=text("outcome IS NULL AND task_id IS NOT NULL"),
            postgresql_where=text("outcome IS NULL AND task_id IS NOT NULL"),
        ),
        Index("ix_request_project", "project_id"),
        CheckConstraint(
            "via IN ('import','none') OR decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"
        ),
        CheckConstraint("outcome IS NULL OR outcome IN ('approved','returned','withdrawn')", name="outcome"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    project_id: int | None = Field(default=None, foreign_key="project.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")
    trigger: str = Field(max_length=60)
    evidence: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    occurred_on: date
    precision: str = Field(default="day", max_length=5)
    requested_by: int = Field(foreign_key="account.id")
    requested_at: datetime
    endorsed_by: int | None = Field(default=None, foreign_key="account.id")
    endorsed_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    decided_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=12)
    reason: str | None = Field(default=None, max_length=1000)
    via: str = Field(default="request", max_length=10)
    version: int = 1
