"""What a project's record lacks by its pack: the gaps (待补) of the stages that it has reached. Pure.

A gap is (node, field). `WHOLE` stands for the project itself, `DATE` for a node's own day; a group of which any one
piece suffices is one gap under the group's key.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

from states.policy.schema import Evidence, Pack, Stage
from states.projects.ledger import Day
from states.projects.tables_on_paper import LEADER, evidence_key, is_built_in, ledger_table

WHOLE, DATE = "project", "occurred_on"
WANTED = ("investor", "kind", "industry", "responsible_unit", "specialist")
WANTED_OF_SIGNED = (LEADER.key, "land")
_OWN = ("contract_no", "credit_code")
GapKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """What is on record: field keys that hold something, nodes reached, the land."""

    given: Set[str]
    reached: Mapping[str, Day]
    land: str | None


def missing(pack: Pack, stage: str, record: Record) -> Iterator[GapKey]:
    """The gaps of a project that stands in `stage`."""
    at = pack.stage_keys.index(stage)
    for key in WANTED if pack.stage[at].lead else (*WANTED, *WANTED_OF_SIGNED):
        if key not in record.given and (key != "land" or pack.lands):
            yield WHOLE, key
    for node in pack.stage[: at + 1]:
        if node.key not in record.reached:
            if not node.lead:
                yield node.key, DATE
        else:
            yield from ((node.key, field) for field in _lacking(pack, node, record))


def _lacking(pack: Pack, node: Stage, record: Record) -> Iterator[str]:
    groups: dict[str, list[Evidence]] = {}
    for evidence in node.evidence:
        if evidence.from_on is not None and _contract_day(pack, node, record) < evidence.from_on:
            continue
        if evidence.land and record.land not in evidence.land:
            continue
        if evidence.group is not None:
            groups.setdefault(evidence.group, []).append(evidence)
        elif _asked(evidence) and evidence_key(evidence) not in record.given:
            yield evidence_key(evidence)
    for group, members in groups.items():
        if not any({member.key, *member.together} <= record.given for member in members):
            yield group


def _contract_day(pack: Pack, node: Stage, record: Record) -> date:
    signing = pack.stage_in_role("signed")
    signed = record.reached.get(signing.key) if signing else None
    return (signed or record.reached[node.key]).on


def _asked(evidence: Evidence) -> bool:
    """Identity is asked once, of the project itself."""
    key = evidence_key(evidence)
    return key in _OWN or not is_built_in(key)


def gap_label(pack: Pack, gap: GapKey) -> str:
    """A gap in words: “信息来源”, “开工时间”, “施工许可证编号或施工合同编号”."""
    milestone, field = gap
    labels = {item.key: item.label for item in ledger_table(pack).fields}
    if field == DATE:
        return f"{pack.milestone_of(milestone).label}时间"
    if milestone != WHOLE:
        members = [e.label for e in pack.milestone_of(milestone).evidence if e.group == field]
        if members:
            return "或".join(members)
    return labels.get(field, field)
