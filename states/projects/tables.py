"""What is known of projects. World axis: from_on, to_on. Knowledge axis: known_at, superseded_at, event_id."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from states.base import SQLModel

BELIEVED = text("superseded_at IS NULL")


class Project(SQLModel, table=True):
    """The present, kept by the transaction that changes history. `version` is what If-Match is checked against."""

    __table_args__ = (
        Index("ix_project_locality_stage", "locality_id", "stage"),
        CheckConstraint("standing IN ('active','suspended','terminated','replaced')", name="standing"),
    )

    id: int | None = Field(default=None, primary_key=True)
    pack_id: int = Field(foreign_key="policy_pack.id")
    stage: str = Field(max_length=40)
    standing: str = Field(default="active", max_length=12)
    locality_id: int = Field(foreign_key="region.id")
    parent_id: int | None = Field(default=None, foreign_key="project.id")
    relation: str | None = Field(default=None, max_length=12)
    replaces_id: int | None = Field(default=None, foreign_key="project.id")
    imported_on: date | None = None
    version: int = 1


class ProjectRevision(SQLModel, table=True):
    """One rectangle of (world × knowledge). Money is whole yuan."""

    __tablename__ = "project_revision"
    __table_args__ = (
        Index("ix_revision_project", "project_id"),
        Index("ix_revision_locality", "locality_id"),
        Index(
            "uq_revision_from",
            "project_id",
            "from_on",
            unique=True,
            sqlite_where=BELIEVED,
            postgresql_where=BELIEVED,
        ),
        Index(
            "uq_revision_contract_no",
            "contract_no",
            unique=True,
            sqlite_where=text("superseded_at IS NULL AND to_on IS NULL AND contract_no IS NOT NULL"),
            postgresql_where=text("superseded_at IS NULL AND to_on IS NULL AND contract_no IS NOT NULL"),
        ),
        CheckConstraint("amount_yuan >= 0", name="amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    name: str = Field(max_length=500)
    locality_id: int = Field(foreign_key="region.id")
    amount_yuan: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str | None = Field(default=None, max_length=20)
    industry: str | None = Field(default=None, max_length=60)
    land: str | None = Field(default=None, max_length=20)
    contract_no: str | None = Field(default=None, max_length=100)
    credit_code: str | None = Field(default=None, max_length=18)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    standing: str = Field(default="active", max_length=12)
    from_on: date
    to_on: date | None = None
    known_at: datetime
    superseded_at: datetime | None = None
    event_id: int = Field(foreign_key="event.id")


class Investor(SQLModel, table=True):
    """Who invests; names are as the ledger writes them."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200, unique=True)
    credit_code: str | None = Field(default=None, max_length=18)
    origin: str | None = Field(default=None, max_length=60)


class ProjectInvestor(SQLModel, table=True):
    """Which investors stand behind a project."""

    __tablename__ = "project_investor"

    project_id: int = Field(primary_key=True, foreign_key="project.id")
    investor_id: int = Field(primary_key=True, foreign_key="investor.id")


class Milestone(SQLModel, table=True):
    """A stage or sub-milestone reached: three dates. `known_at` is the instant of 核定 (approved_at)."""

    __table_args__ = (
        Index(
            "uq_milestone",
            "project_id",
            "kind",
            unique=True,
            sqlite_where=BELIEVED,
            postgresql_where=BELIEVED,
        ),
        Index("ix_milestone_kind_occurred", "kind", "occurred_on"),
        Index("ix_milestone_known", "known_at"),
        Index(
            "ix_milestone_superseded",
            "superseded_at",
            sqlite_where=text("superseded_at IS NOT NULL"),
            postgresql_where=text("superseded_at IS NOT NULL"),
        ),
        CheckConstraint("precision IN ('day','month')", name="precision"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    kind: str = Field(max_length=40)
    run: int = 1
    occurred_on: date
    precision: str = Field(default="day", max_length=5)
    reported_at: datetime
    known_at: datetime
    superseded_at: datetime | None = None
    superseded_why: str | None = Field(default=None, max_length=12)
    evidence: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    request_id: int | None = Field(default=None, foreign_key="request.id")
    event_id: int = Field(foreign_key="event.id")


class Gap(SQLModel, table=True):
    """待补: evidence or a fact that the source had no column for. Stays until filled."""

    __table_args__ = (UniqueConstraint("project_id", "milestone", "field"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    milestone: str = Field(max_length=40)
    field: str = Field(max_length=40)
    noted_at: datetime
    filled_at: datetime | None = None
