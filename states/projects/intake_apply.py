"""Corrections and additions of a ledger written in bulk: what was believed is superseded, never overwritten."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session

from states.bulk import batches, insert_rows, reserve
from states.events import Event
from states.people.naming import Names
from states.people.tables import Responsibility
from states.projects.intake_change import Plan, first_day
from states.projects.intake_detail import FACTS
from states.projects.intake_write import (
    Frame,
    holder,
    know_holders,
    write_events,
    write_gaps,
    write_investors,
)
from states.projects.tables import Gap, Milestone, Project, ProjectInvestor, ProjectRevision

_REVISION = (
    "project_id", *FACTS, "attributes", "standing", "from_on", "known_at", "event_id",
)  # fmt: skip
_MILESTONE = (
    "project_id", "kind", "run", "occurred_on", "precision", "reported_at", "known_at", "evidence", "event_id",
)  # fmt: skip
_HELD = ("project_id", "slot", "person_id", "unit_id", "from_on", "event_id")
Numbered = Sequence[tuple[int, Plan]]


def apply(session: Session, frame: Frame, plans: Sequence[Plan], names: Names) -> None:
    """Write what the rows change, one event `project_corrected` a project. Clocks follow in `lifecycle.onboarding`."""
    events = reserve(session, Event, len(plans))
    numbered = list(zip(events, plans, strict=True))
    write_events(
        session,
        frame,
        [
            (event_id, p.detail.project_id, "project_corrected", {"fields": _fields(p)})
            for event_id, p in numbered
        ],
    )
    _revise(session, frame, [(event_id, plan) for event_id, plan in numbered if _revision_differs(plan)])
    _date(session, frame, numbered)
    _invest(session, plans)
    _hand_over(session, frame, numbered, names)
    _fill(session, frame, plans)
    _keep_present(session, plans)


def _fields(plan: Plan) -> list[str]:
    days = [f"on:{node}" for node in (*plan.new_days, *plan.corrected)]
    slots = sorted({slot for slot, _ in plan.came} | {held.slot for held in plan.left})
    investor = ["investor"] if plan.investor is not None else []
    return [*plan.facts, *plan.attributes, *days, *investor, *slots]


def _revision_differs(plan: Plan) -> bool:
    return plan.revises or first_day(plan) < plan.detail.from_on


def _revise(session: Session, frame: Frame, numbered: Numbered) -> None:
    """A correction: the same rectangle of the world, believed anew."""
    supersede(session, ProjectRevision, [plan.detail.revision_id for _, plan in numbered], frame)
    rows = (
        (
            plan.detail.project_id,
            *({**plan.detail.facts, **plan.facts}[name] for name in FACTS),
            {**plan.detail.attributes, **plan.attributes},
            plan.detail.standing,
            first_day(plan),
            max(frame.as_of, plan.detail.known_at),
            event_id,
        )
        for event_id, plan in numbered
    )
    insert_rows(session, ProjectRevision, _REVISION, rows)


def _date(session: Session, frame: Frame, numbered: Numbered) -> None:
    wrong = [plan.detail.milestones[node].id for _, plan in numbered for node in plan.corrected]
    supersede(session, Milestone, wrong, frame, superseded_why="correction")
    insert_rows(
        session,
        Milestone,
        _MILESTONE,
        (row for event_id, plan in numbered for row in _days(frame, event_id, plan)),
    )


def _days(frame: Frame, event_id: int, plan: Plan) -> Iterable[tuple[Any, ...]]:
    latest = max((one.run for one in plan.detail.milestones.values()), default=1)
    for node, day in {**plan.new_days, **plan.corrected}.items():
        run = plan.detail.milestones[node].run if node in plan.corrected else latest
        yield (
            plan.detail.project_id, node, run, day.on, day.precision, frame.as_of, frame.as_of, {}, event_id,
        )  # fmt: skip


def _invest(session: Session, plans: Sequence[Plan]) -> None:
    """A corrected investor takes the place of the only one; beside several it is one more."""
    changed = [plan for plan in plans if plan.investor is not None]
    for plan in changed:
        if len(plan.detail.investors) == 1:
            session.execute(
                delete(ProjectInvestor).where(ProjectInvestor.project_id == plan.detail.project_id)  # type: ignore[arg-type]
            )
    write_investors(session, [(plan.detail.project_id, plan.investor) for plan in changed])


def _hand_over(session: Session, frame: Frame, numbered: Numbered, names: Names) -> None:
    know_holders(names, ((slot, name, p.entry.locality_id) for _, p in numbered for slot, name in p.came))
    left = [held.id for _, plan in numbered for held in plan.left]
    table = Responsibility.__table__  # type: ignore[attr-defined]
    for some in batches(left, 2000):
        session.execute(update(table).where(table.c.id.in_(some)).values(to_on=frame.today))
    rows = (
        (
            plan.detail.project_id,
            slot,
            *holder(names, slot, name, plan.entry.locality_id),
            frame.today,
            event_id,
        )
        for event_id, plan in numbered
        for slot, name in plan.came
    )
    insert_rows(session, Responsibility, _HELD, rows)


def _fill(session: Session, frame: Frame, plans: Sequence[Plan]) -> None:
    table = Gap.__table__  # type: ignore[attr-defined]
    for some in batches((row_id for plan in plans for row_id in plan.filled.values()), 2000):
        session.execute(update(table).where(table.c.id.in_(some)).values(filled_at=frame.as_of))
    write_gaps(session, frame, ((plan.detail.project_id, gap) for plan in plans for gap in plan.noted))


def _keep_present(session: Session, plans: Sequence[Plan]) -> None:
    table = Project.__table__  # type: ignore[attr-defined]
    if plans:
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("which"))
            .values(stage=bindparam("to"), locality_id=bindparam("at"), version=table.c.version + 1),
            [{"which": plan.detail.project_id, "to": plan.stage, "at": _locality(plan)} for plan in plans],
        )


def _locality(plan: Plan) -> int:
    return int(plan.facts.get("locality_id", plan.detail.facts["locality_id"]))


def supersede(session: Session, table: Any, ids: Sequence[int], frame: Frame, **also: object) -> None:
    """Believe these rows no longer, from the import's instant."""
    made = table.__table__
    for some in batches(ids, 2000):
        session.execute(update(made).where(made.c.id.in_(some)).values(superseded_at=frame.as_of, **also))
