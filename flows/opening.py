"""The month's dispatch is opened: its days are fixed and the bureau is told. Publishing stays a person's act."""

from datetime import datetime

from sqlalchemy import Engine

from flows.claims import Claim, finish, renew
from flows.report import PeriodRun
from flows.timetable import DISPATCH, month
from notifications import transaction
from states.clock import today
from states.events import record
from states.people.actor import Actor
from states.policy.active import current_pack
from states.workdays import Calendar


def open_month(engine: Engine, actor: Actor, claim: Claim, *, now: datetime, wall: datetime) -> PeriodRun:
    """Open a claimed month, once. FencedOff where another process took it over."""
    with transaction(engine, now) as session:
        renew(session, claim, wall)
        _, pack = current_pack(session, today(now))
        days = month(Calendar.national(), pack, claim.period)
        facts = {
            "freezes_on": days.freezes_on.isoformat(),
            "publish_by": days.publish_by.isoformat(),
        }
        record(
            session,
            "dispatch_opened",
            actor_id=actor.account_id,
            at=now,
            occurred_on=days.opens_on,
            period=claim.period,
            late=claim.late,
            **facts,
        )
        finish(session, claim, now, "done")
    return PeriodRun(DISPATCH, claim.period, "done", claim.late, facts=facts)
