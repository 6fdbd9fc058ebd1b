"""The append-only log of facts. Recorded with the change, in its transaction; nothing calls back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlalchemy.orm import Session as SASession
from sqlmodel import Field, Session

from states.base import SQLModel


class Event(SQLModel, table=True):
    """One fact. `kind` is past tense; `facts` hold ids, never names. No update or delete, ever (triggers)."""

    __table_args__ = (Index("ix_event_project_id_id", "project_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    project_id: int | None = None
    task_id: int | None = None
    kind: str = Field(max_length=60)
    actor_id: int
    on_behalf_of: int | None = None
    occurred_on: date | None = None
    at: datetime
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Unsealed(SQLModel, table=True):
    """Inserted with the event; the heartbeat seals and deletes. An event in neither place is an intruder."""

    event_id: int = Field(primary_key=True, foreign_key="event.id")


def record(
    session: Session | SASession,
    kind: str,
    *,
    actor_id: int,
    at: datetime,
    project_id: int | None = None,
    task_id: int | None = None,
    occurred_on: date | None = None,
    on_behalf_of: int | None = None,
    **facts: Any,
) -> int:
    """Write one fact and return its id. The edge's transaction announces it before the commit."""
    event = Event(
        kind=kind,
        actor_id=actor_id,
        at=at,
        project_id=project_id,
        task_id=task_id,
        occurred_on=occurred_on,
        on_behalf_of=on_behalf_of,
        facts=facts,
    )
    session.add(event)
    session.flush()
    assert event.id is not None
    session.add(Unsealed(event_id=event.id))
    recorded(session).append(event.id)
    return event.id


def recorded(session: Session | SASession) -> list[int]:
    """Ids of the events recorded in this session's transaction; bulk writers use `recorded_ranges`."""
    ids: list[int] = session.info.setdefault("recorded", [])
    return ids


def recorded_ranges(session: Session | SASession) -> list[tuple[int, int]]:
    """First and last ids of runs of events that a bulk writer recorded in this session's transaction."""
    ranges: list[tuple[int, int]] = session.info.setdefault("recorded_ranges", [])
    return ranges
