"""待补: evidence or facts that a source had no column for. They stay on the project until filled."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.projects.tables import Gap


def open_gaps(session: Session, project_id: int) -> list[Gap]:
    """What is still to be supplied, in the order noted."""
    query = select(Gap).where(Gap.project_id == project_id, col(Gap.filled_at).is_(None))
    return list(session.exec(query.order_by(col(Gap.id))))


def fill_gaps(session: Session, now: datetime, project_id: int, milestone: str, fields: Iterable[str]) -> int:
    """Mark these fields of a node as supplied; returns how many gaps that closed."""
    done = session.execute(
        update(Gap)
        .where(
            col(Gap.project_id) == project_id,
            col(Gap.milestone) == milestone,
            col(Gap.field).in_(list(fields)),
            col(Gap.filled_at).is_(None),
        )
        .values(filled_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))
