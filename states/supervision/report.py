"""The supervision office's escalation report as values: by locality, unit, step and rung, the list behind each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from states.people.actor import Actor
from states.people.rights import require
from states.policy.active import current_pack
from states.policy.schema import Pack
from states.tasks.listing import Owed, overdue_tasks

BANDS = (("1-30", 1, 30), ("31-90", 31, 90), ("91-180", 91, 180), ("181+", 181, 10**6))
NO_RUNG = "none"
NO_UNIT = "（责任单位未填）"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the tasks behind it. `id` is stable: "totals.overdue", "localities.3.by_rung.R2"."""

    id: str
    tasks: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.tasks)


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one locality, unit or step (or of all). `overdue` includes `backlog` (存量逾期)."""

    key: str
    name: str
    overdue: Figure
    backlog: Figure
    by_rung: Mapping[str, Figure]
    by_days_late: Mapping[str, Figure]

    def figures(self) -> Iterable[Figure]:
        """All figures of the group."""
        return self.overdue, self.backlog, *self.by_rung.values(), *self.by_days_late.values()

    def as_json(self) -> dict[str, Any]:
        """Numbers only; what is behind them stands under `behind`."""
        return {
            "overdue": self.overdue.n,
            "backlog": self.backlog.n,
            "by_rung": {rung: figure.n for rung, figure in self.by_rung.items()},
            "by_days_late": {band: figure.n for band, figure in self.by_days_late.items()},
        }


@dataclass(frozen=True, slots=True)
class Share:
    """Of a unit's open steps below the lowest band (1亿) those that are overdue (default-pack.md, *Escalation ladder*)."""

    unit: str
    open: int
    overdue: Figure

    @property
    def tenths_of_percent(self) -> int:
        """The share in 0.1 %, half up: 52 = 5.2 %."""
        return (2 * 1000 * self.overdue.n + self.open) // (2 * self.open) if self.open else 0


@dataclass(frozen=True, slots=True)
class EscalationReport:
    """As of a day and an instant of knowledge, within the reader's scope.

    `list` holds every open climbing task that is overdue or has a standing rung: localities, units and steps are
    counts of its lines. `rungs`: key → label, low to high.
    """

    on: date
    known: datetime
    rungs: Mapping[str, str]
    totals: Group
    localities: Sequence[Group]
    units: Sequence[Group]
    steps: Sequence[Group]
    small: Sequence[Share]
    list: Sequence[Owed]

    def behind(self) -> dict[str, tuple[int, ...]]:
        """Figure id → ids of the tasks that it counts."""
        groups = (self.totals, *self.localities, *self.units, *self.steps)
        figures = [figure for group in groups for figure in group.figures()]
        return {figure.id: figure.tasks for figure in (*figures, *(share.overdue for share in self.small))}

    def as_json(self) -> dict[str, Any]:
        """Plain values with stable keys."""
        return {
            "as_of": self.on.isoformat(),
            "rungs": dict(self.rungs),
            "totals": self.totals.as_json(),
            "localities": [{"locality": group.name, **group.as_json()} for group in self.localities],
            "units": [{"unit": group.name, **group.as_json()} for group in self.units],
            "steps": [{"step": group.name, **group.as_json()} for group in self.steps],
            "below_100m": [
                {
                    "unit": share.unit,
                    "open": share.open,
                    "overdue": share.overdue.n,
                    "percent": share.tenths_of_percent / 10,
                }
                for share in self.small
            ],
            "list": [_line(task) for task in self.list],
            "behind": {figure: [*tasks] for figure, tasks in self.behind().items()},
        }


def escalation_report(session: Session, actor: Actor, on: date, known: datetime) -> EscalationReport:
    """The report. Forbidden without the right to see escalations; outside the scope nothing is counted."""
    require(actor, "see_escalations")
    _, pack = current_pack(session, on)
    owed = overdue_tasks(session, actor, on, known, overdue_only=False, right="see_escalations")
    climbing = [task for task in owed if task.climbs]
    lines = [task for task in climbing if task.days_late or task.standing]
    rungs = _rungs(pack, lines)
    return EscalationReport(
        on=on,
        known=known,
        rungs=rungs,
        totals=_group("totals", "", "", lines, rungs),
        localities=_groups(
            "localities", lines, rungs, lambda task: (str(task.locality_id or ""), task.locality)
        ),
        units=_groups("units", lines, rungs, lambda task: (task.unit or NO_UNIT, task.unit or NO_UNIT)),
        steps=_groups("steps", lines, rungs, lambda task: (task.kind, task.step)),
        small=_small(pack, climbing),
        list=lines,
    )


def _rungs(pack: Pack, lines: Iterable[Owed]) -> dict[str, str]:
    """The current pack's rungs, and after them those of other packs that occur."""
    labels = {rule.key: rule.label for rule in pack.rung}
    return labels | {
        task.standing.rung: task.standing.label
        for task in lines
        if task.standing and task.standing.rung not in labels
    }


def _groups(
    kind: str, lines: Iterable[Owed], rungs: Mapping[str, str], of: Callable[[Owed], tuple[str, str]]
) -> list[Group]:
    """Worst first: by overdue tasks, then by name."""
    parts: dict[tuple[str, str], list[Owed]] = {}
    for task in lines:
        parts.setdefault(of(task), []).append(task)
    groups = [_group(kind, key, name, tasks, rungs) for (key, name), tasks in parts.items()]
    return sorted(groups, key=lambda group: (-group.overdue.n, group.name))


def _group(kind: str, key: str, name: str, lines: Sequence[Owed], rungs: Mapping[str, str]) -> Group:
    at = f"{kind}.{key}" if key else kind

    def figure(what: str, tasks: Iterable[Owed]) -> Figure:
        return Figure(f"{at}.{what}", tuple(task.id for task in tasks))

    overdue = [task for task in lines if task.days_late]
    return Group(
        key=key,
        name=name,
        overdue=figure("overdue", overdue),
        backlog=figure("backlog", (task for task in overdue if task.backlog)),
        by_rung={
            rung: figure(f"by_rung.{rung}", (task for task in lines if _rung(task) == rung))
            for rung in (*rungs, NO_RUNG)
        },
        by_days_late={
            band: figure(f"by_days_late.{band}", (task for task in overdue if low <= task.days_late <= high))
            for band, low, high in BANDS
        },
    )


def _rung(task: Owed) -> str:
    return task.standing.rung if task.standing else NO_RUNG


def _small(pack: Pack, climbing: Iterable[Owed]) -> list[Share]:
    bound = min((band.from_yuan for band in pack.band), default=0)
    parts: dict[str, list[Owed]] = {}
    for task in climbing:
        if task.amount_yuan < bound:
            parts.setdefault(task.unit or NO_UNIT, []).append(task)
    shares = [
        Share(
            unit,
            len(tasks),
            Figure(f"below_100m.{unit}.overdue", tuple(task.id for task in tasks if task.days_late)),
        )
        for unit, tasks in parts.items()
    ]
    return sorted(shares, key=lambda share: (-share.tenths_of_percent, share.unit))


def _line(task: Owed) -> dict[str, Any]:
    standing = task.standing
    return task.as_json() | {
        "amount_yuan": task.amount_yuan,
        "specialist": task.specialist,
        "leader": task.leader,
        "rung_on": standing.fired_on.isoformat() if standing else None,
        "rung_earned_on": standing.earned_on.isoformat() if standing else None,
        "rung_recorded": standing.recorded if standing else None,
        "rung_clause": standing.clause if standing else None,
    }
