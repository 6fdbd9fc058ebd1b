"""What leaves the machine. Each attempt is journalled before the message goes; sending holds no transaction.

An attempt that began and never ended (the process was killed) makes its delivery `uncertain`: it may have arrived,
so a person decides. Nothing is sent twice by itself, nothing is lost without a mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, exists, func, select, update
from sqlmodel import Session, col

from notifications.channels import Channel, Message, Outcome
from notifications.hours import is_open, next_opening, opening
from notifications.letters import letter
from notifications.tables import Attempt, Delivery
from states.clock import today
from states.db import reading, writing
from states.periods import Installation, Period
from states.policy.active import current_pack
from states.policy.schema import Hours
from states.workdays import Calendar

LEASE = timedelta(seconds=60)
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
SWEEP = "overdue_escalation"
DIGESTS_WAIT_AT_MOST = timedelta(minutes=30)


@dataclass(slots=True)
class Pumped:
    """What one call did. `unconfigured`: due messages by channel that nobody has set up; they wait, unattempted."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    uncertain: int = 0
    unconfigured: dict[str, int] = field(default_factory=dict)
    closed: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery this process sends now, and the journal's row of this attempt."""

    id: int
    attempt_id: int
    channel: str
    key: str
    person_id: int
    tries: int
    lease_until: datetime


def pump(
    engine: Engine,
    now: datetime,
    channels: Mapping[str, Channel],
    limit: int = 500,
    *,
    wall: datetime,
    public_url: str,
) -> Pumped:
    """Send what is due, at most `limit` messages. `now`: business time (hours, due, back-off); `wall`: leases, journal.

    Outside the pack's hours and while the installation is on HOLD nothing leaves.
    """
    done = Pumped(uncertain=_give_up_interrupted(engine, wall))
    with reading(engine) as session:
        installation = session.get(Installation, 1)
        if installation is None or installation.held_since is not None:
            done.held = installation is not None
            return done
        hours = current_pack(session, today(now))[1].hours
        if not is_open(now, hours, Calendar.national()):
            done.closed = True
            return done
        ready = _ready(session, now, wall, hours)
        done.unconfigured = _unconfigured(session, ready, channels)
        due = _due(session, ready, channels, limit)
    for delivery_id in due:
        _deliver(engine, now, wall, channels, delivery_id, public_url, hours, done)
    return done


def _give_up_interrupted(engine: Engine, wall: datetime) -> int:
    expired = and_(col(Delivery.state) == "attempting", col(Delivery.lease_until) < wall)
    with reading(engine) as session:
        if session.execute(select(exists().where(expired))).scalar() is not True:
            return 0
    with writing(engine) as session:
        changed: Any = session.execute(
            update(Delivery).where(expired).values(state="uncertain", lease_until=None)
        )
        return int(changed.rowcount)


def _ready(session: Session, now: datetime, wall: datetime, hours: Hours) -> Any:
    ready = and_(col(Delivery.state) == "queued", col(Delivery.due_at) <= now)
    if _digests_ready(session, now, wall, hours):
        return ready
    return and_(ready, col(Delivery.key).not_like("digest:%"))


def _digests_ready(session: Session, now: datetime, wall: datetime, hours: Hours) -> bool:
    """A digest is one a day, so it waits for the morning's sweep; for half an hour, should none come."""
    running = and_(col(Period.outcome).is_(None), col(Period.lease_until) > wall)
    if session.execute(select(exists().where(col(Period.flow) == SWEEP, running))).scalar():
        return False
    if now >= opening(today(now), hours.opens) + DIGESTS_WAIT_AT_MOST:
        return True
    done = and_(col(Period.period) == today(now).isoformat(), col(Period.outcome).is_not(None))
    return session.execute(select(exists().where(col(Period.flow) == SWEEP, done))).scalar() is True


def _unconfigured(session: Session, ready: Any, channels: Mapping[str, Channel]) -> dict[str, int]:
    query = (
        select(col(Delivery.channel), func.count())
        .where(ready, col(Delivery.channel).not_in(list(channels)))
        .group_by(col(Delivery.channel))
    )
    return dict(map(tuple, session.execute(query)))


def _due(session: Session, ready: Any, channels: Mapping[str, Channel], limit: int) -> list[int]:
    query = (
        select(col(Delivery.id))
        .where(ready, col(Delivery.channel).in_(list(channels)))
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(limit)
    )
    return [found for found in session.execute(query).scalars() if found is not None]


def _deliver(
    engine: Engine,
    now: datetime,
    wall: datetime,
    channels: Mapping[str, Channel],
    delivery_id: int,
    public_url: str,
    hours: Hours,
    done: Pumped,
) -> None:
    claimed = _claim(engine, delivery_id, now, wall)
    if claimed is None:
        return
    message = _written(engine, claimed, now, public_url)
    outcome = message if isinstance(message, Outcome) else _send(channels[claimed.channel], message)
    state = _conclude(engine, claimed, outcome, now, wall, hours)
    if state == "sent":
        done.sent += 1
    elif state == "queued":
        done.failed += 1
    elif state == "dead":
        done.dead += 1
    else:
        done.uncertain += 1


def _claim(engine: Engine, delivery_id: int, now: datetime, wall: datetime) -> Claimed | None:
    """Take the delivery and journal the attempt, in one commit before anything leaves; None if another was faster."""
    lease = wall + LEASE
    mine = and_(col(Delivery.id) == delivery_id, col(Delivery.state) == "queued", col(Delivery.due_at) <= now)
    with writing(engine) as session:
        taken: Any = session.execute(
            update(Delivery)
            .where(mine)
            .values(state="attempting", lease_until=lease, tries=col(Delivery.tries) + 1)
        )
        if taken.rowcount != 1:
            return None
        row = session.get_one(Delivery, delivery_id)
        attempt = Attempt(delivery_id=delivery_id, started_at=wall)
        session.add(attempt)
        session.flush()
        assert attempt.id is not None
        return Claimed(delivery_id, attempt.id, row.channel, row.key, row.person_id, row.tries, lease)


def _written(engine: Engine, claimed: Claimed, now: datetime, public_url: str) -> Message | Outcome:
    """The text, or a failure: one message that cannot be written never blocks the others."""
    try:
        with reading(engine) as session:
            return letter(session, claimed.key, claimed.person_id, now, public_url)
    except Exception as error:  # whatever it is, it is journalled and the next message goes out
        return Outcome("retry", f"成文失败 {type(error).__name__}")


def _send(channel: Channel, message: Message) -> Outcome:
    try:
        return channel.send(message)
    except Exception as error:  # a channel's own mistake: it may have been after the text left
        return Outcome("uncertain", f"通道异常 {type(error).__name__}")


def _conclude(
    engine: Engine, claimed: Claimed, outcome: Outcome, now: datetime, wall: datetime, hours: Hours
) -> str:
    state, due_at = _next(claimed, outcome, now, hours)
    still_mine = and_(
        col(Delivery.id) == claimed.id,
        col(Delivery.state) == "attempting",
        col(Delivery.lease_until) == claimed.lease_until,
    )
    values: dict[str, Any] = {"state": state, "lease_until": None}
    if due_at is not None:
        values["due_at"] = due_at
    with writing(engine) as session:
        session.execute(update(Delivery).where(still_mine).values(**values))
        session.execute(
            update(Attempt)
            .where(col(Attempt.id) == claimed.attempt_id)
            .values(ended_at=wall, outcome=f"{outcome.result} {outcome.note}"[:200])
        )
    return state


def _next(claimed: Claimed, outcome: Outcome, now: datetime, hours: Hours) -> tuple[str, datetime | None]:
    if outcome.result != "retry":
        return outcome.result, None
    if claimed.tries >= TRIES:
        return "dead", None
    after = max(wait(claimed.tries), outcome.after or timedelta())
    return "queued", next_opening(now + after, hours, Calendar.national())


def wait(tries: int) -> timedelta:
    """How long after the n-th failure: 1, 4, 16, 64, 256 minutes, then six hours."""
    return min(FIRST_WAIT * int(4 ** (tries - 1)), LONGEST_WAIT)
