"""Clocks for projects that come from a ledger: the step that is open, and the sub-milestones that the ledger knows.

default-pack.md *Imports*: steps that are past open no task; a sub-milestone without a column opens no clock and is
待补. A task already due on the import's day is backlog (存量逾期).
"""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from sqlmodel import Session

from states.bulk import insert_rows, reserve
from states.policy.schema import Pack
from states.projects.intake_write import Frame, Started
from states.projects.missing import DATE, GapKey
from states.projects.tables_on_paper import ON
from states.tasks.circumstances import agreed_dates
from states.tasks.deadlines import Clock, clock
from states.tasks.due import Circumstances, Due, derive, row_for
from states.tasks.steps import STEP_SLOT
from states.tasks.tables import Deadline, Task
from states.workdays import Calendar

Opened = tuple[Started, str, Clock]
_TASK = (
    "id", "project_id", "slot", "kind", "batch", "run", "ladder", "calendar", "start_on", "opened_on", "budget", "unit",
    "clause", "raw_on", "cap_on", "due_on", "provisional", "backlog", "ladder_from_on", "next_rung_on", "version",
)  # fmt: skip
_DEADLINE = ("task_id", "due_on", "source", "clause", "known_at", "event_id")


def start_clocks(session: Session, frame: Frame, started: Sequence[Started]) -> list[tuple[int, GapKey]]:
    """Open the tasks of projects just imported; returns the sub-milestones that stay without clock, as gaps."""
    opened: list[Opened] = []
    gaps: list[tuple[int, GapKey]] = []
    for one in started:
        facts = _circumstances(one)
        for kind in owed(frame.pack, one.stage, one.entry.reached):
            if not tracked(frame.pack, kind, one.entry.asked):
                if _has_clock(frame.pack, kind, facts):
                    gaps.append((one.project_id, (kind, DATE)))
                continue
            due = derive(frame.pack, kind, facts, Calendar.national())
            if due is not None:
                opened.append((one, kind, imported_clock(frame, kind, due, one.entry.amount_yuan)))
    _write(session, frame, opened)
    return gaps


def owed(pack: Pack, stage: str, reached: Container[str]) -> Iterator[str]:
    """What a project in this stage owes: its next step, and the sub-milestones begun and not reached."""
    onward = pack.next_stage(stage)
    if onward is not None:
        yield onward.key
    begun = pack.stage_keys[: pack.stage_keys.index(stage) + 1]
    for node in pack.milestone:
        if node.key not in reached and node.from_ in begun:
            yield node.key


def tracked(pack: Pack, kind: str, asked: Container[str]) -> bool:
    """Whether the ledger keeps this node: every stage step, a sub-milestone that has a column."""
    return kind in pack.stage_keys or ON + kind in asked


def _has_clock(pack: Pack, kind: str, facts: Circumstances) -> bool:
    row = row_for(pack, kind, facts)
    return row is not None and any(
        not candidate.cap and (candidate.after in facts.reached or candidate.after in facts.agreed)
        for candidate in row.candidates
    )


def imported_clock(frame: Frame, kind: str, due: Due, amount_yuan: int, pack: Pack | None = None) -> Clock:
    """The clock of a task that an import opens, by the pack that the project pins (else the one in force)."""
    pinned = pack or frame.pack
    return clock(
        pinned,
        due,
        ladder=pinned.ladder_of(kind),
        lead=pinned.is_lead_task(kind),
        amount_yuan=amount_yuan,
        opened_on=frame.today,
        imported=True,
        calendar=Calendar.national(),
    )


def _circumstances(one: Started) -> Circumstances:
    entry = one.entry
    return Circumstances(
        reached=entry.reached,
        amount_yuan=entry.amount_yuan,
        land=entry.land,
        kind=entry.kind,
        agreed=agreed_dates(entry.attributes),
    )


def _write(session: Session, frame: Frame, opened: Sequence[Opened]) -> None:
    ids = reserve(session, Task, len(opened))
    numbered = list(zip(ids, opened, strict=True))
    insert_rows(session, Task, _TASK, (_task(frame, task_id, *one) for task_id, one in numbered))
    insert_rows(session, Deadline, _DEADLINE, (_deadline(frame, task_id, *one) for task_id, one in numbered))


def _task(frame: Frame, task_id: int, one: Started, kind: str, made: Clock) -> tuple[Any, ...]:
    due = made.due
    return (
        task_id, one.project_id, STEP_SLOT, kind, "", 1, frame.pack.ladder_of(kind), "cn", due.start_on, made.opened_on,
        due.budget, due.unit, due.clause, due.raw_on, due.cap_on, due.due_on, due.provisional, made.backlog,
        made.ladder_from_on, made.next_rung_on, 1,
    )  # fmt: skip


def _deadline(frame: Frame, task_id: int, one: Started, kind: str, made: Clock) -> tuple[Any, ...]:
    return task_id, made.due.due_on, made.due.source, made.due.clause, frame.as_of, one.event_id
