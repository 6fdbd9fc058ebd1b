"""The month's dispatch is opened: its days are fixed and the bureau is told. Publishing stays a person's act."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from flows.claims import Claim, finish, renew
from flows.report import PeriodRun
from flows.timetable import DISPATCH, month
from notifications import transaction
from states.clock import today
from states.dispatch.bulletins import bulletin
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
        facts: dict[str, Any] = {
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
        draft = bulletin(session, actor, claim.period, now).figures
        finish(session, claim, now, "done")
    return PeriodRun(DISPATCH, claim.period, "done", claim.late, facts=facts | _headline(draft))


def _headline(figures: dict[str, Any]) -> dict[str, Any]:
    """The draft's first number, where the pack has a stage for 签约."""
    return {"draft": {"signed": figures["signed"]["count"]}} if "signed" in figures else {}
