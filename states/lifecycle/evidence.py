"""Evidence held against the pack's list: read, complete, applicable, in order of dates, unique where it must be.

A value may be named by the pack's key, its label or any heading under which offices write it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from states.errors import EvidenceMissing, Malformed
from states.people.directory import find_person, find_unit
from states.people.responsibility import COOPERATING, LEADER, SPECIALIST, UNIT
from states.policy.schema import Evidence, Pack, Stage, SubMilestone
from states.projects import written
from states.projects.ledger import Day
from states.projects.tables import ProjectRevision
from states.projects.tables_on_paper import evidence_key, ledger_table
from states.projects.written import Wrong

Node = Stage | SubMilestone
DAY = "occurred_on"
DAY_NAMES = (DAY, "date", "on", "发生日期", "发生时间", "日期", "时间")
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "name": ("项目名称",),
    "investor": ("投资方", "投资方名称", "投资主体"),
    "locality": ("属地", "所在地"),
    "industry": ("行业", "产业"),
    "amount": ("投资额", "合同投资额", "协议投资额", "拟投资额", "合同金额"),
    "contract_no": ("合同编号", "合同号", "正式合同编号"),
    UNIT: ("责任单位", "牵头单位"),
    SPECIALIST: ("项目专员", "专员"),
    LEADER: ("包保领导",),
    COOPERATING: ("配合部门", "配合单位"),
    "land": ("用地方式",),
    "kind": ("产业类别", "项目类型"),
}
LIMITS = {"industry": 60, "investor": 200, "locality": 60, "land": 20, "kind": 20}
PERSONS, UNITS = (LEADER, SPECIALIST), (UNIT, COOPERATING)


@dataclass(frozen=True, slots=True)
class Known:
    """What the office knows already, against which evidence is held.

    `slots`: slots held today, which need not be named again. `also`: further facts that may be given.
    """

    today: date
    reached: Mapping[str, Day]
    land: str | None = None
    slots: frozenset[str] = frozenset()
    project_id: int | None = None
    locality_id: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Evidence that holds: the day, and values by the fields that keep them (money int yuan, dates ISO).

    A contract number and a credit code have one field each, whatever a pack calls them.
    """

    occurred: Day
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist for the next step. The same `group`: any one suffices, `together` must come with it."""

    key: str
    label: str
    kind: str
    group: str | None = None
    together: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def check(session: Session, pack: Pack, node: Node, given: Mapping[str, object], known: Known) -> Checked:
    """The evidence read and held against the pack. EvidenceMissing with every fault; Malformed for unknown names."""
    named = _named(node, given, known)
    occurred, found = _day(pack, node, named, known), _Found()
    for item in (*node.evidence, *_extras(node, known)):
        if item.key in named:
            _read(found, pack, item, named[item.key], known.today)
    if isinstance(occurred, str):
        found.wrong[DAY] = occurred
    signed = None if isinstance(occurred, str) else contract_day(pack, node, occurred, known)
    _complete(found, node, named, known, signed)
    found.wrong |= not_of_office(session, found.values, known)
    if found.wrong or isinstance(occurred, str):
        raise EvidenceMissing(_told(node, found.wrong), fields=found.wrong)
    return Checked(occurred, found.values)


def required(pack: Pack, node: Node, known: Known) -> tuple[Item, ...]:
    """The checklist: the day and every piece of evidence that the pack asks for in this case, less the slots held."""
    signed = contract_day(pack, node, Day(known.today), known)
    return (
        Item(DAY, day_label(node), "date"),
        *(
            Item(item.key, item.label, item.kind, item.group, item.together)
            for item in node.evidence
            if applies(item, known, signed) and item.key not in known.slots
        ),
    )


def day_label(node: Node) -> str:
    """What the office calls the day of a node: its first heading."""
    return node.headings[0] if node.headings else f"{node.label}时间"


def applies(item: Evidence, known: Known, signed: date) -> bool:
    """Whether the pack asks for it: by the contract's date and by the land."""
    return (item.from_on is None or signed >= item.from_on) and (not item.land or known.land in item.land)


def contract_day(pack: Pack, node: Node, occurred: Day, known: Known) -> date:
    """The date of the contract: of the stage that the pack calls signed; the day itself before that."""
    signing = pack.stage_in_role("signed")
    if signing is None or signing.key == node.key or signing.key not in known.reached:
        return occurred.on
    return known.reached[signing.key].on


def folded(name: str) -> str:
    """The form in which names are compared: half width, no white space, lower case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def names(node: Node, known: Known) -> dict[str, str]:
    """Every accepted name → the key it stands for. Evidence goes before the day where both use a word."""
    accepted = {
        folded(name): DAY for name in (*DAY_NAMES, f"{node.key}_on", f"{node.label}时间", f"{node.label}日期")
    }
    accepted |= {folded(name): DAY for name in node.headings}
    for item in (*node.evidence, *_extras(node, known)):
        for name in (
            *USUAL_NAMES.get(item.key, ()),
            *item.headings,
            item.label,
            evidence_key(item),
            item.key,
        ):
            accepted[folded(name)] = item.key
    return accepted


def _extras(node: Node, known: Known) -> tuple[Evidence, ...]:
    own = {item.key for item in node.evidence}
    return tuple(
        Evidence(key=key, label=USUAL_NAMES[key][0], kind="money" if key == "amount" else "text")
        for key in known.also
        if key not in own
    )


def _named(node: Node, given: Mapping[str, object], known: Known) -> dict[str, object]:
    accepted = names(node, known)
    unknown = [name for name in given if folded(str(name)) not in accepted]
    if unknown:
        shown = "、".join(f"“{name[:40]}”" for name in unknown[:5])
        wanted = "、".join([day_label(node), *(item.label for item in node.evidence)])
        raise Malformed(f"“{node.label}”没有这些佐证：{shown}。可填：{wanted}。", unknown=unknown[:5])
    named: dict[str, object] = {}
    for name, value in given.items():
        key = accepted[folded(name)]
        if key in named and named[key] != value:
            raise Malformed(f"“{name}”与另一名称重复给出，内容不同，请只填一次。")
        if value is not None and value != "":
            named[key] = value
    return named


def _day(pack: Pack, node: Node, named: Mapping[str, object], known: Known) -> Day | str:
    """The day of the node, or what is wrong with it."""
    if DAY not in named:
        return f"缺少{day_label(node)}"
    try:
        occurred = written.day(named[DAY])
    except Wrong as wrong:
        return f"{day_label(node)}{wrong}"
    if occurred.on > known.today:
        return f"{day_label(node)}（{occurred.on}）在今天（{known.today}）之后" + (
            "，只写月份时按月末计，请写明日期" if occurred.precision == "month" else "，尚未发生的不能上报"
        )
    before = _before(pack, node, known.reached)
    if before is not None and occurred.on < _earliest(before[1]):
        return f"{day_label(node)}（{occurred.on}）早于{before[0]}（{before[1].on}），请核对"
    return occurred


def _before(pack: Pack, node: Node, reached: Mapping[str, Day]) -> tuple[str, Day] | None:
    """The stage that must lie before: the furthest one reached below this stage, or the one a sub-milestone begins in."""
    if isinstance(node, SubMilestone):
        below: Iterable[str] = (node.from_,)
    else:
        below = reversed(pack.stage_keys[: pack.stage_keys.index(node.key)])
    return next(((day_label(pack.stage_of(key)), reached[key]) for key in below if key in reached), None)


def _earliest(day: Day) -> date:
    """A month known without its day may have been any day of it."""
    return day.on.replace(day=1) if day.precision == "month" else day.on


def _read(found: _Found, pack: Pack, item: Evidence, value: object, today: date) -> None:
    try:
        found.values[evidence_key(item)] = chosen(pack, item.key, READERS[item.kind](value, item.key, today))
    except Wrong as wrong:
        found.wrong[item.key] = f"{item.label}{wrong}"


def chosen(pack: Pack, key: str, value: Any) -> Any:
    """The value, where the office's ledger leaves the key free or lists it. Wrong otherwise."""
    field = next((field for field in ledger_table(pack).fields if field.key == key), None)
    if field is not None and field.choices and value not in field.choices:
        raise Wrong(f"“{value}”不在可选范围，应为：{'、'.join(field.choices)}")
    return value


def _past(value: Day, today: date) -> Day:
    if value.on.replace(day=1) > today or (value.precision == "day" and value.on > today):
        raise Wrong(f"（{value.on}）在今天（{today}）之后")
    return value


READERS: dict[str, Callable[[object, str, date], Any]] = {
    "text": lambda value, key, _: written.text(value, LIMITS.get(key, written.MAX_TEXT)),
    "money": lambda value, _key, _today: written.money(value),
    "credit_code": lambda value, _key, _today: written.credit_code(value),
    "contract_no": lambda value, _key, _today: written.contract_no(value),
    "date": lambda value, _key, today: _past(written.day(value), today).on.isoformat(),
    "month": lambda value, _key, today: _past(written.month(value), today).on.isoformat()[:7],
}


def _complete(
    found: _Found, node: Node, named: Mapping[str, object], known: Known, signed: date | None
) -> None:
    asked = [item for item in node.evidence if signed is not None and applies(item, known, signed)]
    for item in node.evidence:
        if item.key in named and item.land and known.land not in item.land:
            found.wrong.setdefault(item.key, f"{item.label}只适用于{'、'.join(item.land)}项目")
    for item in asked:
        if item.group is None and item.key not in named and item.key not in known.slots:
            found.wrong.setdefault(item.key, f"缺少{item.label}")
    for group in dict.fromkeys(item.group for item in asked if item.group):
        _any_of(found, [item for item in asked if item.group == group], named)


def _any_of(found: _Found, members: list[Evidence], named: Mapping[str, object]) -> None:
    """Any one of a group suffices, with what must come together with it."""
    label = {item.key: item.label for item in members}
    halves = [item for item in members if item.key in named]
    if any(all(other in named for other in item.together) for item in halves):
        return
    if halves:
        lacking = [other for item in halves for other in item.together if other not in named]
        found.wrong.setdefault(
            lacking[0], f"还缺少{label.get(lacking[0], lacking[0])}，须与{halves[0].label}一并提供"
        )
        return
    ways = dict.fromkeys(
        "和".join([item.label, *(label.get(other, other) for other in item.together)])
        for item in members
        if not item.together or item.key < item.together[0]
    )
    found.wrong.setdefault(members[0].key, f"缺少{'、'.join(ways)}（任具其一）")


def not_of_office(session: Session, values: Mapping[str, Any], known: Known) -> dict[str, str]:
    """What is not unique in the office, or not known to it: field → what is wrong."""
    wrong: dict[str, str] = {}
    number = values.get("contract_no")
    if number is not None and (other := _contract_holder(session, number, known.project_id)) is not None:
        wrong["contract_no"] = f"合同编号“{number}”已用于项目“{other}”，请核对"
    for key in UNITS:
        if key in values and find_unit(session, values[key], known.locality_id) is None:
            wrong[key] = f"单位“{values[key]}”尚未登记，请核对名称，或先由办公室登记"
    for key in PERSONS:
        if key in values and find_person(session, values[key], known.locality_id) is None:
            wrong[key] = f"人员“{values[key]}”尚未登记，请核对姓名，或先由办公室登记"
    return wrong


def _contract_holder(session: Session, number: str, project_id: int | None) -> str | None:
    query = select(ProjectRevision.name).where(
        ProjectRevision.contract_no == number,
        ProjectRevision.project_id != (project_id or 0),
        col(ProjectRevision.superseded_at).is_(None),
        col(ProjectRevision.to_on).is_(None),
    )
    return session.exec(query).first()


def _told(node: Node, wrong: Mapping[str, str]) -> str:
    return f"“{node.label}”的佐证不全或不符：" + "；".join(wrong.values()) + "。"
