"""A ledger row against what is on record: what it corrects or adds, or why it cannot be taken. Pure.

An empty cell takes nothing away; a date taken back by 退回 or found false is not brought back by the same date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from states.policy.schema import Pack
from states.projects.facts import stage_of
from states.projects.intake import Entry, folded, out_of_order, shown
from states.projects.intake_detail import Detail, Held
from states.projects.intake_report import Change
from states.projects.ledger import Day, Refusal
from states.projects.missing import WHOLE, GapKey, Record, missing
from states.projects.tables_on_paper import AMOUNT, FIXED_ASSETS, LOCALITY, ON, ledger_table

_CELL = {"locality_id": LOCALITY.key, "amount_yuan": AMOUNT.key}
_CLOSED = {"terminated": "终止", "replaced": "置换"}
_CLOCKED = frozenset({"amount_yuan", "kind", "land"})


@dataclass(slots=True)
class Plan:
    """What a row does to a project. `new_days`: node → day reached first now; `corrected`: reached, with another day.

    `came` and `left`: holders. `filled` and `noted`: gaps. `said`: lines of the report. `aside`: remarks.
    """

    entry: Entry
    detail: Detail
    facts: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    new_days: dict[str, Day] = field(default_factory=dict)
    corrected: dict[str, Day] = field(default_factory=dict)
    investor: str | None = None
    came: list[tuple[str, str]] = field(default_factory=list)
    left: list[Held] = field(default_factory=list)
    filled: dict[GapKey, int] = field(default_factory=dict)
    noted: list[GapKey] = field(default_factory=list)
    stage: str = ""
    said: list[Change] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.said or self.filled or self.noted)

    @property
    def reached(self) -> dict[str, Day]:
        """Node → day, with this row."""
        return self.detail.reached | self.corrected | self.new_days

    @property
    def moves_clocks(self) -> bool:
        """Whether a deadline may depend on what changes."""
        agreed = self.attributes.get("agreed") is not None
        return bool(self.new_days or self.corrected or agreed or _CLOCKED & self.facts.keys())

    @property
    def revises(self) -> bool:
        """Whether the revision is corrected."""
        return bool(self.facts or self.attributes)


@dataclass(frozen=True, slots=True)
class Differ:
    """Compares rows with the record. `places`: locality id → name; `as_of` the import's instant."""

    pack: Pack
    places: Mapping[int, str]
    as_of: datetime
    labels: Mapping[str, str]

    @classmethod
    def of(cls, pack: Pack, places: Mapping[int, str], as_of: datetime) -> "Differ":
        """A differ that knows the columns' labels."""
        return cls(pack, places, as_of, {item.key: item.label for item in ledger_table(pack).fields})

    def plan(self, entry: Entry, detail: Detail) -> Plan | list[Refusal]:
        """What the row changes; refusals where the record is newer, closed, or the dates do not fit together."""
        plan = Plan(entry, detail)
        self._facts(plan)
        self._attributes(plan)
        self._days(plan)
        self._investor(plan)
        self._holders(plan)
        wrong = list(self._wrong(plan))
        if wrong:
            return wrong
        plan.stage = stage_of(self.pack, plan.reached) or detail.stage
        self._gaps(plan)
        return plan

    def _facts(self, plan: Plan) -> None:
        entry, was = plan.entry, plan.detail.facts
        for name, old in was.items():
            new = getattr(entry, name)
            if new is not None and new != old:
                plan.facts[name] = new
                self._say(plan, _CELL.get(name, name), self._word(name, old), self._word(name, new))

    def _attributes(self, plan: Plan) -> None:
        was = plan.detail.attributes
        for key, new in plan.entry.attributes.items():
            old = was.get(key)
            if key == "agreed":
                self._agreed(plan, old or {}, new)
            elif new != old:
                plan.attributes[key] = new
                self._say(plan, key, self._word(key, old), self._word(key, new))

    def _agreed(self, plan: Plan, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        differing = {node: on for node, on in new.items() if old.get(node) != on}
        for node, on in differing.items():
            self._say(plan, f"agreed:{node}", old.get(node), on)
        if differing:
            plan.attributes["agreed"] = {**old, **differing}

    def _days(self, plan: Plan) -> None:
        detail = plan.detail
        for node, day in plan.entry.reached.items():
            known = detail.milestones.get(node)
            if known is None and (node, day.on) in detail.undone:
                plan.aside.append(self._at(plan, ON + node, f"{shown(day)} 已被退回或认定不实，未再导入"))
            elif known is None:
                plan.new_days[node] = day
                self._say(plan, ON + node, None, shown(day))
            elif known.day != day:
                plan.corrected[node] = day
                self._say(plan, ON + node, shown(known.day), shown(day))
        for node, known in detail.milestones.items():
            if ON + node in plan.entry.asked and node not in plan.entry.reached:
                plan.aside.append(
                    self._at(
                        plan, ON + node, f"为空，系统中为 {shown(known.day)}，未作更改；确需撤销请办理退回"
                    )
                )

    def _investor(self, plan: Plan) -> None:
        new, was = plan.entry.investor, plan.detail.investors
        if new is not None and folded(new) not in {folded(name) for name in was}:
            plan.investor = new
            self._say(plan, "investor", "、".join(was) or None, new)

    def _holders(self, plan: Plan) -> None:
        for slot, names in plan.entry.holders.items():
            held = [one for one in plan.detail.holders if one.slot == slot]
            if {one.name for one in held} != set(names):
                plan.left += [one for one in held if one.name not in names]
                plan.came += [(slot, name) for name in names if name not in {one.name for one in held}]
                self._say(plan, slot, "、".join(one.name for one in held) or None, "、".join(names))

    def _wrong(self, plan: Plan) -> Iterator[Refusal]:
        entry, detail = plan.entry, plan.detail
        moved = plan.new_days | plan.corrected
        if moved and detail.standing in _CLOSED:
            why = f"项目已{_CLOSED[detail.standing]}，不能再更新进度：请核对，或先办理重启"
            yield entry.refuse(ON + next(iter(moved)), why)
        if plan.revises and detail.known_at > self.as_of:
            key = next(iter({**plan.facts, **plan.attributes}))
            yield entry.refuse(_CELL.get(key, key), self._newer(detail.known_at))
        for node in plan.corrected:
            if detail.milestones[node].known_at > self.as_of:
                yield entry.refuse(ON + node, self._newer(detail.milestones[node].known_at))
        for node, why in out_of_order(self.pack, plan.reached) if moved else ():
            cell = node if node in moved else next(iter(moved))
            yield entry.refuse(ON + cell, f"与系统中已有日期不符：{why}")

    def _newer(self, known_at: datetime) -> str:
        return (
            f"系统中此项已于 {known_at.astimezone(self.as_of.tzinfo):%Y-%m-%d} 更新，晚于本次数据截至日："
            "请核对后用更晚的 --as-of 重新导入"
        )

    def _gaps(self, plan: Plan) -> None:
        record = Record(_given(plan), plan.reached, plan.facts.get("land", plan.detail.facts["land"]))
        lacking = set(missing(self.pack, plan.stage, record))
        lacking |= {gap for gap in plan.detail.gaps if gap[0] != WHOLE and gap[0] not in plan.reached}
        plan.filled = {gap: row for gap, row in plan.detail.gaps.items() if gap not in lacking}
        plan.noted = sorted(lacking - plan.detail.gaps_ever)

    def _say(self, plan: Plan, key: str, was: str | None, now: str | None) -> None:
        row = plan.entry.row
        cell = row.cells.get(key, f"{row.row}")
        project = plan.detail.facts["name"]
        plan.said.append(
            Change(project, plan.detail.project_id, self.labels.get(key, key), was, now, row.sheet, cell)
        )

    def _at(self, plan: Plan, key: str, text: str) -> str:
        row = plan.entry.row
        return (
            f"“{row.sheet}”{row.cells.get(key, '')}：“{plan.entry.name}”的{self.labels.get(key, key)}{text}"
        )

    def _word(self, key: str, value: Any) -> str | None:
        if value is None:
            return None
        if key == "locality_id":
            return self.places.get(value, str(value))
        return f"{value}元" if key in ("amount_yuan", FIXED_ASSETS) else str(value)


def _given(plan: Plan) -> set[str]:
    """Field keys on record once this row is taken."""
    facts = {_CELL.get(name, name) for name, value in plan.detail.facts.items() if value is not None}
    slots = {one.slot for one in plan.detail.holders}
    investor = {"investor"} if plan.detail.investors else set()
    return facts | slots | investor | set(plan.detail.attributes) | plan.entry.given


def first_day(plan: Plan) -> date:
    """From when the corrected revision holds: earlier than before where an earlier day has become known."""
    days = [day.on for day in plan.reached.values()]
    return min([plan.detail.from_on, *days]) if plan.detail.only else plan.detail.from_on
