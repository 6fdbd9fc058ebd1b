"""The daily sweep: every rung earned on or before a day, set-based. default-pack.md, *Escalation ladder*.

A few statements whatever the number of tasks. Rung dates are computed in Python once per distinct case
(`plan`), all else is INSERT…SELECT. `task.version` stays: an open form must not go stale at 08:30.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from states.people.actor import Actor
from states.people.rights import may, require
from states.policy.active import current_pack, pack_by_id
from states.policy.schema import Pack
from states.policy.tables import PolicyPack
from states.supervision import claim, plan, staging
from states.supervision.fuse import many, why_held
from states.tasks.tables import Task
from states.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, or would do while it is held.

    `fired` and `recorded` count tasks by rung; `counted` is what the fuse weighs (tasks outside the backlog) and
    what a caller keeps as the history for later sweeps. `held`: nothing was written, `fired` is the draft, `why`
    says it in Chinese. `left`: due tasks that another transaction was changing; commit and sweep again.
    """

    fired: Mapping[str, int] = field(default_factory=dict)
    recorded: Mapping[str, int] = field(default_factory=dict)
    counted: int = 0
    held: bool = False
    why: str | None = None
    left: int = 0


def climb(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    *,
    late: bool = False,
    held_ok: bool = False,
    history: Sequence[int] = (),
    standing_hold: bool = False,
) -> Swept:
    """Fire every task's highest earned rung and record the lower ones (补记), or hold the sweep by the fuse.

    `late`: a sweep that was missed; what was earned before today is marked caught_up. `history`: `counted` of
    the sweeps that went out, oldest first. `standing_hold`: an earlier sweep waits for its release, so this one
    waits with it. `held_ok`: released, or the rest of a sweep that already passed the fuse.
    """
    if not may(actor, "release"):
        require(actor, "tick")
    session.flush()
    if not claim.anything_due(session, today):
        return Swept()
    outcomes, left = _drafted(session, today)
    why = None if held_ok else _why_held(session, today, outcomes, history, standing_hold)
    if why is None and outcomes:
        staging.write(session, actor.account_id, now, today, outcomes, late=late)
    return Swept(
        fired=plan.fired(outcomes),
        recorded=plan.recorded(outcomes),
        counted=plan.weighed(outcomes),
        held=why is not None,
        why=why,
        left=left,
    )


def _drafted(session: Session, today: date) -> tuple[list[plan.Outcome], int]:
    packs = _packs(session)
    bounds = plan.bounds(packs.values())
    default_id, _ = current_pack(session, today)
    left = claim.claim(session, today, bounds, default_id)
    calendar = Calendar.national()
    cases = claim.cases(session, bounds)
    return [plan.outcome(packs[case.pack_id], case, today, calendar) for case in cases], left


def _packs(session: Session) -> dict[int, Pack]:
    ids = session.execute(select(col(PolicyPack.id))).scalars()
    return {pack_id: pack_by_id(session, pack_id) for pack_id in ids if pack_id is not None}


def _why_held(
    session: Session,
    today: date,
    outcomes: Sequence[plan.Outcome],
    history: Sequence[int],
    standing_hold: bool,
) -> str | None:
    if standing_hold and plan.fired(outcomes):
        return "前次督办扫描因保险丝暂停，尚未放行"
    fuse = current_pack(session, today)[1].fuse
    would_fire = plan.weighed(outcomes)
    if not many(fuse, would_fire):
        return None
    return why_held(fuse, would_fire, open_tasks(session), history)


def open_tasks(session: Session) -> int:
    """How many open tasks have a ladder. Counted from two indexes: all open ones less those without."""
    open_ = select(func.count()).select_from(Task).where(col(Task.closed_at).is_(None))
    every: int = session.execute(open_).scalar_one()
    # `kind >= ''` holds for every row; it leads SQLite to the index on kind, which without statistics it passes by
    without = open_.where(col(Task.ladder).is_(None), col(Task.kind) >= "")
    unladdered: int = session.execute(without).scalar_one()
    return every - unladdered
