"""What the edge itself keeps."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field

from states.base import SQLModel


class IdempotencyKey(SQLModel, table=True):
    """The answer to a POST, kept in the transaction that did its work. `created_at` is wall time."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        Index("uq_idempotency_key", "account_id", "key", unique=True),
        Index("ix_idempotency_key_created", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    key: str = Field(max_length=128)
    request_sha256: str = Field(max_length=64)
    status: int | None = None
    headers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    body: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    created_at: datetime
