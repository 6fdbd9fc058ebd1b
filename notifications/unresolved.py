"""Deliveries that a person must look at: dead (surely not arrived) and uncertain (perhaps arrived)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlmodel import Session, col

from notifications.tables import Attempt, Delivery
from states.errors import Malformed, NotAllowedNow, NotFound
from states.events import record
from states.people.actor import Actor
from states.people.rights import require
from states.people.tables import Person

STATES = {"dead": "未送达", "uncertain": "不明（可能已送达）"}


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One such delivery, with the last attempt's outcome."""

    id: int
    channel: str
    key: str
    person_id: int
    name: str
    state: str
    tries: int
    due_at: datetime
    outcome: str | None


def undelivered(session: Session, limit: int = 200) -> list[Undelivered]:
    """Dead and uncertain deliveries, oldest first."""
    last = (
        select(col(Attempt.outcome))
        .where(col(Attempt.delivery_id) == col(Delivery.id))
        .order_by(col(Attempt.id).desc())
        .limit(1)
        .correlate(Delivery)
        .scalar_subquery()
    )
    query = (
        select(
            col(Delivery.id),
            col(Delivery.channel),
            col(Delivery.key),
            col(Delivery.person_id),
            col(Person.name),
            col(Delivery.state),
            col(Delivery.tries),
            col(Delivery.due_at),
            last,
        )
        .join(Person, col(Person.id) == col(Delivery.person_id))
        .where(col(Delivery.state).in_(STATES))
        .order_by(col(Delivery.id))
        .limit(limit)
    )
    return [Undelivered(*row) for row in session.execute(query)]


def resolve(
    session: Session, actor: Actor, now: datetime, delivery_id: int, how: Literal["resend", "done"]
) -> None:
    """A person's decision: send it again from the start, or it has arrived by other means. On record.

    Forbidden without the right `release`; NotFound; NotAllowedNow when it waits for no decision any more.
    """
    require(actor, "release")
    if how not in ("resend", "done"):
        raise Malformed("处理方式应为 resend（重发）或 done（已送达，结案）。")
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound(f"没有编号为 {delivery_id} 的发送记录。")
    values = {"state": "queued", "tries": 0, "due_at": now} if how == "resend" else {"state": "sent"}
    changed = session.execute(
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.state).in_(STATES))
        .values(lease_until=None, **values)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise NotAllowedNow("该条发送记录不在待处理之列，可能已由他人处理。")
    record(session, "delivery_resolved", actor_id=actor.account_id, at=now, delivery=delivery_id, how=how)
