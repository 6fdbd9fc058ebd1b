"""What a person reads, in Chinese, from ids: names are looked up when a text is read or sent, not before.

Plain text only; control and direction characters are taken out of every name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from notifications.routing import RUNG_FIRED
from states.clock import local, today
from states.events import Event
from states.people.tables import Region
from states.policy.active import pack_by_id
from states.policy.schema import Pack, RungRule
from states.projects.tables import Project, ProjectRevision
from states.tasks.tables import Task
from states.workdays import Calendar

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
WORDS = {
    "report_filed": "上报待核定",
    "report_approved": "上报已核定",
    "report_returned": "上报被退回",
    "request_filed": "申请待决定",
    "request_returned": "申请被退回",
    "project_sent_back": "项目退回",
    "project_suspended": "项目暂停",
    "project_resumed": "项目恢复",
    "project_terminated": "项目终止",
    "project_reopened": "项目重启",
    "project_replaced": "项目置换",
    "bulletin_published": "月度通报已发布",
    "dispatch_opened": "月度调度开始，请核对数据",
    "sweep_held": "督办发送被保险丝暂缓，待督查室放行",
}

FACTS = (
    ("period", "期间"),
    ("freezes_on", "数据截止"),
    ("publish_by", "发布期限"),
    ("why", "原因"),
    ("reason", "原因"),
    ("cause", "原因类别"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One notification as a person reads it. `weight` sorts a digest, red first (higher)."""

    event_id: int
    project_id: int | None
    subject: str
    lines: tuple[str, ...]
    weight: tuple[int, int]

    @property
    def text(self) -> str:
        """Subject and lines."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class _Named:
    event: Event
    name: str
    locality: str
    pack: Pack | None
    task: Task | None


def plain(text: str) -> str:
    """One line without control, direction and zero-width characters, or halves of surrogate pairs."""
    return UNSEEN.sub(" ", text).strip()


def texts(session: Session, event_ids: Iterable[int], public_url: str) -> dict[int, Told]:
    """Texts of events by id, in a fixed number of queries."""
    wanted = list(dict.fromkeys(event_ids))
    events = [*session.execute(select(Event).where(col(Event.id).in_(wanted))).scalars()]
    projects = _names(session, {event.project_id for event in events if event.project_id is not None})
    owed = {event.task_id or event.facts.get("task") for event in events}
    tasks = {
        task.id: task
        for task in session.execute(select(Task).where(col(Task.id).in_([t for t in owed if t]))).scalars()
    }
    found: dict[int, Told] = {}
    for event in events:
        name, locality, pack = projects.get(event.project_id or 0, ("", "", None))
        named = _Named(event, name, locality, pack, tasks.get(event.task_id or event.facts.get("task")))
        assert event.id is not None
        found[event.id] = _told(named, public_url)
    return found


def _names(session: Session, ids: set[int]) -> dict[int, tuple[str, str, Pack]]:
    query = (
        select(col(Project.id), col(ProjectRevision.name), col(Region.name), col(Project.pack_id))
        .join(Region, col(Region.id) == col(Project.locality_id))
        .outerjoin(
            ProjectRevision,
            (col(ProjectRevision.project_id) == col(Project.id))
            & col(ProjectRevision.superseded_at).is_(None)
            & col(ProjectRevision.to_on).is_(None),
        )
        .where(col(Project.id).in_(ids))
    )
    rows = session.execute(query).all()
    packs = {pack_id: pack_by_id(session, pack_id) for pack_id in {row[3] for row in rows}}
    return {
        row[0]: (plain(row[1] or f"项目{row[0]}"), plain(row[2]), packs[row[3]])
        for row in rows
        if row[0] is not None
    }


def _told(named: _Named, public_url: str) -> Told:
    event = named.event
    if event.kind == RUNG_FIRED and named.pack is not None:
        subject, lines, weight = _rung(named, named.pack)
    else:
        subject, lines, weight = _other(named)
    if event.project_id is not None:
        lines = [*lines, f"查看：{public_url.rstrip('/')}/projects/{event.project_id}"]
    assert event.id is not None
    return Told(event.id, event.project_id, subject, tuple(lines), weight)


def _rung(named: _Named, pack: Pack) -> tuple[str, list[str], tuple[int, int]]:
    facts = named.event.facts
    order = [rule.key for rule in pack.rung]
    key = str(facts.get("rung", ""))
    rule = next((each for each in pack.rung if each.key == key), None)
    step = pack.step_label(named.task.kind) if named.task is not None else ""
    late = _days_late(named.event)
    subject = f"{rule.label if rule else key}：{named.name}（{step}）{_lateness(late)}"
    lines = [
        f"项目：{named.name}（{named.locality}）",
        f"事项：{step}",
        f"到期日：{_due(facts.get('due_on'), named.task)}，{_lateness(late)}",
        *_basis(pack, facts, named.task, rule),
        *([_answer(rule, named.event)] if rule else []),
    ]
    return subject, lines, (order.index(key) if key in order else -1, late)


def _days_late(event: Event) -> int:
    """Days after the due date on the day of the event; negative before it."""
    due_on = event.facts.get("due_on")
    return (today(event.at) - date.fromisoformat(due_on)).days if due_on else 0


def _lateness(late: int) -> str:
    if late > 0:
        return f"已逾期{late}天"
    return "今日到期" if late == 0 else f"距到期{-late}天"


def _due(due_on: Any, task: Task | None) -> str:
    on = date.fromisoformat(str(due_on)) if due_on else (task.due_on if task is not None else None)
    if on is None:
        return "未定"
    if task is not None and task.due_on == on:
        provisional = task.provisional
    else:
        provisional = Calendar.national().provisional(on)
    return f"{on.isoformat()}{'（暂定）' if provisional else ''}"


def _basis(pack: Pack, facts: dict[str, Any], task: Task | None, rule: RungRule | None) -> list[str]:
    clause = str(facts.get("clause") or (rule.clause if rule else ""))
    shown = clause if clause.startswith(pack.pack.document) else pack.clause_of(clause)
    lines = [f"依据：{plain(shown)}"]
    if task is not None:
        deadline = task.clause if task.clause.startswith(pack.pack.document) else pack.clause_of(task.clause)
        lines.append(f"期限依据：{plain(deadline)}")
    return lines


def _answer(rule: RungRule, event: Event) -> str:
    """Who must answer by when, from the rung's rule."""
    who = "、".join(RECIPIENTS.get(word, word) for word in rule.to)
    if rule.reply_days is not None:
        by = Calendar.national().roll(today(event.at) + timedelta(days=rule.reply_days))
        return f"答复：请{who}于{by.isoformat()}前书面答复（{rule.reply_days}天内）。"
    if rule.reply is not None:
        return f"答复：请{who}{rule.reply}办理情况，直至办结。"
    return f"请{who}抓紧办理；已完成的请及时上报。"


RECIPIENTS = {
    "specialist": "项目专员",
    "leader": "包保领导",
    "responsible_unit": "责任单位",
    "cooperating_unit": "配合部门",
    "government": "属地政府（或责任单位）",
    "bureau": "招商局",
    "supervision": "督查室",
}


def _other(named: _Named) -> tuple[str, list[str], tuple[int, int]]:
    facts = named.event.facts
    what = WORDS.get(named.event.kind, named.event.kind)
    subject = f"{what}：{named.name}" if named.name else what
    lines = [what]
    if named.name:
        lines.append(f"项目：{named.name}（{named.locality}）")
    if named.task is not None and named.pack is not None:
        lines.append(f"事项：{named.pack.step_label(named.task.kind)}")
    for word, label in FACTS:
        if facts.get(word):
            lines.append(f"{label}：{plain(str(facts[word]))}")
    lines.append(f"时间：{local(named.event.at):%Y-%m-%d %H:%M}")
    return subject, lines, (-2, 0)
