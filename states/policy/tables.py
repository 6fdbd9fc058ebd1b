"""Activated packs. Immutable once activated; projects pin theirs."""

from datetime import date, datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field

from states.base import SQLModel


class PolicyPack(SQLModel, table=True):
    """A pack as activated: its text and the hash of it."""

    __tablename__ = "policy_pack"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=40)
    version: int
    sha256: str = Field(max_length=64)
    body: str = Field(sa_column=Column(Text, nullable=False))
    effective_on: date
    activated_at: datetime
    event_id: int = Field(foreign_key="event.id")
