"""The inbox (the record of what was announced) and what leaves the machine."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from states.base import SQLModel


class Notification(SQLModel, table=True):
    """One event announced to one person, once. Texts are rendered when read or sent."""

    __table_args__ = (
        Index("uq_notification", "event_id", "person_id", unique=True),
        Index(
            "ix_notification_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    person_id: int = Field(foreign_key="person.id")
    why: str = Field(default="", max_length=20)
    created_at: datetime
    read_at: datetime | None = None
    acked_at: datetime | None = None
    delivery_key: str | None = Field(default=None, max_length=80, index=True)


class Delivery(SQLModel, table=True):
    """One message over one channel to one person: one notification, or a day's digest. `key` forbids a second."""

    __table_args__ = (
        Index("uq_delivery", "channel", "key", unique=True),
        Index(
            "ix_delivery_due",
            "due_at",
            sqlite_where=text("state IN ('queued','attempting')"),
            postgresql_where=text("state IN ('queued','attempting')"),
        ),
        CheckConstraint("state IN ('queued','attempting','sent','uncertain','dead')", name="state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    key: str = Field(max_length=80)
    person_id: int = Field(foreign_key="person.id")
    due_at: datetime
    state: str = Field(default="queued", max_length=12)
    tries: int = 0
    lease_until: datetime | None = None


class Attempt(SQLModel, table=True):
    """Journalled before the message leaves; an attempt without an end is what makes a delivery uncertain."""

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id", index=True)
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = Field(default=None, max_length=200)
