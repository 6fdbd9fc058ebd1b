"""On which days a task's rungs fall: same arithmetic as the due date (default-pack.md, *Escalation ladder*)."""

from dataclasses import dataclass
from datetime import date, timedelta

from states.policy.schema import BacklogBatch, Pack, RungRule, Unit
from states.workdays import Calendar, add_months


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of one task: its key and the day from which it is earned."""

    key: str
    on: date


def schedule(
    pack: Pack,
    ladder: str,
    amount_yuan: int,
    *,
    start_on: date,
    due_on: date,
    ladder_from_on: date,
    backlog: bool,
    calendar: Calendar,
) -> tuple[Rung, ...]:
    """The rungs that this task can earn, low to high. Backlog (存量逾期) earns none before its due date."""
    rungs: list[Rung] = []
    for rule in pack.rung:
        if ladder not in rule.ladders or (backlog and rule.anchor == "due"):
            continue
        if rule.min_workdays is not None and calendar.count(start_on, due_on) <= rule.min_workdays:
            continue
        on = _day_of(rule, amount_yuan, due_on if rule.anchor == "due" else ladder_from_on, calendar)
        if on is not None:
            rungs.append(Rung(rule.key, on))
    return tuple(rungs)


def _day_of(rule: RungRule, amount_yuan: int, anchor: date, calendar: Calendar) -> date | None:
    step = rule.step_for(amount_yuan)
    return None if step is None else shift(anchor, step.offset, step.unit, calendar)


def shift(anchor: date, offset: int, unit: Unit, calendar: Calendar) -> date:
    """`offset` units from a day, before it if negative; 天 and 个月 roll like a due date."""
    if offset == 0:
        return anchor
    if unit == "workdays":
        return calendar.plus(anchor, offset)
    return calendar.roll(add_months(anchor, offset) if unit == "months" else anchor + timedelta(days=offset))


def above(rungs: tuple[Rung, ...], reached: str | None, order: tuple[str, ...] = ()) -> tuple[Rung, ...]:
    """The rungs over the one already reached; all of them before the first.

    `order`: the pack's rung keys, low to high. It places a reached rung that the task can no longer earn (an
    amount corrected below 1亿 after R3); without it such a task would climb from the bottom again.
    """
    keys = [rung.key for rung in rungs]
    if reached in keys:
        return rungs[keys.index(reached) + 1 :]
    if reached in order:
        higher = order[order.index(reached) + 1 :]
        return tuple(rung for rung in rungs if rung.key in higher)
    return rungs


def next_on(rungs: tuple[Rung, ...], reached: str | None, order: tuple[str, ...] = ()) -> date | None:
    """The day on which the next rung is earned; None when the ladder is climbed."""
    return min((rung.on for rung in above(rungs, reached, order)), default=None)


def earned(
    rungs: tuple[Rung, ...], reached: str | None, today: date, order: tuple[str, ...] = ()
) -> tuple[Rung | None, tuple[Rung, ...]]:
    """The rung that fires today (the highest earned) and the lower ones, recorded as passed (补记)."""
    due = [rung for rung in above(rungs, reached, order) if rung.on <= today]
    return (due[-1], tuple(due[:-1])) if due else (None, ())


def ladder_start(due_on: date, opened_on: date) -> date:
    """The later of the due date and the day on which the run was opened."""
    return max(due_on, opened_on)


def batch_of(pack: Pack, amount_yuan: int, *, lead: bool) -> BacklogBatch:
    """Which backlog batch a task belongs to: the first that matches."""
    return next(
        batch
        for batch in pack.backlog.batch
        if amount_yuan >= batch.amount_from_yuan and (batch.lead is None or batch.lead == lead)
    )


def batch_day(pack: Pack, imported_on: date, amount_yuan: int, *, lead: bool, calendar: Calendar) -> date:
    """When the ladder of an imported overdue task starts."""
    batch = batch_of(pack, amount_yuan, lead=lead)
    return shift(imported_on, batch.offset, batch.unit, calendar)
