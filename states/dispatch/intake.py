"""Figures on paper into the database, common to funds and targets: new, corrected, unchanged, each once a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from states.bulk import insert_rows
from states.dispatch.tables import Fund, Target
from states.events import record
from states.instants import day_of
from states.projects.intake import refusal
from states.projects.intake_apply import supersede
from states.projects.intake_report import Change, ImportReport
from states.projects.intake_write import Frame
from states.projects.ledger import Refusal, Row

Key = tuple[int, int | date, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a row: its key in the table, the field of its cell, and what it is called in a report."""

    row: Row
    key: Key
    value: int
    cell: str
    of: str
    label: str
    project_id: int = 0


@dataclass(frozen=True, slots=True)
class Believed:
    """What is on record under a key."""

    id: int
    value: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """Where figures go: the table, its key columns and value column, the word in counts, the event."""

    table: type[Fund] | type[Target]
    columns: tuple[str, str, str]
    value: str
    word: str
    event: str


@dataclass(slots=True)
class _Sorted:
    new: list[Figure] = field(default_factory=list)
    corrected: list[tuple[Figure, Believed]] = field(default_factory=list)


def settle(
    session: Session,
    frame: Frame,
    kind: Kind,
    figures: Iterable[Figure],
    believed: Mapping[Key, Believed],
    report: ImportReport,
) -> None:
    """Write what is new or corrected (the old row is superseded), in one event; note all in the report."""
    found = _Sorted()
    first: dict[Key, Row] = {}
    for figure in figures:
        if figure.key in first:
            report.refused.append(_twice(figure, first[figure.key]))
            continue
        first[figure.key] = figure.row
        _sort(found, frame, figure, believed.get(figure.key), kind, report)
    if found.new or found.corrected:
        _write(session, frame, kind, found)
    report.counts[kind.word] += len(found.new)
    report.counts[f"{kind.word}_updated"] += len(found.corrected)


def _sort(
    found: _Sorted, frame: Frame, figure: Figure, known: Believed | None, kind: Kind, report: ImportReport
) -> None:
    if known is None:
        found.new.append(figure)
    elif known.value == figure.value:
        report.counts[f"{kind.word}_unchanged"] += 1
    elif known.known_at > frame.as_of:
        report.refused.append(too_late(figure.row, figure.cell, known.known_at, frame))
    else:
        found.corrected.append((figure, known))
        report.changed.append(_change(figure, known))


def too_late(row: Row, cell: str, known_at: datetime, frame: Frame) -> Refusal:
    """The file would overwrite what became known after it."""
    return refusal(
        row,
        cell,
        f"系统中该项已于 {day_of(known_at).isoformat()} 更新，晚于本次数据截至日 {frame.today.isoformat()}："
        "请核对后用更晚的 --as-of 重新导入",
    )


def _change(figure: Figure, known: Believed) -> Change:
    cell = figure.row.cells.get(figure.cell, "")
    return Change(
        figure.of,
        figure.project_id,
        figure.label,
        f"{known.value}",
        f"{figure.value}",
        figure.row.sheet,
        cell,
    )


def _twice(figure: Figure, first: Row) -> Refusal:
    where = f"第 {first.row} 行" if first.sheet == figure.row.sheet else f"“{first.sheet}”第 {first.row} 行"
    return refusal(
        figure.row, figure.cell, f"与{where}重复（{figure.of}，{figure.label}）：请合并为一行或删去其中一行"
    )


def _write(session: Session, frame: Frame, kind: Kind, found: _Sorted) -> None:
    event_id = record(
        session,
        kind.event,
        actor_id=frame.actor.account_id,
        at=frame.as_of,
        new=len(found.new),
        corrected=len(found.corrected),
    )
    supersede(session, kind.table, [known.id for _, known in found.corrected], frame)
    figures = [*found.new, *(figure for figure, _ in found.corrected)]
    rows = ((*figure.key, figure.value, frame.as_of, event_id) for figure in figures)
    insert_rows(session, kind.table, (*kind.columns, kind.value, "known_at", "event_id"), rows)
