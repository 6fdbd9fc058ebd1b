"""What went into a bulletin, hashed in a stream: the proof that its figures come from these rows and no others."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from states.dispatch.facts import (
    AFTER_SIGNING,
    Reading,
    fund_rows,
    reached,
    revisions,
    signings,
)
from states.dispatch.goals import targets
from states.dispatch.reach import Reach

BATCH = 10_000


def input_hash(session: Session, reading: Reading, reach: Reach) -> str:
    """SHA-256 over the canonical inputs, a JSON array a line: head, targets, signings, events, funds, each by id."""
    made = hashlib.sha256()
    for line in _lines(session, reading, reach):
        made.update(json.dumps(line, ensure_ascii=False, default=str).encode())
        made.update(b"\n")
    return made.hexdigest()


def _lines(session: Session, reading: Reading, reach: Reach) -> Iterator[list[Any]]:
    span, head = reading.span, reading.pack.pack
    yield [
        "bulletin",
        span.shown,
        span.on,
        reading.known.astimezone(UTC).isoformat(),
        reach.scope,
        head.key,
        head.version,
    ]
    region_id = reach.region.id if reach.region else None
    goals = targets(session, reading.pack, region_id, span.year, reading.known)
    yield from (["target", measure, value] for measure, value in sorted(goals.items()))
    for kind, query in _queries(reading):
        for row in session.execute(query, execution_options={"yield_per": BATCH}):
            yield [kind, *row]


def _queries(reading: Reading) -> Iterator[tuple[str, Select[Any]]]:
    signed, project = signings(reading, reading.span.year_before.first), revisions(reading)
    names = ("project_id", "name", "locality_id", "industrial", "amount_yuan", "signed_on")
    later = (f"{role}_on" for role in AFTER_SIGNING)
    yield "signed", select(*(signed.c[name] for name in (*names, *later))).order_by(signed.c.project_id)
    for role in AFTER_SIGNING:
        events = reached(reading, role)
        yield (
            role,
            select(events.c.project_id, events.c.on, project.c.locality_id, project.c.amount_yuan)
            .join(project, project.c.project_id == events.c.project_id)
            .where(events.c.on >= reading.span.first)
            .order_by(events.c.project_id),
        )
    fund = fund_rows(reading).subquery("fund_row")
    yield "fund", select(*fund.c).order_by(fund.c.project_id, fund.c.month_on, fund.c.kind)
