"""What is still missing for a project's next step, and what this actor may do with it now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from states.errors import Forbidden
from states.instants import day_of
from states.lifecycle.evidence import Item, required
from states.lifecycle.machine import label, node_of, permitted
from states.lifecycle.offramps import require_asker
from states.lifecycle.queue import report_waits
from states.lifecycle.reports import known_of, require_specialist
from states.people.actor import Actor
from states.policy.active import pack_by_id
from states.projects.gaps import open_gaps
from states.projects.missing import gap_label
from states.projects.tables import Project


@dataclass(frozen=True, slots=True)
class Gapped:
    """One thing 待补: the node ("project" for the project itself), the field, and both in words."""

    milestone: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The checklist of the next step; `trigger` None at the last stage or when nothing can be reported now.

    `waits`: a report waits for 核定.
    """

    trigger: str | None
    trigger_label: str | None
    step: str | None
    items: tuple[Item, ...]
    gaps: tuple[Gapped, ...]
    waits: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something the actor may do now. `kind`: report or offramp. `items`: what a report must bring."""

    trigger: str
    label: str
    kind: str
    items: tuple[Item, ...] = ()


def missing(session: Session, project: Project, today: date) -> Missing:
    """What the next step still needs, ready to be shown as a checklist, and what is 待补."""
    assert project.id is not None
    pack = pack_by_id(session, project.pack_id)
    onward = pack.next_stage(project.stage)
    gaps = tuple(
        Gapped(gap.milestone, gap.field, gap_label(pack, (gap.milestone, gap.field)))
        for gap in open_gaps(session, project.id)
    )
    waits = report_waits(session, project.id)
    if onward is None or onward.trigger not in permitted(pack, project.stage, project.standing):
        return Missing(None, None, None, (), gaps, waits)
    items = required(pack, onward, known_of(session, project, today))
    return Missing(onward.trigger, onward.trigger_label, pack.step_label(onward.key), items, gaps, waits)


def permitted_actions(session: Session, actor: Actor, now: datetime, project: Project) -> tuple[Action, ...]:
    """What the state of things and the actor's rights allow together."""
    assert project.id is not None
    pack, today = pack_by_id(session, project.pack_id), day_of(now)
    reports = _holds(lambda: require_specialist(session, actor, project.id or 0, today))
    asks = _holds(lambda: require_asker(session, actor, project, today))
    known = known_of(session, project, today)
    found: list[Action] = []
    for trigger in permitted(pack, project.stage, project.standing):
        node = node_of(pack, trigger)
        if node is None:
            found += [Action(trigger, label(pack, trigger), "offramp")] if asks else []
        elif reports and node.key not in known.reached:
            found.append(Action(trigger, label(pack, trigger), "report", required(pack, node, known)))
    return tuple(found)


def _holds(check: Callable[[], None]) -> bool:
    try:
        check()
    except Forbidden:
        return False
    return True
