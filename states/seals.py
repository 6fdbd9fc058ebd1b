"""Seals over the event log: batches of events hashed with a key that is not in the database."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class Seal(SQLModel, table=True):
    """One batch: `ids` are ranges ("5-9,12"), `mac` covers the batch's rows and the seal before."""

    id: int | None = Field(default=None, primary_key=True)
    prev_id: int = Field(unique=True)
    ids: str = Field(sa_column=Column(Text, nullable=False))
    n: int
    mac: str = Field(max_length=64)
    sealed_at: datetime
