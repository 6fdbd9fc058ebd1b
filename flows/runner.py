"""`tick`: everything that is due at an instant, done without Prefect. Prefect's flows and the heartbeat call the same.

The Period table decides: what is entered there is done once, whoever asks. Nothing here reads the wall clock.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from flows.claims import Claim, FencedOff, claim, claim_one, owner_name, watermark
from flows.delivery import deliver
from flows.opening import open_month
from flows.report import PeriodRun, TickReport
from flows.sweeping import sweep
from flows.timetable import DISPATCH, ESCALATION, Due, due_periods
from states.clock import end_of, start_of, today
from states.db import reading, writing
from states.events import Event
from states.founding import OPERATOR, installation_of
from states.keyfile import seal_key
from states.people.actor import Actor, actor_by_login
from states.policy.active import current_pack
from states.projects.tables import Project
from states.sealing import seal_all
from states.settings import settings
from states.workdays import Calendar


class Job(Protocol):
    """Runs a claimed period."""

    def __call__(
        self, engine: Engine, actor: Actor, claim: Claim, *, now: datetime, wall: datetime
    ) -> PeriodRun: ...


JOBS: Mapping[str, Job] = {ESCALATION: sweep, DISPATCH: open_month}
FLOWS = tuple(JOBS)


def tick(
    engine: Engine,
    as_of: datetime,
    *,
    wall: datetime,
    by: str,
    flows: Collection[str] = FLOWS,
    grace: timedelta = timedelta(),
) -> TickReport:
    """Do what is due at `as_of` (business time) and not done; a second call at the same instant does nothing.

    `by` names the trigger for the heartbeat's mark. `grace`: leave alone what fell due less than this ago.
    """
    key = seal_key(settings())
    report = TickReport(as_of)
    for flow, dues in _due(engine, as_of, flows, grace).items():
        report.runs += _run(engine, flow, dues, as_of, wall)
    report.delivered = deliver(engine, as_of, wall)
    report.sealed = seal_all(engine, key, as_of)
    _beat(engine, wall, by)
    return report


def open_period(engine: Engine, flow: str, period: str, as_of: datetime, *, wall: datetime) -> TickReport:
    """Run one period by command, whatever the timetable says of it; once, like every other."""
    key = seal_key(settings())
    report = TickReport(as_of)
    mine = claim_one(engine, flow, period, as_of=as_of, wall=wall, owner=owner_name())
    if mine is not None:
        report.runs.append(_job(engine, mine, as_of, wall))
    report.sealed = seal_all(engine, key, as_of)
    return report


def _due(engine: Engine, as_of: datetime, flows: Collection[str], grace: timedelta) -> dict[str, list[Due]]:
    """What the timetable has since each flow's newest entered period, as far as this database was in use."""
    with reading(engine) as session:
        installation_of(session)
        since = in_use_since(session)
        if since is None:
            return {}
        _, pack = current_pack(session, today(as_of))
        marks = {flow: watermark(session, flow) for flow in flows}
    found: dict[str, list[Due]] = {flow: [] for flow in flows}
    start = max(since, min(_after(mark) or since for mark in marks.values()))
    for due in due_periods(Calendar.national(), pack, start, as_of - grace):
        if due.flow in found:
            found[due.flow].append(due)
    return found


def _after(mark: str | None) -> datetime | None:
    """The earliest instant at which a period after this one can be due."""
    if mark is None:
        return None
    year, month, *day = (int(part) for part in mark.split("-"))
    return end_of(date(year, month, day[0])) if day else start_of(date(year, month, 1))


def in_use_since(session: Session) -> datetime | None:
    """From when on periods can be missed: the first import, or the first project entered by hand; None before."""
    first = session.execute(
        select(col(Project.id), col(Project.imported_on)).order_by(col(Project.id)).limit(1)
    ).first()
    if first is None:
        return None
    if first.imported_on is not None:
        return start_of(first.imported_on)
    entered = select(col(Event.at)).where(col(Event.project_id) == first.id).order_by(col(Event.id)).limit(1)
    return session.execute(entered).scalar_one_or_none()


def _run(engine: Engine, flow: str, dues: list[Due], as_of: datetime, wall: datetime) -> list[PeriodRun]:
    claims, running, merged = claim(engine, flow, dues, as_of=as_of, wall=wall, owner=owner_name())
    runs = [PeriodRun(flow, each.period, "running") for each in running]
    runs += [PeriodRun(flow, period, "merged", late=True) for period in merged]
    return runs + [_job(engine, each, as_of, wall) for each in claims]


def _job(engine: Engine, mine: Claim, as_of: datetime, wall: datetime) -> PeriodRun:
    with reading(engine) as session:
        actor = actor_by_login(session, OPERATOR, today(wall + installation_of(session).offset))
    try:
        return JOBS[mine.flow](engine, actor, mine, now=as_of, wall=wall)
    except FencedOff:  # somebody took it over while we were slow, and does it
        return PeriodRun(mine.flow, mine.period, "running")


def _beat(engine: Engine, wall: datetime, by: str) -> None:
    with writing(engine) as session:
        installation = installation_of(session)
        installation.heartbeat_at, installation.heartbeat_by = wall, by
