"""What is believed of a project, as of a day of the world and an instant of knowledge.

A revision is a rectangle of (world × knowledge). To revise is to supersede the rectangles that the news touches and to
write them anew: closed where the world changed, replaced where we were wrong. Nothing is overwritten, so that
`revision(on, known)` answers for any earlier instant as it would have answered then.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from states.errors import NotFound
from states.events import record
from states.people.actor import Actor
from states.policy.schema import Pack
from states.projects.ledger import Day
from states.projects.tables import Milestone, ProjectRevision

COLUMNS = (
    "name",
    "locality_id",
    "amount_yuan",
    "kind",
    "industry",
    "land",
    "contract_no",
    "credit_code",
    "standing",
)
Facts = dict[tuple[str, str], Any]


def believed(
    known_at: Mapped[Any], superseded_at: Mapped[Any], known: datetime | None
) -> ColumnElement[bool]:
    """A WHERE clause: known at that instant and not yet superseded; None = believed now."""
    if known is None:
        return superseded_at.is_(None)
    return and_(known_at <= known, or_(superseded_at.is_(None), superseded_at > known))


def revision(
    session: Session, project_id: int, on: date | None = None, known: datetime | None = None
) -> ProjectRevision | None:
    """What was so on a day (None: the latest), as known at an instant (None: now). None before the first."""
    table = ProjectRevision
    query = select(table).where(
        table.project_id == project_id, believed(col(table.known_at), col(table.superseded_at), known)
    )
    if on is None:
        query = query.where(col(table.to_on).is_(None))
    else:
        query = query.where(table.from_on <= on, or_(col(table.to_on).is_(None), col(table.to_on) > on))
    return session.exec(query).first()


def latest(session: Session, project_id: int) -> ProjectRevision:
    """What is so now, as known now. NotFound for a project without facts."""
    found = revision(session, project_id)
    if found is None:
        raise NotFound("没有这个项目的资料。")
    return found


def milestones(
    session: Session, project_id: int, on: date | None = None, known: datetime | None = None
) -> dict[str, Day]:
    """Stages and sub-milestones reached by a day, as known at an instant: key → day."""
    query = columns(col(Milestone.kind), col(Milestone.occurred_on), col(Milestone.precision)).where(
        col(Milestone.project_id) == project_id,
        believed(col(Milestone.known_at), col(Milestone.superseded_at), known),
    )
    if on is not None:
        query = query.where(col(Milestone.occurred_on) <= on)
    return {kind: Day(day, precision) for kind, day, precision in session.execute(query)}


def stage_of(pack: Pack, reached: Iterable[str]) -> str | None:
    """The furthest milestone reached that the pack lists as a stage; None where there is none."""
    known = set(reached)
    return next((key for key in reversed(pack.stage_keys) if key in known), None)


def revise(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    from_on: date,
    *,
    for_good: bool = False,
    **changes: Any,
) -> ProjectRevision:
    """Let `changes` hold from a day on; returns what is so now.

    Keys are columns of a revision, or `attributes` (merged key by key). From the first day of a rectangle it is a
    correction, from a later one a change in the world. A value that a later rectangle changed again stays there,
    unless the news hold `for_good`. Says nothing new: writes nothing.
    """
    old = _chain(session, project_id)
    news = _flat(changes)
    after = _revised([(row.from_on, _facts(row)) for row in old], from_on, news, for_good=for_good)
    if [(row.from_on, _facts(row)) for row in old] == after:
        return latest(session, project_id)
    event_id = record(
        session,
        "project_revised",
        actor_id=actor.account_id,
        at=now,
        project_id=project_id,
        occurred_on=from_on,
        fields=sorted(name for _, name in news),
    )
    return _rewrite(session, project_id, old, after, now, event_id)


def _chain(session: Session, project_id: int) -> list[ProjectRevision]:
    query = select(ProjectRevision).where(
        ProjectRevision.project_id == project_id, col(ProjectRevision.superseded_at).is_(None)
    )
    return list(session.exec(query.order_by(col(ProjectRevision.from_on))))


def _flat(changes: Mapping[str, Any]) -> Facts:
    """Columns and attributes side by side, so that each fact is compared by itself."""
    unknown = set(changes) - {*COLUMNS, "attributes"}
    assert not unknown, f"no such fact: {unknown}"
    facts: Facts = {("column", key): value for key, value in changes.items() if key != "attributes"}
    return facts | {("attribute", key): value for key, value in changes.get("attributes", {}).items()}


def _facts(row: ProjectRevision) -> Facts:
    return _flat({key: getattr(row, key) for key in (*COLUMNS, "attributes")})


def _revised(
    chain: list[tuple[date, Facts]], from_on: date, news: Facts, *, for_good: bool
) -> list[tuple[date, Facts]]:
    """The chain with the news in it. `chain` is in order of its first days and has no holes."""
    starts = sorted({from_on, *(start for start, _ in chain)})
    was = {start: _at(chain, start) for start in starts}
    standing, result = dict(news), []
    for before, start in zip([None, *starts], starts, strict=False):
        if start < from_on:
            result.append((start, was[start]))
            continue
        if before is not None and start > from_on and not for_good:
            standing = {
                key: value for key, value in standing.items() if was[before].get(key) == was[start].get(key)
            }
        result.append((start, was[start] | standing))
    return _merged(result)


def _at(chain: list[tuple[date, Facts]], on: date) -> Facts:
    """The facts of a day; what is known of the first day stands for the days before it."""
    return next((facts for start, facts in reversed(chain) if start <= on), chain[0][1])


def _merged(chain: list[tuple[date, Facts]]) -> list[tuple[date, Facts]]:
    return [item for at, item in enumerate(chain) if at == 0 or item[1] != chain[at - 1][1]]


def _rewrite(
    session: Session,
    project_id: int,
    old: list[ProjectRevision],
    after: list[tuple[date, Facts]],
    now: datetime,
    event_id: int,
) -> ProjectRevision:
    ends = [*(start for start, _ in after[1:]), None]
    wanted = {(start, end): facts for (start, facts), end in zip(after, ends, strict=True)}
    kept = {
        (row.from_on, row.to_on): row for row in old if wanted.get((row.from_on, row.to_on)) == _facts(row)
    }
    for row in old:
        if (row.from_on, row.to_on) not in kept:
            row.superseded_at = now
    session.flush()
    for (start, end), facts in wanted.items():
        if (start, end) not in kept:
            session.add(_row(project_id, start, end, facts, now, event_id))
    session.flush()
    return latest(session, project_id)


def _row(
    project_id: int, start: date, end: date | None, facts: Facts, now: datetime, event_id: int
) -> ProjectRevision:
    columns = {name: value for (where, name), value in facts.items() if where == "column"}
    attributes = {name: value for (where, name), value in facts.items() if where == "attribute"}
    return ProjectRevision(
        project_id=project_id,
        from_on=start,
        to_on=end,
        known_at=now,
        event_id=event_id,
        attributes=attributes,
        **columns,
    )
