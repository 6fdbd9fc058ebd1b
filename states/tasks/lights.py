"""绿黄红黑: the light of an open task, computed from its dates and the pack, never stored (default-pack.md, *Lights*).

Yellow begins on the later of `yellow_workdays_before` working days before `due_on` and the day on which two thirds of
the budget are spent; a contract or extension date has no budget, so the first alone counts. A third of a month is ten
days. Black begins `black_days_red` days after the ladder start (for 存量逾期 its batch day).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from states.policy.schema import Pack, Unit
from states.tasks.rungs import shift
from states.tasks.tables import Task
from states.workdays import Calendar, add_months

GREEN, YELLOW, RED, BLACK = "green", "yellow", "red", "black"
LABELS = {GREEN: "绿", YELLOW: "黄", RED: "红", BLACK: "黑"}
Budget = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Light:
    """A light and why it shows."""

    key: str
    label: str
    why: str


def light(pack: Pack, task: Task, today: date, calendar: Calendar) -> Light:
    """The light of an open task that is not suspended."""
    late = (today - task.due_on).days
    if late > 0:
        if today >= black_from(pack, task.ladder_from_on):
            why = f"自 {task.ladder_from_on} 起红灯满 {pack.lights.black_days_red} 天"
            return Light(BLACK, LABELS[BLACK], f"逾期 {late} 天，{why}")
        label = f"{LABELS[RED]}（存量）" if task.backlog else LABELS[RED]
        return Light(RED, label, f"逾期 {late} 天，到期日 {task.due_on}")
    begins = yellow_from(pack, task, calendar)
    if today >= begins:
        return Light(YELLOW, LABELS[YELLOW], f"{-late} 天后到期，自 {begins} 起临近到期")
    return Light(GREEN, LABELS[GREEN], f"{-late} 天后到期，{begins} 起转黄")


def black_from(pack: Pack, ladder_from_on: date) -> date:
    """The first black day."""
    return ladder_from_on + timedelta(days=pack.lights.black_days_red)


def yellow_from(pack: Pack, task: Task, calendar: Calendar) -> date:
    """The first yellow day."""
    before = shift(task.due_on, -pack.lights.yellow_workdays_before, "workdays", calendar)
    if task.budget is None or task.unit is None:
        return before
    return max(before, spent(pack, task.start_on, (task.budget, task.unit), calendar))


def spent(pack: Pack, start_on: date, budget: Budget, calendar: Calendar) -> date:
    """The day on which the pack's share of the budget is spent."""
    amount, unit = budget
    share = amount * pack.lights.yellow_budget_numerator
    whole = pack.lights.yellow_budget_denominator
    if unit == "months":
        return add_months(start_on, share // whole) + timedelta(days=share % whole * 30 // whole)
    used = -(-share // whole)
    if used == 0:
        return start_on
    return calendar.plus(start_on, used) if unit == "workdays" else start_on + timedelta(days=used)


def shows(pack: Pack, key: str, today: date, calendar: Calendar) -> ColumnElement[bool]:
    """`light(…).key == key` as a WHERE clause over `task`, for open tasks of projects that pin this pack."""
    overdue = col(Task.due_on) < today
    black = col(Task.ladder_from_on) <= today - timedelta(days=pack.lights.black_days_red)
    if key == BLACK:
        return and_(overdue, black)
    if key == RED:
        return and_(overdue, ~black)
    yellow = and_(col(Task.due_on) <= _latest_due(pack, today, calendar), _spent_by(pack, today, calendar))
    return and_(~overdue, yellow if key == YELLOW else ~yellow)


def _latest_due(pack: Pack, today: date, calendar: Calendar) -> date:
    """The last due date whose yellow days have begun: `shift` back from it lands on today or before."""
    n = pack.lights.yellow_workdays_before
    if n == 0:
        return today
    last = shift(today, n, "workdays", calendar)
    while shift(last + timedelta(days=1), -n, "workdays", calendar) <= today:
        last += timedelta(days=1)
    return last


def _spent_by(pack: Pack, today: date, calendar: Calendar) -> ColumnElement[bool]:
    """Whether the share of the budget is spent: one bound on the start for each budget that the pack gives."""
    budgets: set[tuple[int, Unit]] = {
        (candidate.budget, candidate.unit) for row in pack.deadline for candidate in row.candidates
    }
    known = [
        and_(
            col(Task.budget) == amount,
            col(Task.unit) == unit,
            col(Task.start_on) <= _latest_start(pack, today, (amount, unit), calendar),
        )
        for amount, unit in sorted(budgets)
    ]
    return or_(col(Task.budget).is_(None), *known)


def _latest_start(pack: Pack, today: date, budget: Budget, calendar: Calendar) -> date:
    """The last start whose share is spent today, by bisection: `spent` never falls as the start rises."""
    low, high = today - timedelta(days=3660 * 31), today
    while low < high:
        middle = low + timedelta(days=((high - low).days + 1) // 2)
        if spent(pack, middle, budget, calendar) <= today:
            low = middle
        else:
            high = middle - timedelta(days=1)
    return low
