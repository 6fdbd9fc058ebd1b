"""Who runs a period: the Period row decides, not the trigger. Unique key, owner, lease and fencing number.

A lease is wall-clock time. An expired one, or one whose owner is known to be dead, is taken over with a higher
fence; the old owner's next batch then finds itself fenced off and writes nothing.
"""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from flows.timetable import Due
from states.clock import today
from states.db import reading, writing
from states.periods import Period

LEASE = timedelta(minutes=5)
MERGES = frozenset({"overdue_escalation"})  # after downtime one sweep at the newest period does for all


@dataclass(frozen=True, slots=True)
class Claim:
    """A period that this process runs, as long as `fence` is the row's."""

    id: int
    flow: str
    period: str
    fence: int
    late: bool
    released: bool


@dataclass(frozen=True, slots=True)
class Running:
    """A period that another process has in hand."""

    flow: str
    period: str
    owner: str


class FencedOff(Exception):
    """The period was taken over: this process must write nothing more for it."""


def owner_name() -> str:
    """This process as an owner: host, process id and its start, so that a dead one is known."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{_started(os.getpid())}"


def watermark(session: Session, flow: str) -> str | None:
    """The newest period ever entered for a flow; nothing at or before it is opened again."""
    query = select(Period.period).where(Period.flow == flow).order_by(col(Period.period).desc()).limit(1)
    return session.exec(query).first()


def claim(
    engine: Engine, flow: str, dues: Sequence[Due], *, as_of: datetime, wall: datetime, owner: str
) -> tuple[list[Claim], list[Running], list[str]]:
    """What this process is to run, oldest first; what others run; which missed periods were merged (并入)."""
    for _ in range(50):
        with reading(engine) as session:
            if not _anything(session, flow, dues):
                return [], [], []
        try:
            with writing(engine) as session:
                taken, running = _take_over(session, flow, wall, owner)
                fresh, merged = _enter(session, flow, dues, as_of, wall, owner)
            return taken + fresh, running, merged
        except IntegrityError:  # another process entered a period first: look again
            continue
    raise RuntimeError(f"no claim on {flow} after 50 attempts")


def claim_one(
    engine: Engine, flow: str, period: str, *, as_of: datetime, wall: datetime, owner: str
) -> Claim | None:
    """A period entered by command; None when it was entered before."""
    try:
        with writing(engine) as session:
            there = select(Period.id).where(Period.flow == flow, Period.period == period)
            if session.exec(there).first() is not None:
                return None
            return _claimed(session, flow, period, as_of, wall, owner, late=False)
    except IntegrityError:  # another process was faster
        return None


def _anything(session: Session, flow: str, dues: Sequence[Due]) -> bool:
    newest = watermark(session, flow)
    unfinished = select(Period.id).where(Period.flow == flow, col(Period.outcome).is_(None))
    return any(newest is None or due.period > newest for due in dues) or bool(
        session.exec(unfinished).first()
    )


def _take_over(session: Session, flow: str, wall: datetime, owner: str) -> tuple[list[Claim], list[Running]]:
    taken, running = [], []
    query = (
        select(Period).where(Period.flow == flow, col(Period.outcome).is_(None)).order_by(col(Period.period))
    )
    for row in session.exec(query):
        if (
            row.owner != owner
            and row.lease_until is not None
            and row.lease_until > wall
            and not _dead(row.owner)
        ):
            running.append(Running(flow, row.period, row.owner or ""))
            continue
        assert row.id is not None
        mine = Claim(row.id, flow, row.period, row.fence + 1, row.late, row.released_by is not None)
        changed = session.execute(
            update(Period)
            .where(col(Period.id) == row.id, col(Period.fence) == row.fence, col(Period.outcome).is_(None))
            .values(owner=owner, lease_until=wall + LEASE, fence=mine.fence)
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount == 1:  # type: ignore[attr-defined]
            taken.append(mine)
    return taken, running


def _enter(
    session: Session, flow: str, dues: Sequence[Due], as_of: datetime, wall: datetime, owner: str
) -> tuple[list[Claim], list[str]]:
    newest = watermark(session, flow)
    fresh = [due for due in dues if newest is None or due.period > newest]
    if not fresh:
        return [], []
    older = fresh[:-1] if flow in MERGES else []
    if older:
        session.execute(insert(Period), [_merged(due, as_of) for due in older])
    claims = [
        _claimed(session, flow, due.period, as_of, wall, owner, late=due.on < today(as_of))
        for due in fresh[len(older) :]
    ]
    return claims, [due.period for due in older]


def _claimed(
    session: Session, flow: str, period: str, as_of: datetime, wall: datetime, owner: str, *, late: bool
) -> Claim:
    row = Period(
        flow=flow,
        period=period,
        owner=owner,
        lease_until=wall + LEASE,
        fence=1,
        started_at=as_of,
        late=late,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return Claim(row.id, flow, period, 1, late, False)


def _merged(due: Due, as_of: datetime) -> dict[str, Any]:
    return {
        "flow": due.flow,
        "period": due.period,
        "scope": "",
        "fence": 0,
        "started_at": as_of,
        "finished_at": as_of,
        "late": True,
        "fired": {},
        "outcome": "merged",
    }


def renew(session: Session, claim: Claim, wall: datetime) -> None:
    """First statement of every batch: lengthens the lease and locks the row. FencedOff when it is another's."""
    _own(session, claim, lease_until=wall + LEASE)


def note(session: Session, claim: Claim, fired: Mapping[str, Any]) -> None:
    """Keep what the sweep has fired so far, in the batch's own transaction."""
    _own(session, claim, fired=dict(fired))


def finish(session: Session, claim: Claim, at: datetime, outcome: str, **columns: Any) -> None:
    """Close the period: done, held or merged."""
    _own(session, claim, outcome=outcome, finished_at=at, lease_until=None, owner=None, **columns)


def noted(session: Session, claim: Claim) -> dict[str, Any]:
    """What the period's sweep had fired before this process took it over."""
    return dict(session.get_one(Period, claim.id, populate_existing=True).fired)


def _own(session: Session, claim: Claim, **columns: Any) -> None:
    changed = session.execute(
        update(Period)
        .where(col(Period.id) == claim.id, col(Period.fence) == claim.fence, col(Period.outcome).is_(None))
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise FencedOff(f"{claim.flow} {claim.period}")


def _dead(owner: str | None) -> bool:
    """Whether the owner ran on this machine and is gone; a killed sweep need not wait for its lease."""
    host, _, process = (owner or "").partition(":")
    number, _, started = process.partition(":")
    if host != socket.gethostname()[:30] or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(number)) != started


def _started(process: int) -> str:
    """Clock tick at which a process started, where the system tells (Linux); process ids are used again."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return told[19] if told[0] != "Z" else "ended"
    except (OSError, IndexError):
        return ""
