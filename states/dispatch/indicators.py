"""A month's figures, computed from the rows as known at an instant. Nothing is stored, nothing hard-wired."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from states.dispatch import rounding
from states.dispatch.definitions import definitions
from states.dispatch.facts import ROLES, Cell, Reading
from states.dispatch.goals import FUNDS, signed_in
from states.dispatch.reach import Reach, reach_of, reading_of
from states.dispatch.spans import Span, span_of
from states.dispatch.tally import BUCKETS, Named, Tally, count, of_kind, share, yuan
from states.people.actor import Actor
from states.people.rights import require
from states.people.tables import Region, Unit
from states.policy.schema import Band, Role

Json = dict[str, Any]
COHORT_YEARS = 2  # the period's year and the one before it


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period as read at (span.on, known). `body` has the keys of the bulletin's JSON."""

    span: Span
    known: datetime
    body: Json

    def as_json(self) -> Json:
        """A copy that may be changed: counts are whole numbers, amounts and percentages text, None where undefined."""
        return deepcopy(self.body)


def compute(session: Session, actor: Actor, period: str, known: datetime) -> Figures:
    """The figures of a month over the actor's scope. Malformed for a bad period, Forbidden without the right."""
    require(actor, "see_bulletin")
    span = span_of(period, known)
    return figures(session, span, known, reach_of(session, actor, known))


def figures(session: Session, span: Span, known: datetime, reach: Reach) -> Figures:
    """The figures over a reach; a handful of grouped statements whatever the number of projects."""
    reading = reading_of(session, span, known, reach)
    table = Tally.read(session, reading, reach)
    body = {
        "as_of": span.on.isoformat(),
        "period": span.shown,
        "known": known.astimezone(UTC).isoformat(),
        "ended": span.ended,
        "region": reach.region.name if reach.region else None,
        "issuer": _issuer(session, reach),
        **_part(table, "period"),
        "cohorts": _cohorts(table),
        "month": {"period": span.period, **_part(table, "month"), "cohorts": _month_cohorts(table)},
        "locality_table": _locality_table(table),
        "labels": _labels(reading),
        "remarks": _remarks(table),
        "definitions": definitions(reading),
    }
    return Figures(span, known, body)


def _issuer(session: Session, reach: Reach) -> str | None:
    """The region's own 招商局, which signs its bulletin; None where the office has named none."""
    if reach.region is None:
        return None
    query = select(col(Unit.name)).where(Unit.region_id == reach.region.id, Unit.kind == "招商局")
    return session.exec(query.order_by(col(Unit.id))).first()


def _part(table: Tally, part: str) -> Json:
    now, before = table.signed(part), table.signed_before(part)
    if table.reading.pack.stage_in_role("signed") is None:
        return {"funds": _funds(table, part), "events": _events(table, part)}
    return {
        "signed": _signed(table, now, before),
        "industrial_share_change": rounding.points(share(now), share(before), table.digits),
        "bands": {band.key: _band(table, part, position, band) for position, band in table.bands},
        "localities": _localities(table, now),
        "localities_without_signing": _without(table, now),
        "funds": _funds(table, part),
        "events": _events(table, part),
        "year_before": _year_before(table, part, now, before),
    }


def _signed(table: Tally, now: list[Cell], before: list[Cell]) -> Json:
    digits = table.digits
    out = {**table.sum(now)}
    for key, kind in (("industrial", 1), ("non_industrial", 0)):
        own, earlier = of_kind(now, kind), of_kind(before, kind)
        yoy = rounding.growth(count(own), count(earlier), digits)
        out[key] = {**table.sum(own), "yoy_count": yoy}
    if unknown := of_kind(now, -1):
        out["unclassified"] = table.sum(unknown)
    out["industrial_share"] = rounding.rate(*share(now), digits)
    return out


def _band(table: Tally, part: str, position: int, band: Band) -> Json:
    cells = [cell for cell in table.signed(part) if cell.band >= position]
    target = table.targets.get(signed_in(band)) if part == "period" else None
    return {
        "count": count(cells),
        "industrial": count(of_kind(cells, 1)),
        "non_industrial": count(of_kind(cells, 0)),
        "target": target,
        "completion": rounding.completion(count(cells), target, table.digits),
    }


def _localities(table: Tally, now: list[Cell]) -> Json:
    own = {region.name: [cell for cell in now if cell.locality_id == region.id] for region in table.regions}
    return {name: table.sum(cells) for name, cells in own.items() if cells}


def _without(table: Tally, now: list[Cell]) -> list[str]:
    signing = {cell.locality_id for cell in now}
    return [region.name for region in table.regions if region.id not in signing]


def _funds(table: Tally, part: str) -> Json:
    got = table.received(part)
    target = table.targets.get(FUNDS) if part == "period" else None
    return {
        "amount_yi": table.yi(got),
        "target_yi": None if target is None else table.yi(target),
        "completion": rounding.completion(got, target, table.digits),
    }


def _events(table: Tally, part: str) -> Json:
    """ "started_in_2018H1": every project that started in the period, whenever it was signed."""
    return {table.name_of(role, part): _event(table, role, part) for role in table.roles}


def _event(table: Tally, role: Role, part: str) -> Json:
    now = [event for event in table.events if event.role == role and event.bucket in BUCKETS[part]]
    bands = {
        band.key: sum(event.count for event in now if event.band >= position)
        for position, band in table.bands
    }
    return {"count": sum(event.count for event in now), "bands": bands}


def _year_before(table: Tally, part: str, now: list[Cell], before: list[Cell]) -> Json:
    earlier, digits = table.reading.span.year_before, table.digits
    return {
        "period": earlier.shown if part == "period" else earlier.period,
        "signed": {
            **table.sum(before),
            "industrial": table.sum(of_kind(before, 1)),
            "non_industrial": table.sum(of_kind(before, 0)),
            "industrial_share": rounding.rate(*share(before), digits),
        },
        "yoy_count": rounding.growth(count(now), count(before), digits),
        "yoy_amount": rounding.growth(yuan(now), yuan(before), digits),
    }


def _cohorts(table: Tally) -> Json:
    """Each cohort to the day: how many got how far."""
    return {name: _cohort(table, year, band) for name, year, band in _cohort_bands(table)}


def _cohort_bands(table: Tally) -> list[tuple[str, int, int]]:
    """("2017 >=10亿", 2017, 2), …: signing year by band."""
    if table.reading.pack.stage_in_role("signed") is None:
        return []
    last = table.reading.span.year
    years = range(last, last - COHORT_YEARS, -1)
    return [(f"{year} {band.key}", year, position) for year in years for position, band in table.bands]


def _cohort(table: Tally, year: int, band: int) -> Json:
    cells, digits = table.cohort(year, band), table.digits
    out: Json = {"n": count(cells)}
    for role in table.roles:
        ever = sum(cell.reached[role][0] for cell in cells)
        out[role] = ever
        out[f"{role}_rate"] = rounding.rate(ever, count(cells), digits)
        out[table.name_of(role, "period")] = sum(cell.reached[role][1] for cell in cells)
    if "produced" in table.roles:
        out["produced_named"] = _names(table.named, year, band, lambda _: True)
    return out


def _month_cohorts(table: Tally) -> Json:
    """Of each cohort, what happened in the month alone."""
    return {name: _month_cohort(table, year, band) for name, year, band in _cohort_bands(table)}


def _month_cohort(table: Tally, year: int, band: int) -> Json:
    cells = table.cohort(year, band)
    out: Json = {
        table.name_of(role, "month"): sum(cell.reached[role][2] for cell in cells) for role in table.roles
    }
    if "produced" in table.roles:
        out["produced_named"] = _names(table.named, year, band, lambda row: row.this_month)
    return out


def _names(named: list[Named], year: int, band: int, keep: Callable[[Named], bool]) -> list[str]:
    return [row.name for row in named if row.year == year and row.band >= band and keep(row)]


def _locality_table(table: Tally) -> list[Json]:
    """A line per locality, also without signings, for the document's table."""
    return [_locality_line(table, region) for region in table.regions]


def _locality_line(table: Tally, region: Region) -> Json:
    def of(cells: list[Cell]) -> list[Cell]:
        return [cell for cell in cells if cell.locality_id == region.id]

    now, before = of(table.signed("period")), of(table.signed_before("period"))
    month = of(table.signed("month"))
    events = {
        table.name_of(role, "period"): sum(
            event.count
            for event in table.events
            if event.role == role and event.locality_id == region.id and event.bucket in BUCKETS["period"]
        )
        for role in table.roles
    }
    return {
        "name": region.name,
        **table.sum(now),
        "year_before_count": count(before),
        "yoy_count": rounding.growth(count(now), count(before), table.digits),
        "industrial": count(of_kind(now, 1)),
        "bands": {
            band.key: sum(cell.count for cell in now if cell.band >= position)
            for position, band in table.bands
        },
        "month_count": count(month),
        "month_amount_yi": table.yi(yuan(month)),
        "funds_yi": table.yi(table.received("period", region.id)),
        **events,
    }


def _labels(reading: Reading) -> Json:
    """The pack's own words for roles and bands, so that a document needs no pack."""
    stages = {role: reading.pack.stage_in_role(role) for role in ROLES}
    return {
        "stages": {role: stage.label for role, stage in stages.items() if stage},
        "bands": {
            band.key: band.label for band in sorted(reading.pack.band, key=lambda band: band.from_yuan)
        },
        "suffix": reading.span.suffix,
        "month_suffix": reading.span.month_suffix,
        "document": reading.pack.pack.document,
    }


def _remarks(table: Tally) -> list[str]:
    """Why a figure is missing."""
    span, out = table.reading.span, []
    if not span.ended:
        out.append(f"未满期：{span.year}年{span.month}月尚未结束，数据截至{span.on.month}月{span.on.day}日。")
    before = table.signed_before("period")
    for words, kind in (("工业", 1), ("非工业", 0)):
        if not count(of_kind(before, kind)):
            out.append(f"上年同期没有{words}签约项目，不计算同比。")
    for _, band in table.bands:
        if signed_in(band) not in table.targets:
            out.append(f"没有{span.year}年度{band.label}签约项目的目标，不计算完成率。")
    if FUNDS not in table.targets:
        out.append(f"没有{span.year}年度到位资金的目标，不计算完成率。")
    if unknown := of_kind(table.signed("period"), -1):
        out.append(f"{count(unknown)}个项目未填产业类别，计入总数，不计入工业、非工业。")
    return out
