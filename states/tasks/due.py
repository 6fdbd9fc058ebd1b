"""From a pack's row to a day: the derivation of a due date, pure and explained.

Arithmetic by default-pack.md, *Deadlines*: workdays strictly after the start; months cut to the month's end;
`due = roll(min(candidates) + suspended days)`, where 天 and 个月 dates that are no working day roll forward.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from states.policy.schema import Candidate, Condition, DeadlineRow, Pack, Unit
from states.projects.ledger import Day
from states.workdays import Calendar, add_months

Source = Literal["contract", "extension", "pack"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a deadline depends on. `reached`: believed milestones; `agreed`: dates in the contract, by node.

    `restarted_on`: the day of the last 退回 or 重启; every "after" then counts from it, or from a milestone reached
    since, and caps lapse.
    `extended_to`: the newest approved extension. `suspended`: [from, to) of closed suspensions.
    """

    reached: Mapping[str, Day]
    amount_yuan: int = 0
    land: str | None = None
    kind: str | None = None
    agreed: Mapping[str, date] = field(default_factory=dict)
    restarted_on: date | None = None
    extended_to: date | None = None
    suspended: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A derived date and what it was derived from. `budget` in `unit`; None for contract and extension dates.

    `raw_on` is the date before suspension and rolling; `credited` the suspended days added, in the unit.
    """

    start_on: date
    raw_on: date
    due_on: date
    source: Source
    clause: str
    budget: int | None = None
    unit: Unit | None = None
    cap_on: date | None = None
    credited: int = 0
    provisional: bool = False


def matches(condition: Condition, facts: Circumstances) -> bool:
    """Whether every given test of a condition holds."""
    return all(
        (
            condition.land is None or facts.land in condition.land,
            condition.kind is None or facts.kind in condition.kind,
            condition.amount_from_yuan is None or facts.amount_yuan >= condition.amount_from_yuan,
            condition.amount_below_yuan is None or facts.amount_yuan < condition.amount_below_yuan,
            condition.agreed is None or condition.agreed in facts.agreed or condition.agreed in facts.reached,
        )
    )


def row_for(pack: Pack, task: str, facts: Circumstances) -> DeadlineRow | None:
    """The first row of the pack that matches; None where the task has no clock."""
    return next((row for row in pack.deadlines_of(task) if matches(row.when, facts)), None)


def derive(pack: Pack, task: str, facts: Circumstances, calendar: Calendar) -> Due | None:
    """The due date of a task, or None where no row gives it one (no row, or no start known)."""
    row = row_for(pack, task, facts)
    if row is None:
        return None
    dated = [
        (candidate, start) for candidate in row.candidates if (start := _start(candidate, facts)) is not None
    ]
    if not any(not candidate.cap for candidate, _ in dated):
        return None
    return _settle(pack, task, row, dated, facts, calendar)


def _settle(
    pack: Pack,
    task: str,
    row: DeadlineRow,
    dated: list[tuple[Candidate, Day]],
    facts: Circumstances,
    calendar: Calendar,
) -> Due:
    start = next(day for candidate, day in dated if not candidate.cap)
    ends = [(add(day.on, candidate.budget, candidate.unit, calendar), candidate) for candidate, day in dated]
    raw_on, chosen = min(ends, key=lambda end: end[0])
    caps = [on for on, candidate in ends if candidate.cap]
    fixed = facts.agreed.get(task) or facts.extended_to
    source: Source = "contract" if task in facts.agreed else "extension" if facts.extended_to else "pack"
    base = fixed or raw_on
    credited, moved = credit(base, chosen.unit, start.on, facts.suspended, calendar, rolls=source == "pack")
    loose = any(day.precision == "month" for _, day in dated)
    return Due(
        start_on=start.on,
        raw_on=base,
        due_on=moved,
        source=source,
        clause=_clause(pack, row, source),
        budget=chosen.budget if source == "pack" else None,
        unit=chosen.unit,
        cap_on=min(caps) if caps else None,
        credited=credited,
        provisional=(source == "pack" and loose) or calendar.provisional(base, moved),
    )


def _clause(pack: Pack, row: DeadlineRow, source: Source) -> str:
    if source == "contract":
        return "投资合同约定日期"
    if source == "extension":
        return f"经批准的延期，{pack.clause_of(pack.extension.clause)}"
    return pack.clause_of(row.clause)


def _start(candidate: Candidate, facts: Circumstances) -> Day | None:
    """The day a candidate counts from. In a new run: no cap, and nothing from before the day it began."""
    reached = facts.reached.get(candidate.after)
    if facts.restarted_on is not None:
        if candidate.cap:
            return None
        return reached if reached and reached.on >= facts.restarted_on else Day(facts.restarted_on)
    if reached is not None:
        return reached
    agreed = facts.agreed.get(candidate.after)
    return Day(agreed) if agreed is not None else None


def add(on: date, budget: int, unit: Unit, calendar: Calendar) -> date:
    """`budget` units after `on`, not rolled. Zero is the day itself."""
    if budget == 0:
        return on
    if unit == "workdays":
        return calendar.plus(on, budget)
    return add_months(on, budget) if unit == "months" else on + timedelta(days=budget)


def credit(
    base: date,
    unit: Unit,
    start_on: date,
    suspended: Iterable[tuple[date, date]],
    calendar: Calendar,
    *,
    rolls: bool,
) -> tuple[int, date]:
    """Suspended days (in the unit of the budget) and the date moved by them.

    Only days from `start_on` on count; a suspension that begins after the date then due moves nothing.
    A contract or extension date rolls only when days were added (`rolls` False).
    """
    credited, due_on = 0, calendar.roll(base) if rolls and unit != "workdays" else base
    for begin, end in union(suspended):
        if begin > due_on:
            break
        credited += size(max(begin, start_on), end, unit, calendar)
        if credited:
            due_on = moved(base, credited, unit, calendar)
    return credited, due_on


def moved(base: date, days: int, unit: Unit, calendar: Calendar) -> date:
    """`base` plus suspended days, rolled where the unit rolls."""
    if unit == "workdays":
        return calendar.plus(base, days) if days else base
    return calendar.roll(base + timedelta(days=days))


def size(begin: date, end: date, unit: Unit, calendar: Calendar) -> int:
    """Days of [begin, end), working days for a 工作日 budget."""
    if end <= begin:
        return 0
    one = timedelta(days=1)
    return calendar.count(begin - one, end - one) if unit == "workdays" else (end - begin).days


def union(intervals: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Half-open intervals merged and in order, so that overlapping suspensions count once."""
    merged: list[tuple[date, date]] = []
    for begin, end in sorted(intervals):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
