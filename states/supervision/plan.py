"""What a sweep does to tasks that stand alike: computed once per case, in Python, from the pack."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from states.policy.schema import Pack
from states.tasks.rungs import Rung, earned, next_on, schedule
from states.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Case:
    """Tasks of one sweep that agree in everything their rungs depend on.

    `amount_from_yuan` is the highest bound of the ladder that the amount reaches, not the amount;
    `tasks` how many there are; `key` names the case within the sweep.
    """

    key: str
    pack_id: int
    ladder: str
    amount_from_yuan: int
    start_on: date
    due_on: date
    ladder_from_on: date
    backlog: bool
    rung: str | None
    tasks: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a case: the rung that fires, the lower ones recorded (补记), and the day of the next."""

    case: Case
    pack: Pack
    fires: Rung | None
    passed: tuple[Rung, ...]
    next_on: date | None

    @property
    def rungs(self) -> tuple[tuple[Rung, bool], ...]:
        """Rungs to be written, low to high, each with whether it is only recorded."""
        fired = () if self.fires is None else ((self.fires, False),)
        return *((rung, True) for rung in self.passed), *fired

    @property
    def reached(self) -> str | None:
        """The task's rung after the sweep."""
        return self.case.rung if self.fires is None else self.fires.key


def outcome(pack: Pack, case: Case, today: date, calendar: Calendar) -> Outcome:
    """The outcome of one case on one day."""
    order = tuple(rule.key for rule in pack.rung)
    rungs = schedule(
        pack,
        case.ladder,
        case.amount_from_yuan,
        start_on=case.start_on,
        due_on=case.due_on,
        ladder_from_on=case.ladder_from_on,
        backlog=case.backlog,
        calendar=calendar,
    )
    fires, passed = earned(rungs, case.rung, today, order)
    return Outcome(case, pack, fires, passed, next_on(rungs, fires.key if fires else case.rung, order))


def bounds(packs: Iterable[Pack]) -> tuple[int, ...]:
    """Amounts (yuan) at which any rung of these packs changes, ascending, 0 first."""
    steps = (step.amount_from_yuan for pack in packs for rung in pack.rung for step in rung.steps)
    return tuple(sorted({0, *steps}))


def fired(outcomes: Iterable[Outcome]) -> Mapping[str, int]:
    """Tasks by the rung that fires."""
    counts: Counter[str] = Counter()
    for each in outcomes:
        if each.fires is not None:
            counts[each.fires.key] += each.case.tasks
    return dict(sorted(counts.items()))


def recorded(outcomes: Iterable[Outcome]) -> Mapping[str, int]:
    """Tasks by each rung that is only recorded as passed."""
    counts: Counter[str] = Counter()
    for each in outcomes:
        for rung in each.passed:
            counts[rung.key] += each.case.tasks
    return dict(sorted(counts.items()))


def weighed(outcomes: Iterable[Outcome]) -> int:
    """Tasks that would fire, as the fuse counts them: without the backlog, whose plan was released as a whole."""
    return sum(each.case.tasks for each in outcomes if each.fires is not None and not each.case.backlog)
