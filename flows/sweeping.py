"""The escalation sweep of one period: fused, fenced, counted. One transaction, more where others were writing."""

from collections import Counter
from datetime import date, datetime
from time import sleep
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from flows.claims import Claim, finish, note, noted, renew
from flows.report import PeriodRun
from flows.timetable import ESCALATION
from notifications import transaction
from states.events import record
from states.people.actor import Actor
from states.periods import Period
from states.supervision.escalation import Swept, climb

ROUNDS, PAUSE = 1_200, 0.1


def sweep(engine: Engine, actor: Actor, claim: Claim, *, now: datetime, wall: datetime) -> PeriodRun:
    """Run the sweep of a claimed period. FencedOff (nothing written) where another process took it over."""
    for _ in range(ROUNDS):
        with transaction(engine, now) as session:
            renew(session, claim, wall)
            before = noted(session, claim)
            swept = _climb(session, actor, claim, now, before)
            if swept.held:
                return _hold(session, actor, claim, now, swept)
            so_far = _sum(before, swept)
            if not swept.left:
                finish(session, claim, now, "done", fired=so_far)
                return PeriodRun(
                    ESCALATION,
                    claim.period,
                    "done",
                    claim.late,
                    so_far.get("fired", {}),
                    so_far.get("recorded", {}),
                )
            note(session, claim, so_far)
        sleep(PAUSE)  # others are changing the tasks left: let them commit
    raise RuntimeError(f"sweep {claim.period}: tasks still locked after {ROUNDS} rounds")


def _climb(session: Session, actor: Actor, claim: Claim, now: datetime, before: dict[str, Any]) -> Swept:
    return climb(
        session,
        actor,
        now,
        date.fromisoformat(claim.period),
        late=claim.late or _catches_up(session, claim.period),
        held_ok=claim.released or bool(before),
        history=history(session),
        standing_hold=standing_hold(session),
    )


def _hold(session: Session, actor: Actor, claim: Claim, now: datetime, swept: Swept) -> PeriodRun:
    draft: dict[str, Any] = {
        "fired": dict(swept.fired),
        "recorded": dict(swept.recorded),
        "counted": swept.counted,
    }
    record(
        session,
        "sweep_held",
        actor_id=actor.account_id,
        at=now,
        occurred_on=date.fromisoformat(claim.period),
        period=claim.period,
        why=swept.why,
        **draft,
    )
    finish(session, claim, now, "held", fired=draft, held_at=now)
    return PeriodRun(
        ESCALATION,
        claim.period,
        "held",
        claim.late,
        dict(swept.fired),
        dict(swept.recorded),
        why=swept.why,
    )


def _sum(before: dict[str, Any], swept: Swept) -> dict[str, Any]:
    fired = Counter(before.get("fired", {}))
    fired.update(swept.fired)
    recorded = Counter(before.get("recorded", {}))
    recorded.update(swept.recorded)
    counted = before.get("counted", 0) + swept.counted
    return {
        "fired": dict(sorted(fired.items())),
        "recorded": dict(sorted(recorded.items())),
        "counted": counted,
    }


def history(session: Session) -> list[int]:
    """What the fuse weighed in the sweeps that went out, oldest first."""
    query = select(Period.fired).where(Period.flow == ESCALATION, Period.outcome == "done")
    newest = session.exec(query.order_by(col(Period.period).desc()).limit(366)).all()
    return [fired.get("counted", 0) for fired in reversed(newest)]


def _catches_up(session: Session, period: str) -> bool:
    """Whether the sweep before this one was missed and merged into it."""
    before = select(Period.outcome).where(Period.flow == ESCALATION, Period.period < period)
    return session.exec(before.order_by(col(Period.period).desc()).limit(1)).first() == "merged"


def standing_hold(session: Session) -> bool:
    """Whether an earlier sweep still waits for its release."""
    return session.exec(_waiting().limit(1)).first() is not None


def release(session: Session, actor: Actor, now: datetime) -> str | None:
    """Release what waits: the newest held sweep is opened again, older ones are merged. Its period, or None.

    The right is checked by the caller's domain function (`require(actor, "release")`).
    """
    held = session.exec(_waiting()).all()
    for row in held:
        row.released_by = actor.account_id
        row.outcome, row.finished_at = ("merged", now) if row is not held[-1] else (None, None)
        row.fired = {} if row is held[-1] else row.fired
    if not held:
        return None
    record(session, "sweep_released", actor_id=actor.account_id, at=now, period=held[-1].period)
    return held[-1].period


def _waiting() -> SelectOfScalar[Period]:
    return (
        select(Period)
        .where(Period.flow == ESCALATION, Period.outcome == "held", col(Period.released_by).is_(None))
        .order_by(col(Period.period))
    )
