"""Which run of which flow is done, by whom, and what it did. For edges only: the Period row decides, not a trigger."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from states.base import SQLModel

HEARTBEAT_LATE = timedelta(
    minutes=3
)  # it beats once a minute; doctor and health agree from when on it is late


class Installation(SQLModel, table=True):
    """One row: this database as an installation. Business time = wall clock + `demo_offset_seconds`."""

    id: int = Field(default=1, primary_key=True)
    uid: str = Field(max_length=36)
    epoch: int = 1
    office_id: int = Field(foreign_key="region.id")
    operator_id: int = Field(foreign_key="account.id")
    demo_offset_seconds: int = 0
    held_since: datetime | None = None
    held_why: str | None = Field(default=None, max_length=300)
    heartbeat_at: datetime | None = None
    heartbeat_by: str | None = Field(default=None, max_length=60)

    @property
    def offset(self) -> timedelta:
        """What the demo adds to the wall clock."""
        return timedelta(seconds=self.demo_offset_seconds)


class Period(SQLModel, table=True):
    """One period of one flow: claimed by an owner with a lease and a fencing number; done when `outcome` is set."""

    __table_args__ = (Index("uq_period", "flow", "period", "scope", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    flow: str = Field(max_length=40)
    period: str = Field(max_length=20)
    scope: str = Field(default="", max_length=40)
    owner: str | None = Field(default=None, max_length=60)
    lease_until: datetime | None = None
    fence: int = 0
    started_at: datetime
    finished_at: datetime | None = None
    late: bool = False
    fired: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    held_at: datetime | None = None
    released_by: int | None = Field(default=None, foreign_key="account.id")
    outcome: str | None = Field(default=None, max_length=12)
