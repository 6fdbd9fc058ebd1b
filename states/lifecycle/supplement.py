"""补录: the specialist supplies what is 待补; it counts once approved, like a report.

A gap is named by its field, by `node.field` where several nodes lack the same, or by its label. A group's gap
(任具其一) is filled by any member's name. A node's missing day writes its milestone, believed from the 核定 on; that
moves no stage, since a later one is reached already.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from states.errors import EvidenceMissing, Malformed
from states.instants import day_of
from states.lifecycle.access import claim, seen
from states.lifecycle.effects import facts_from, refresh, write_milestone
from states.lifecycle.evidence import READERS, Known, chosen, folded, not_of_office
from states.lifecycle.queue import Asked, file, open_decision, settle
from states.lifecycle.reports import known_of, require_specialist
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.policy.active import pack_by_id
from states.policy.schema import Evidence, Pack
from states.projects import written
from states.projects.facts import milestones
from states.projects.gaps import fill_gaps, open_gaps
from states.projects.ledger import Day
from states.projects.missing import DATE, WHOLE, GapKey, gap_label
from states.projects.tables import Project
from states.projects.tables_on_paper import evidence_key

SUPPLEMENT = "supplement"


def supplement(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    values: Mapping[str, object],
    version: int | None = None,
) -> Request:
    """Ask that gaps be filled. Rights and errors as for `report`; Malformed for a name that is no open gap.

    The request's evidence is {"node.field": value}. A pack without 核定 applies it at once.
    """
    today = day_of(now)
    project = seen(session, actor, project_id, today)
    require_specialist(session, actor, project_id, today)
    claim(session, project, version)
    pack = pack_by_id(session, project.pack_id)
    given = _read(session, pack, project, values, known_of(session, project, today))
    asked = Asked(
        SUPPLEMENT,
        SUPPLEMENT,
        {f"{node}.{field}": value for (node, field), value in given.items()},
        Day(today),
    )
    request = file(session, actor, now, project, asked)
    if pack.pack.approval == "none":
        settle(session, actor, now, request, "approved", via="none")
        apply_supplement(session, actor, now, pack, project, request)
    else:
        open_decision(session, actor, now, pack, request, "approver")
    return request


def apply_supplement(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """Believe what was supplied: a fact from its node's day, or from the project's first day, on."""
    assert project.id is not None
    given = {tuple(name.split(".", 1)): value for name, value in request.evidence.items()}
    days = [(node, value) for (node, field), value in given.items() if field == DATE]
    for node, value in days:
        write_milestone(session, actor, now, project, node, request, written.day(value))
    reached = milestones(session, project.id)
    first = min(day.on for day in reached.values())
    for (node, field), value in given.items():
        if field != DATE:
            from_on = reached[node].on if node in reached else first
            facts_from(session, actor, now, project, from_on, {field: value})
        fill_gaps(session, now, project.id, node, [field, *_groups(pack, node, field)])
    refresh(session, actor, now, pack, project, request_id=request.id)


def _read(
    session: Session, pack: Pack, project: Project, values: Mapping[str, object], known: Known
) -> dict[GapKey, Any]:
    assert project.id is not None
    names = _names(pack, [(gap.milestone, gap.field) for gap in open_gaps(session, project.id)])
    given: dict[GapKey, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        found = names.get(folded(name))
        if found is None:
            raise Malformed(f"“{name[:40]}”不是本项目的待补内容。待补：{'、'.join(names) or '无'}。")
        (node, field), kind = found
        try:
            given[node, field] = _value(pack, node, field, kind, value, known)
        except written.Wrong as error:
            wrong[f"{node}.{field}"] = f"{name}{error}"
    wrong |= not_of_office(session, {field: value for (_, field), value in given.items()}, known)
    if wrong or not given:
        raise EvidenceMissing("；".join(wrong.values()) or "没有给出任何内容。", fields=wrong)
    return given


def _value(pack: Pack, node: str, field: str, kind: str, value: object, known: Known) -> Any:
    if field != DATE:
        return chosen(pack, field, READERS[kind](value, field, known.today))
    day = written.day(value)
    at = pack.stage_keys.index(node) if node in pack.stage_keys else 0
    before = [known.reached[key].on for key in pack.stage_keys[:at] if key in known.reached]
    after = [known.reached[key].on for key in pack.stage_keys[at + 1 :] if key in known.reached]
    if day.on > known.today or (before and day.on < max(before)) or (after and day.on > min(after)):
        raise written.Wrong(f"（{day.on}）与前后节点的日期不符，或尚未到来")
    return day.on.isoformat() if day.precision == "day" else day.on.isoformat()[:7]


def _names(pack: Pack, gaps: list[GapKey]) -> dict[str, tuple[GapKey, str]]:
    """Every name by which an open gap may be filled → (node, field) and the kind of value."""
    names: dict[str, tuple[GapKey, str]] = {}
    for node, field in gaps:
        members = [item for item in _evidence(pack, node) if field in (item.group, evidence_key(item))]
        for item in members:
            for name in (evidence_key(item), item.label, *item.headings, f"{node}.{evidence_key(item)}"):
                names.setdefault(folded(name), ((node, evidence_key(item)), item.kind))
        if not members:
            for name in (field, gap_label(pack, (node, field)), f"{node}.{field}"):
                names.setdefault(folded(name), ((node, field), "text"))
    return names


def _evidence(pack: Pack, node: str) -> tuple[Evidence, ...]:
    return () if node == WHOLE else pack.milestone_of(node).evidence


def _groups(pack: Pack, node: str, field: str) -> set[str]:
    return {item.group for item in _evidence(pack, node) if item.group and evidence_key(item) == field}
