"""Seals over the event log: batches of events hashed with a key that is not in the database.

Writers never wait: a batch is read and hashed outside any lock; then one short transaction inserts the seal and
deletes exactly the `unsealed` rows it covers. An event that is neither sealed nor unsealed is an intruder.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Column, Text, delete, func, select
from sqlmodel import Field, Session, col

from states.base import SQLModel
from states.events import Event, Unsealed

BATCH = 20_000
COLUMNS = (
    col(Event.id),
    col(Event.project_id),
    col(Event.task_id),
    col(Event.kind),
    col(Event.actor_id),
    col(Event.on_behalf_of),
    col(Event.occurred_on),
    col(Event.at),
    col(Event.facts),
)


class Seal(SQLModel, table=True):
    """One batch: `ids` are ranges ("5-9,12"), `mac` covers the batch's rows and the seal before."""

    id: int | None = Field(default=None, primary_key=True)
    prev_id: int = Field(unique=True)
    ids: str = Field(sa_column=Column(Text, nullable=False))
    n: int
    mac: str = Field(max_length=64)
    sealed_at: datetime


@dataclass(slots=True)
class Audit:
    """What a verification found. `problems` name the seal; `unsealed` events wait for the next heartbeat."""

    seals: int = 0
    events: int = 0
    unsealed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Batch:
    """Unsealed events read and hashed, not yet written."""

    prev_id: int
    ids: tuple[int, ...]
    mac: str


def prepare(session: Session, key: bytes) -> Batch | None:
    """Hash the next batch of unsealed events; None when there is none."""
    ids = tuple(session.scalars(select(col(Unsealed.event_id)).order_by(col(Unsealed.event_id)).limit(BATCH)))
    if not ids:
        return None
    last = session.execute(select(col(Seal.id), col(Seal.mac)).order_by(col(Seal.id).desc()).limit(1)).first()
    prev_id, prev_mac = (last[0], last[1]) if last else (0, "")
    mac, _ = _mac(session, key, prev_mac, _spans(ids))
    return Batch(prev_id, ids, mac)


class SealRace(Exception):
    """Another sealer took these events first; the transaction must end without a trace."""


def write(session: Session, batch: Batch, now: datetime) -> None:
    """Insert the seal and delete its `unsealed` rows. SealRace when another sealer was first."""
    newest = session.scalar(select(func.max(col(Seal.id)))) or 0
    if newest != batch.prev_id:
        raise SealRace
    for begin, end in _spans(batch.ids):
        gone = session.execute(delete(Unsealed).where(col(Unsealed.event_id).between(begin, end)))
        if gone.rowcount != end - begin + 1:  # type: ignore[attr-defined]
            raise SealRace
    ids = ",".join(str(begin) if begin == end else f"{begin}-{end}" for begin, end in _spans(batch.ids))
    session.add(
        Seal(
            id=batch.prev_id + 1,
            prev_id=batch.prev_id,
            ids=ids,
            n=len(batch.ids),
            mac=batch.mac,
            sealed_at=now,
        )
    )
    session.flush()


def verify(session: Session, key: bytes) -> Audit:
    """Recompute every seal. Finds changed, removed and inserted events and broken chains, and names the seal."""
    audit = Audit(unsealed=session.scalar(select(func.count()).select_from(Unsealed)) or 0)
    sealed: list[tuple[int, int]] = []
    prev_id, prev_mac = 0, ""
    for seal in session.execute(select(Seal).order_by(col(Seal.id))).scalars():
        assert seal.id is not None
        if seal.prev_id != prev_id or seal.id != prev_id + 1:
            audit.problems.append(f"封存链在第 {seal.id} 号之前断开：缺第 {prev_id + 1} 号封存记录。")
        spans = _parse(seal.ids)
        _check(session, key, seal, prev_mac, spans, audit)
        sealed += spans
        audit.seals += 1
        prev_id, prev_mac = seal.id, seal.mac
    _intruders(session, sealed, audit)
    return audit


def _check(
    session: Session, key: bytes, seal: Seal, prev_mac: str, spans: list[tuple[int, int]], audit: Audit
) -> None:
    mac, seen = _mac(session, key, prev_mac, spans)
    audit.events += len(seen)
    expected = {number for begin, end in spans for number in range(begin, end + 1)}
    removed = sorted(expected - seen)
    if removed:
        audit.problems.append(f"第 {seal.id} 号封存：日志第 {_some(removed)} 条被删除。")
    elif not hmac.compare_digest(mac, seal.mac):
        audit.problems.append(f"第 {seal.id} 号封存：所辖日志（{seal.ids}）或该封存记录被改动。")


def _intruders(session: Session, sealed: list[tuple[int, int]], audit: Audit) -> None:
    spans = iter(_merge(sealed))
    span = next(spans, None)
    waiting = _stream(session.scalars(select(col(Unsealed.event_id)).order_by(col(Unsealed.event_id))))
    wait = next(waiting, None)
    strangers: list[int] = []
    orphans: list[int] = []
    every = select(col(Event.id)).order_by(col(Event.id)).execution_options(yield_per=10_000)
    for number in cast(Iterable[int], session.scalars(every)):
        while span is not None and number > span[1]:
            span = next(spans, None)
        while wait is not None and wait < number:
            orphans.append(wait)
            wait = next(waiting, None)
        known = span is not None and span[0] <= number <= span[1]
        if wait == number:
            wait = next(waiting, None)
            if known:
                audit.problems.append(f"日志第 {number} 条既已封存又标为未封存。")
        elif not known:
            strangers.append(number)
    if wait is not None:
        orphans += [wait, *waiting]
    if strangers:
        audit.problems.append(f"日志第 {_some(strangers)} 条不在任何封存之内：封存之外插入。")
    if orphans:
        audit.problems.append(f"未封存的日志第 {_some(orphans)} 条被删除。")


def _stream(numbers: Iterable[int]) -> Iterator[int]:
    yield from numbers


def _mac(session: Session, key: bytes, prev_mac: str, spans: list[tuple[int, int]]) -> tuple[str, set[int]]:
    """The MAC over the seal before and the rows of the spans, and the ids that were there."""
    mac = hmac.new(key, prev_mac.encode(), hashlib.sha256)
    seen: set[int] = set()
    for begin, end in spans:
        rows = session.execute(
            select(*COLUMNS)
            .where(col(Event.id).between(begin, end))
            .order_by(col(Event.id))
            .execution_options(yield_per=10_000)
        )
        for row in rows:
            seen.add(row[0])
            mac.update(canonical(row))
    return mac.hexdigest(), seen


def canonical(row: Sequence[Any]) -> bytes:
    """One event as the bytes that are hashed: a JSON line, keys sorted, instants in UTC."""
    number, project_id, task_id, kind, actor_id, behalf, occurred_on, at, facts = row
    day = occurred_on.isoformat() if occurred_on else None
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    line = [number, project_id, task_id, kind, actor_id, behalf, day, instant, facts]
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _spans(ids: Iterable[int]) -> list[tuple[int, int]]:
    return _merge((number, number) for number in ids)


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def _parse(ids: str) -> list[tuple[int, int]]:
    spans = []
    for part in ids.split(","):
        begin, _, end = part.partition("-")
        spans.append((int(begin), int(end or begin)))
    return spans


def _some(numbers: list[int]) -> str:
    shown = "、".join(str(number) for number in numbers[:10])
    return shown if len(numbers) <= 10 else f"{shown} 等 {len(numbers)}"
