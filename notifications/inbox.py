"""The inbox: the record of who was told what. Each reads and signs (签收) only what is theirs.

A unit's 收件 box is read by the accounts whose person belongs to the unit; the boxes of 督查室, 招商局 also by
who holds the role supervision or approver over a region that has the box's region under it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlmodel import Session, col

from notifications.messages import texts
from notifications.recipients import BUREAU_KIND, SUPERVISION_KIND
from notifications.tables import Notification
from states.errors import Malformed, NotFound
from states.events import record
from states.people.actor import Actor
from states.people.directory import MAILBOX
from states.people.tables import Person, RegionClosure, Unit

MOST = 200
BOX_OF_ROLE = {"supervision": SUPERVISION_KIND, "approver": BUREAU_KIND}


@dataclass(frozen=True, slots=True)
class Item:
    """One notification as its reader sees it. `to` is the reader or the box it came to."""

    id: int
    event_id: int
    project_id: int | None
    to: str
    why: str
    subject: str
    text: str
    created_at: datetime
    read_at: datetime | None
    acked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `cursor` asks for the next page; None at the end. `unread` counts all of the actor's unread."""

    items: tuple[Item, ...]
    cursor: int | None
    unread: int


def inbox(
    session: Session,
    actor: Actor,
    *,
    public_url: str,
    unread_only: bool = False,
    cursor: int | None = None,
    limit: int = 50,
) -> Page:
    """The actor's notifications and those of the boxes that the actor reads."""
    if not 1 <= limit <= MOST:
        raise Malformed(f"每页条数应在 1 至 {MOST} 之间。")
    mine = own(actor)
    unread = and_(mine, col(Notification.read_at).is_(None))
    query = (
        select(Notification, col(Person.name))
        .join(Person, col(Person.id) == col(Notification.person_id))
        .where(unread if unread_only else mine, *([col(Notification.id) < cursor] if cursor else []))
        .order_by(col(Notification.id).desc())
        .limit(limit + 1)
    )
    rows = session.execute(query).all()
    shown = texts(session, [row.event_id for row, _ in rows[:limit]], public_url)
    items = tuple(_item(row, name, shown) for row, name in rows[:limit])
    count = session.execute(select(func.count()).where(unread)).scalar_one()
    return Page(items, items[-1].id if len(rows) > limit else None, count)


def _item(row: Notification, name: str, shown: Any) -> Item:
    assert row.id is not None
    told = shown[row.event_id]
    return Item(
        row.id,
        row.event_id,
        told.project_id,
        name,
        row.why,
        told.subject,
        told.text,
        row.created_at,
        row.read_at,
        row.acked_at,
    )


def own(actor: Actor) -> ColumnElement[bool]:
    """A WHERE clause over notification: the actor's own and the actor's boxes."""
    return or_(col(Notification.person_id) == actor.person_id, col(Notification.person_id).in_(_boxes(actor)))


def _boxes(actor: Actor) -> Any:
    unit_of_actor = select(col(Person.unit_id)).where(col(Person.id) == actor.person_id).scalar_subquery()
    readable = [col(Person.unit_id) == unit_of_actor]
    for role, kind in BOX_OF_ROLE.items():
        regions = actor.regions(role)
        if regions:
            under = select(col(RegionClosure.descendant_id)).where(
                col(RegionClosure.ancestor_id).in_(regions)
            )
            units = select(col(Unit.id)).where(col(Unit.kind) == kind, col(Unit.region_id).in_(under))
            readable.append(col(Person.unit_id).in_(units))
    return select(col(Person.id)).where(col(Person.kind) == MAILBOX, or_(*readable))


def read(session: Session, actor: Actor, now: datetime, notification_id: int) -> None:
    """Mark as read; the first time counts. NotFound for what is not the actor's."""
    _own_one(session, actor, notification_id)
    session.execute(
        update(Notification)
        .where(col(Notification.id) == notification_id, col(Notification.read_at).is_(None))
        .values(read_at=now)
    )


def acknowledge(session: Session, actor: Actor, now: datetime, notification_id: int) -> None:
    """签收: on record with who did it; the first time counts, again changes nothing. Reads it too."""
    found = _own_one(session, actor, notification_id)
    read(session, actor, now, notification_id)
    changed: Any = session.execute(
        update(Notification)
        .where(col(Notification.id) == notification_id, col(Notification.acked_at).is_(None))
        .values(acked_at=now)
    )
    if changed.rowcount == 1:
        record(
            session,
            "notification_acknowledged",
            actor_id=actor.account_id,
            at=now,
            notification=notification_id,
            event=found,
        )


def _own_one(session: Session, actor: Actor, notification_id: int) -> int:
    query = select(col(Notification.event_id)).where(col(Notification.id) == notification_id, own(actor))
    event_id = session.execute(query).scalar()
    if event_id is None:
        raise NotFound("没有这条通知，或不是发给您的。")
    return int(event_id)
