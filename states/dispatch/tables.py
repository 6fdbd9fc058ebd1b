"""Funds received, targets, bulletins."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field

from states.base import SQLModel

BELIEVED = text("superseded_at IS NULL")


class Fund(SQLModel, table=True):
    """到位资金 of a project in a month (`month_on` is its last day) and kind; whole yuan. Corrections are new rows."""

    __table_args__ = (
        Index(
            "uq_fund",
            "project_id",
            "month_on",
            "kind",
            unique=True,
            sqlite_where=BELIEVED,
            postgresql_where=BELIEVED,
        ),
        Index("ix_fund_month", "month_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    month_on: date
    kind: str = Field(default="", max_length=40)
    amount_yuan: int = Field(sa_column=Column(BigInteger, nullable=False))
    known_at: datetime
    superseded_at: datetime | None = None
    event_id: int = Field(foreign_key="event.id")


class Target(SQLModel, table=True):
    """An annual target of a region: `value` in the indicator's own unit (个, or whole yuan)."""

    __table_args__ = (
        Index(
            "uq_target",
            "region_id",
            "year",
            "indicator",
            unique=True,
            sqlite_where=BELIEVED,
            postgresql_where=BELIEVED,
        ),
        CheckConstraint("value >= 0", name="value"),
    )

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id")
    year: int
    indicator: str = Field(max_length=40)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))
    known_at: datetime
    superseded_at: datetime | None = None
    event_id: int = Field(foreign_key="event.id")


class Bulletin(SQLModel, table=True):
    """A published bulletin: its figures and the pair (on, known) they were read at. Never changes."""

    __table_args__ = (Index("uq_bulletin", "period", "scope", "number", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    period: str = Field(max_length=10)
    scope: str = Field(default="", max_length=20)
    number: int = 1
    on: date
    known: datetime
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    input_hash: str = Field(max_length=64)
    corrects_id: int | None = Field(default=None, foreign_key="bulletin.id")
    published_at: datetime
    event_id: int = Field(foreign_key="event.id")
