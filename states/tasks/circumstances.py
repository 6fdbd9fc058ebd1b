"""What a project's deadlines depend on, gathered from what is believed of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from states.events import Event
from states.projects.facts import latest, milestones
from states.tasks.due import Circumstances
from states.tasks.tables import Deadline, Suspension, Task

RESTARTS = ("project_sent_back", "project_reopened")


def restarts(session: Session, project_id: int) -> list[date]:
    """The days on which the project's clock was armed anew (退回, 重启), first to last. Its run is one more than these."""
    query = select(col(Event.occurred_on)).where(
        col(Event.project_id) == project_id, col(Event.kind).in_(RESTARTS)
    )
    return [on for on in session.scalars(query.order_by(col(Event.id))) if on is not None]


def run_of(session: Session, project_id: int) -> int:
    """The run in which the project's tasks are opened now."""
    return 1 + len(restarts(session, project_id))


def circumstances(session: Session, project_id: int, kind: str) -> Circumstances:
    """Everything that the due date of the project's task of this kind depends on, as believed now."""
    facts = latest(session, project_id)
    again = restarts(session, project_id)
    return Circumstances(
        reached=milestones(session, project_id),
        amount_yuan=facts.amount_yuan,
        land=facts.land,
        kind=facts.kind,
        agreed=agreed_dates(facts.attributes),
        restarted_on=again[-1] if again else None,
        extended_to=extended_to(session, project_id, kind, 1 + len(again)),
        suspended=suspended(session, project_id, kind),
    )


def agreed_dates(attributes: Mapping[str, Any]) -> dict[str, date]:
    """Dates that the contract agrees: node → day. Kept in a revision's attributes as ISO text."""
    return {node: date.fromisoformat(on) for node, on in attributes.get("agreed", {}).items()}


def extended_to(session: Session, project_id: int, kind: str, run: int) -> date | None:
    """The newest approved extension of the run's task: `raw_on` is the date before suspended days were added."""
    query = (
        select(col(Task.raw_on))
        .join(Deadline, col(Deadline.task_id) == col(Task.id))
        .where(
            col(Task.project_id) == project_id,
            col(Task.kind) == kind,
            col(Task.batch) == "",
            col(Task.run) == run,
            col(Deadline.source) == "extension",
        )
    )
    return session.scalars(query).first()


def suspended(session: Session, project_id: int, kind: str) -> tuple[tuple[date, date], ...]:
    """The closed suspensions of a step, as half-open intervals."""
    query = select(col(Suspension.from_on), col(Suspension.to_on)).where(
        col(Suspension.project_id) == project_id,
        col(Suspension.kind) == kind,
        col(Suspension.to_on).is_not(None),
        col(Suspension.superseded_at).is_(None),
    )
    return tuple((begin, end) for begin, end in session.execute(query) if end is not None)
