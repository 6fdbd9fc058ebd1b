"""From a figure to the projects behind it: the same conditions that counted them, asked for rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, select
from sqlmodel import Session, col

from states.dispatch.facts import (
    AFTER_SIGNING,
    ROLES,
    Reading,
    fund_rows,
    reached,
    revisions,
    signings,
)
from states.dispatch.reach import reach_of, reading_of
from states.dispatch.spans import span_of
from states.errors import NotFound
from states.people.actor import Actor
from states.people.rights import require
from states.people.tables import Region
from states.policy.schema import Role

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Traced:
    """A project behind a figure, as the figure read it. `on` is the day that made it count (funds: none)."""

    project_id: int
    name: str
    locality: str
    industrial: bool | None
    amount_yuan: int
    contract_no: str | None
    standing: str
    on: date | None
    funds_yuan: int | None = None


def trace(
    session: Session,
    actor: Actor,
    period: str,
    known: datetime,
    figure_id: str,
    *,
    after: int = 0,
    limit: int | None = None,
) -> list[Traced]:
    """The projects behind a figure, by id, from the one after `after` on.

    A figure's id is its path in the JSON: `signed/industrial/count`, `bands/>=1亿/count`, `localities/咸安区/count`,
    `cohorts/2017 >=10亿/started`, `events/started_in_2018H1/count`, `funds/amount_yi`; `month/` in front for the
    month alone. NotFound for anything else: rates and targets have no list of their own.
    """
    require(actor, "see_projects")
    span = span_of(period, known)
    reading = reading_of(session, span, known, reach_of(session, actor, known, "see_projects"))
    parts = figure_id.split("/")
    month = parts[0] == "month"
    rows = _rows(session, reading, tuple(parts[month:]), month)
    if rows is None:
        raise NotFound(f"没有可以列出项目的指标“{figure_id[:80]}”。")
    found = rows.subquery("found")
    query = (
        select(found, col(Region.name))
        .join(Region, col(Region.id) == found.c.locality_id)
        .where(found.c.project_id > after)
        .order_by(found.c.project_id)
        .limit(limit)
    )
    return [_traced(row) for row in session.execute(query)]


def _traced(row: Any) -> Traced:
    industrial = None if row.industrial < 0 else bool(row.industrial)
    funds = None if row.funds is None else int(row.funds)
    return Traced(
        row.project_id,
        row.name,
        row[-1],
        industrial,
        row.amount_yuan,
        row.contract_no,
        row.standing,
        row.on,
        funds,
    )


def _rows(session: Session, reading: Reading, path: tuple[str, ...], month: bool) -> Select[Any] | None:
    match path:
        case ("funds", "amount_yi"):
            return _funded(reading, month)
        case ("events", name, *rest) if role := _role_in(reading, name, month):
            return _reached(reading, role, month, rest)
        case ("cohorts", name, measure):
            return _cohort(reading, name, measure, month)
        case ("year_before", *_):
            return None
    conditions = _signed(session, path)
    return None if conditions is None else _signings(reading, conditions, month)


Condition = Callable[[Reading, Any], ColumnElement[bool]]


def _signed(session: Session, path: tuple[str, ...]) -> Condition | None:
    """The condition on signed projects that a path under signed, bands or localities means."""
    match path:
        case ("signed", "count" | "amount_yi"):
            return lambda _reading, _rows: literal(1) == 1
        case ("signed", kind, "count" | "amount_yi") if kind in KINDS:
            return lambda _reading, rows: rows.c.industrial == KINDS[kind]
        case ("bands", band, "count"):
            return lambda reading, rows: rows.c.band >= _position(reading, band)
        case ("bands", band, kind) if kind in KINDS:
            return lambda reading, rows: and_(
                rows.c.band >= _position(reading, band), rows.c.industrial == KINDS[kind]
            )
        case ("localities", name, "count" | "amount_yi"):
            place = session.execute(select(col(Region.id)).where(col(Region.name) == name)).scalar()
            return lambda _reading, rows: rows.c.locality_id == place
    return None


KINDS = {"industrial": 1, "non_industrial": 0, "unclassified": -1}


def _position(reading: Reading, key: str) -> int:
    """A band's position from 1; NotFound for a band the pack does not have."""
    bands = sorted(reading.pack.band, key=lambda band: band.from_yuan)
    for position, band in enumerate(bands, start=1):
        if band.key == key:
            return position
    raise NotFound(f"规则包中没有档次“{key[:20]}”。")


def _role_in(reading: Reading, name: str, month: bool) -> Role | None:
    """ "started_in_2018H1" → started, where the suffix is this period's."""
    suffix = reading.span.month_suffix if month else reading.span.suffix
    return next((role for role in ROLES if name == f"{role}_in_{suffix}"), None)


def _since(reading: Reading, month: bool) -> date:
    return reading.span.month_first if month else reading.span.first


def _listed(rows: Any, on: Any) -> list[Any]:
    names = ("project_id", "name", "locality_id", "industrial", "amount_yuan", "contract_no", "standing")
    return [*(rows.c[name] for name in names), on.label("on"), null().label("funds")]


def _signings(reading: Reading, condition: Condition, month: bool) -> Select[Any]:
    rows = signings(reading, _since(reading, month))
    return select(*_listed(rows, rows.c.signed_on)).where(condition(reading, rows))


def _reached(reading: Reading, role: Role, month: bool, rest: list[str]) -> Select[Any] | None:
    rows, events = revisions(reading), reached(reading, role)
    query = (
        select(*_listed(rows, events.c.on))
        .select_from(events.join(rows, rows.c.project_id == events.c.project_id))
        .where(events.c.on >= _since(reading, month))
    )
    match rest:
        case ["count"]:
            return query
        case ["bands", band]:
            return query.where(rows.c.band >= _position(reading, band))
    return None


def _cohort(reading: Reading, name: str, measure: str, month: bool) -> Select[Any] | None:
    year_text, _, band = name.partition(" ")
    if not (year_text.isascii() and year_text.isdigit() and len(year_text) == 4 and int(year_text) > 0):
        return None
    year = int(year_text)
    rows = signings(reading, date(year, 1, 1))
    inside = and_(rows.c.signed_on <= date(year, 12, 31), rows.c.band >= _position(reading, band))
    if measure == "n":
        return select(*_listed(rows, rows.c.signed_on)).where(inside)
    named = measure == "produced_named"
    role = _role_in(reading, measure, month) or ("produced" if named else _ever(measure, month))
    if role not in AFTER_SIGNING:
        return None
    on = rows.c[f"{role}_on"]
    since = _since(reading, month) if "_in_" in measure or (named and month) else None
    return select(*_listed(rows, on)).where(inside, on.is_not(None) if since is None else on >= since)


def _ever(measure: str, month: bool) -> Role | None:
    return None if month else next((role for role in AFTER_SIGNING if measure == role), None)


def _funded(reading: Reading, month: bool) -> Select[Any]:
    rows, project = fund_rows(reading).subquery("fund_row"), revisions(reading)
    total = (
        select(rows.c.project_id, func.sum(rows.c.amount_yuan).label("yuan"))
        .where(rows.c.month_on >= _since(reading, month))
        .group_by(rows.c.project_id)
        .subquery("total")
    )
    names = ("project_id", "name", "locality_id", "industrial", "amount_yuan", "contract_no", "standing")
    columns = [project.c[name] for name in names]
    return select(*columns, null().label("on"), total.c.yuan.label("funds")).join(
        total, total.c.project_id == project.c.project_id
    )
