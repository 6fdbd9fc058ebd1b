"""Ledger rows judged: each becomes an entry or is refused at its cells. Pure; nothing is written here.

Rules: issue *The ledger in*, default-pack.md *Imports*. What a row must have is its project's identity; evidence
that is wrong refuses the row, evidence that is missing is a gap (待补).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc

from states.policy.schema import Pack
from states.projects.ledger import Day, Refusal, Row, Sheet
from states.projects.tables_on_paper import AGREED, FIXED_ASSETS, ON, is_built_in, ledger_table

LONGEST = {"name": 500, "investor": 200, "industry": 60, "kind": 20, "land": 20, "contract_no": 100}
HOLDER_LONGEST = {"leader": 60, "specialist": 60, "responsible_unit": 100, "cooperating_unit": 100}
NEAR = 0.5
_HOLDERS = re.compile(r"[、，,;；]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that holds: one project as the ledger has it.

    `reached`: node → day, stages and sub-milestones. `attributes`: what has no column of its own in a revision.
    `holders`: slot → names. `asked`: keys of the columns that the sheet has. `given`: those that this row fills.
    """

    row: Row
    name: str
    locality_id: int
    amount_yuan: int
    investor: str | None
    kind: str | None
    industry: str | None
    land: str | None
    contract_no: str | None
    credit_code: str | None
    attributes: Mapping[str, Any]
    reached: Mapping[str, Day]
    holders: Mapping[str, tuple[str, ...]]
    asked: frozenset[str]

    @property
    def given(self) -> frozenset[str]:
        """Keys of the fields that this row fills."""
        return frozenset(self.row.values)

    def refuse(self, key: str, why: str) -> Refusal:
        """A refusal at one of this row's cells; at the name where the sheet has no such column."""
        return refusal(self.row, key, why)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the rows of one file. `localities`: name → id of the office's own; `today`: the as-of day."""

    pack: Pack
    localities: Mapping[str, int]
    today: date
    _labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack, localities: Mapping[str, int], today: date) -> "Judge":
        """A judge who knows the columns' labels."""
        return cls(pack, localities, today, {item.key: item.label for item in ledger_table(pack).fields})

    def entries(self, sheet: Sheet) -> Iterator[Entry | list[Refusal]]:
        """Each row of the sheet, in order, as an entry or its refusals."""
        asked = frozenset(sheet.columns)
        for row in sheet.rows:
            wrong = list(self._wrong(row))
            yield wrong or self._entry(row, asked)

    def _wrong(self, row: Row) -> Iterator[Refusal]:
        values = row.values
        for key in ("name", "locality", "amount"):
            if key not in values:
                yield refusal(row, key, f"{self._labels[key]}为空：请填写{self._labels[key]}")
        if (locality := values.get("locality")) is not None and locality not in self.localities:
            yield refusal(row, "locality", unknown_name(str(locality), "本办公室属地名单", self.localities))
        yield from self._too_long(row)
        yield from self._dates(row)
        code = values.get("credit_code")
        if code is not None and not uscc.is_valid(str(code)):
            yield refusal(row, "credit_code", _why_code(str(code)))

    def _too_long(self, row: Row) -> Iterator[Refusal]:
        for key, value in row.values.items():
            longest = LONGEST.get(key)
            if longest is not None and len(str(value)) > longest:
                yield refusal(row, key, f"{self._labels[key]}超过 {longest} 个字：请精简")
            longest = HOLDER_LONGEST.get(key)
            if longest is not None and any(len(name) > longest for name in _names(value)):
                yield refusal(row, key, f"{self._labels[key]}超过 {longest} 个字：多个名称请用顿号隔开")

    def _dates(self, row: Row) -> Iterator[Refusal]:
        future = set()
        for key, value in row.values.items():
            if isinstance(value, Day) and not key.startswith(AGREED) and earliest(value) > self.today:
                future.add(key)
                yield refusal(
                    row,
                    key,
                    f"{self._labels[key]}“{shown(value)}”晚于数据截至日 {self.today.isoformat()}："
                    "尚未发生的请留空，或核对日期",
                )
        dated = dates_of(row)
        known = {key: day for key, day in dated.items() if ON + key not in future} if future else dated
        yield from (refusal(row, ON + key, why) for key, why in out_of_order(self.pack, known))
        if dated.keys().isdisjoint(self.pack.stage_keys):
            labels = "、".join(f"“{self._labels[ON + stage.key]}”" for stage in self.pack.stage)
            yield refusal(row, "name", f"没有任何阶段日期，无法判断项目进度：请至少填写{labels}之一")

    def _entry(self, row: Row, asked: frozenset[str]) -> Entry:
        values: Mapping[str, Any] = row.values
        return Entry(
            row=row,
            name=values["name"],
            locality_id=self.localities[values["locality"]],
            amount_yuan=values["amount"],
            investor=values.get("investor"),
            kind=values.get("kind"),
            industry=values.get("industry"),
            land=values.get("land"),
            contract_no=contract_key(values.get("contract_no")),
            credit_code=values.get("credit_code"),
            attributes=_attributes(values),
            reached=dates_of(row),
            holders={slot: names for slot in HOLDER_LONGEST if (names := _names(values.get(slot)))},
            asked=asked,
        )


def refusal(row: Row, key: str, why: str) -> Refusal:
    """A refusal at a cell of the row: the field's, else the name's, else the row itself."""
    cell = row.cells.get(key) or row.cells.get("name") or f"A{row.row}"
    return Refusal(row.sheet, row.row, cell, why)


def dates_of(row: Row) -> dict[str, Day]:
    """Node → day, for every stage and sub-milestone that the row dates."""
    return {
        key[len(ON) :]: value
        for key, value in row.values.items()
        if isinstance(value, Day) and key.startswith(ON)
    }


def earliest(day: Day) -> date:
    """The first day that is meant: a month begins on its first."""
    return day.on.replace(day=1) if day.precision == "month" else day.on


def shown(day: Day) -> str:
    """A day as it was meant: 2018年3月 where only the month is known."""
    return f"{day.on.year}年{day.on.month}月" if day.precision == "month" else day.on.isoformat()


def out_of_order(pack: Pack, reached: Mapping[str, Day]) -> Iterator[tuple[str, str]]:
    """Stages dated before an earlier stage, with why."""
    before: tuple[str, Day] | None = None
    for stage in pack.stage:
        day = reached.get(stage.key)
        if day is None:
            continue
        if before is not None and day.on < earliest(before[1]):
            yield (
                stage.key,
                f"{stage.label}时间 {shown(day)} 早于{before[0]}时间 {shown(before[1])}："
                f"应不早于{before[0]}时间，请核对两个日期",
            )
        if before is None or earliest(day) >= earliest(before[1]):
            before = stage.label, day


def unknown_name(name: str, of: str, known: Mapping[str, int]) -> str:
    """What to say of a name that is not on a list: the nearest, or all."""
    likeness = {each: SequenceMatcher(None, name, each).ratio() for each in known}
    best = max(likeness.values(), default=0.0)
    near = [f"“{each}”" for each, ratio in likeness.items() if ratio == best and ratio >= NEAR]
    right = f"是否为{'或'.join(near)}？" if near else f"可填：{'、'.join(list(known)[:30])}"
    return f"“{name}”不在{of}内，{right}"


def contract_key(number: Any) -> str | None:
    """A contract number as it is compared and kept: half width, capitals, no white space."""
    if number is None:
        return None
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(number))).upper() or None


def name_key(name: str, locality_id: int, investor: str | None) -> tuple[str, int, str]:
    """Who a project without contract number is: name, locality, investor; width, case and spaces aside."""
    return folded(name), locality_id, folded(investor or "")


def own_key(entry: Entry) -> str | tuple[str, int, str]:
    """The key of a row in its file."""
    return entry.contract_no or name_key(entry.name, entry.locality_id, entry.investor)


def folded(text: str) -> str:
    """A name as it is compared: half width, lower case, no spaces."""
    if text.isascii():
        return "".join(text.split()).casefold()
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@lru_cache(maxsize=8192)
def _names(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(dict.fromkeys(name for part in _HOLDERS.split(str(value)) if (name := part.strip())))


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Remark, fixed assets, evidence and agreed dates: what a revision has no column for."""
    found: dict[str, Any] = {}
    agreed: dict[str, str] = {}
    for key, value in values.items():
        if key in ("remark", FIXED_ASSETS) or not (is_built_in(key) or key.startswith((ON, AGREED))):
            found[key] = plain(value)
        elif key.startswith(AGREED):
            agreed[key[len(AGREED) :]] = value.on.isoformat()
    return found | ({"agreed": agreed} if agreed else {})


def plain(value: object) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Day):
        return value.on.isoformat() if value.precision == "day" else value.on.strftime("%Y-%m")
    return value


def _why_code(code: str) -> str:
    if len(code) != 18:
        return f"统一社会信用代码“{code}”有 {len(code)} 位：应为 18 位，请对照营业执照核对"
    return f"统一社会信用代码“{code}”的校验位或编码规则不符（GB 32100）：请对照营业执照逐位核对"


def without_contract(sheets: Sequence[Sheet], localities: Mapping[str, int]) -> set[tuple[str, int, str]]:
    """Name keys of the rows that have no contract number: such a row is its project's own."""
    found = set()
    for row in (row for sheet in sheets for row in sheet.rows if "contract_no" not in row.values):
        locality = localities.get(str(row.values.get("locality")))
        if locality is not None and "name" in row.values:
            investor = row.values.get("investor")
            found.add(
                name_key(str(row.values["name"]), locality, None if investor is None else str(investor))
            )
    return found
