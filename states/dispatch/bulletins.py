"""A month's bulletin: a draft computed when asked, or the published one, which never changes."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from states.dispatch.indicators import figures
from states.dispatch.inputs import input_hash
from states.dispatch.reach import Reach, reach_of, reach_over, reading_of
from states.dispatch.spans import Span, span_of
from states.dispatch.tables import Bulletin as Row
from states.errors import NotAllowedNow
from states.events import record
from states.instants import day_of
from states.people.actor import Actor
from states.people.rights import require


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin as read. Only a published one has a number, an instant of publication and the hash of its inputs."""

    period: str
    status: Literal["draft", "published"]
    figures: dict[str, Any]
    number: int | None = None
    published_at: datetime | None = None
    input_hash: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The figures with `status`, `number`, `published_at`, `input_hash`; what the documents are made from."""
        at = self.published_at
        return {
            "status": self.status,
            "number": self.number,
            "published_at": at.astimezone(UTC).isoformat() if at else None,
            "published_on": day_of(at).isoformat() if at else None,
            "input_hash": self.input_hash,
            **deepcopy(self.figures),
        }


def bulletin(session: Session, actor: Actor, period: str, known: datetime) -> Bulletin:
    """The bulletin of the actor's region as it stood at an instant: published by then, else a draft.

    Malformed for a bad period, NotAllowedNow for a month that has not begun, Forbidden without the right.
    """
    require(actor, "see_bulletin")
    span = span_of(period, known)
    reach = reach_of(session, actor, known)
    if (row := _published(session, span, reach.scope)) is not None and row.published_at <= known:
        return _of(row)
    return Bulletin(span.period, "draft", figures(session, span, known, reach).body)


def publish(session: Session, actor: Actor, now: datetime, period: str) -> Bulletin:
    """Freeze the figures as known now. NotAllowedNow before the period's end, and where one is published already."""
    require(actor, "publish")
    span = span_of(period, now)
    if not span.ended:
        raise NotAllowedNow(f"{span.year}年{span.month}月尚未结束（未满期），只能查看草稿，不能发布。")
    reach = reach_of(session, actor, now, "publish")
    if reach.scope is None:
        raise NotAllowedNow(
            f"“{actor.name}”的权限跨多个属地，无法确定发布哪一级的通报，请用单一属地的账号发布。"
        )
    if (row := _published(session, span, reach.scope)) is not None:
        raise _again(row)
    return _of(_freeze(session, actor, now, span, reach))


def _freeze(session: Session, actor: Actor, now: datetime, span: Span, reach: Reach) -> Row:
    hashed = input_hash(session, reading_of(session, span, now, reach), reach)
    body = figures(session, span, now, reach).body
    try:
        with session.begin_nested():
            event_id = record(
                session,
                "bulletin_published",
                actor_id=actor.account_id,
                at=now,
                occurred_on=day_of(now),
                period=span.period,
                scope=reach.scope,
                number=1,
                input_hash=hashed,
            )
            row = Row(
                period=span.period,
                scope=reach.scope or "",
                number=1,
                on=span.on,
                known=now,
                figures=body,
                input_hash=hashed,
                published_at=now,
                event_id=event_id,
            )
            session.add(row)
            session.flush()
    except IntegrityError as error:  # another session published it between our look and our write
        raise NotAllowedNow(f"{span.year}年{span.month}月的通报刚刚已由他人发布，不能重复发布。") from error
    return row


def proved(session: Session, row: Row) -> bool:
    """Whether a published bulletin still follows from history: same inputs, same figures, at its own (on, known)."""
    reach = reach_over(session, row.scope)
    span = span_of(row.period, row.known)
    if row.input_hash != input_hash(session, reading_of(session, span, row.known, reach), reach):
        return False
    return bool(figures(session, span, row.known, reach).body == row.figures)


def _published(session: Session, span: Span, scope: str | None) -> Row | None:
    """The latest number of the period; a scope of None (no one region) has none."""
    if scope is None:
        return None
    query = (
        select(Row)
        .where(col(Row.period) == span.period, col(Row.scope) == scope)
        .order_by(col(Row.number).desc())
        .limit(1)
    )
    return session.execute(query).scalar()


def _of(row: Row) -> Bulletin:
    return Bulletin(row.period, "published", row.figures, row.number, row.published_at, row.input_hash)


def _again(row: Row) -> NotAllowedNow:
    on = day_of(row.published_at)
    return NotAllowedNow(
        f"{row.period}的通报已于{on.year}年{on.month}月{on.day}日发布，内容不再改变；此后核定的数据计入以后各期（补报）。",
        number=row.number,
    )
