"""`zlf doctor`: whether the present equals its history (an error), and what somebody should look at (warnings)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Session, col

from flows.runner import FLOWS, in_use_since
from flows.timetable import LABELS, due_periods
from notifications.tables import Delivery
from states.clock import today
from states.founding import installation_of
from states.lifecycle.agreement import disagreements
from states.lifecycle.tables import Request
from states.people.responsibility import SLOTS, on_day
from states.people.tables import Person, Responsibility, Unit
from states.periods import HEARTBEAT_LATE, Installation, Period
from states.policy.active import current_pack
from states.projects.tables import Gap, Project
from states.tasks.tables import Task
from states.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Findings:
    """`errors`: present and history disagree. `warnings`: heartbeat, missed periods, 待补, empty slots and the like."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"sound": not self.errors, "errors": self.errors, "warnings": self.warnings}


def examine(session: Session, as_of: datetime, wall: datetime) -> Findings:
    """Look at everything as of an instant; the heartbeat's age is measured by the wall clock."""
    installation = installation_of(session)
    on = today(as_of)
    warnings = [
        *_heartbeat(installation, wall),
        *_missed(session, as_of),
        *_held(session, installation),
        *_unmeasured(session),
        *_empty_slots(session, on),
        *_gaps(session),
        *_unconfirmed(session),
        *_undelivered(session),
        *_provisional(session),
    ]
    return Findings(disagreements(session), warnings)


def _heartbeat(installation: Installation, wall: datetime) -> Iterator[str]:
    if installation.heartbeat_at is None:
        yield "心跳从未运行：到期事项不会自动办理。请运行 zlf up，或定时运行 zlf tick。"
    elif wall - installation.heartbeat_at > HEARTBEAT_LATE:
        minutes = int((wall - installation.heartbeat_at).total_seconds() // 60)
        yield f"心跳已停 {minutes} 分钟（末次由 {installation.heartbeat_by} 发出）：到期事项不会自动办理。"
    elif installation.heartbeat_at > wall:
        yield "时钟曾向后拨：末次心跳晚于现在，请核对本机时间。"


def _missed(session: Session, as_of: datetime) -> Iterator[str]:
    since = in_use_since(session)
    if since is None:
        return
    _, pack = current_pack(session, today(as_of))
    entered = set(session.execute(select(col(Period.flow), col(Period.period))))
    for flow in FLOWS:
        dues = [due for due in due_periods(Calendar.national(), pack, since, as_of) if due.flow == flow]
        missed = [due.period for due in dues if (flow, due.period) not in entered]
        if missed:
            yield f"{LABELS[flow]}有 {len(missed)} 期到期未办（{missed[0]} 至 {missed[-1]}），下次运行时补办一次。"


def _held(session: Session, installation: Installation) -> Iterator[str]:
    waiting = select(func.max(col(Period.period))).where(
        col(Period.outcome) == "held", col(Period.released_by).is_(None)
    )
    period = session.scalar(waiting)
    if period is not None:
        yield f"{period} 的督办扫描因保险丝搁置，待督查室放行：zlf release --actor 登录名。"
    if installation.held_since is not None:
        yield f"系统处于搁置状态，不对外发送：{installation.held_why or ''}"


def _unmeasured(session: Session) -> Iterator[str]:
    """A deadline nobody measures: open, with a ladder, on which no rung will ever fire and none has."""
    lost = select(func.count()).where(
        col(Task.closed_at).is_(None),
        col(Task.ladder).is_not(None),
        col(Task.next_rung_on).is_(None),
        col(Task.rung).is_(None),
        exists().where(col(Project.id) == col(Task.project_id), col(Project.standing) == "active"),
        ~_waits(),
    )
    count = session.scalar(lost)
    if count:
        yield f"有 {count} 个未办结事项没有任何督办级次会触发，请检查规则包的阶梯。"


def _waits() -> Any:
    return exists().where(col(Request.task_id) == col(Task.id), col(Request.outcome).is_(None))


def _empty_slots(session: Session, on: date) -> Iterator[str]:
    held = exists().where(
        col(Responsibility.project_id) == col(Task.project_id),
        col(Responsibility.slot) == col(Task.slot),
        on_day(col(Responsibility.from_on), col(Responsibility.to_on), on),
    )
    query = (
        select(col(Task.slot), func.count())
        .where(col(Task.closed_at).is_(None), col(Task.slot).is_not(None), ~held)
        .group_by(col(Task.slot))
    )
    for slot, count in session.execute(query):
        yield f"有 {count} 个未办结事项的“{SLOTS.get(slot, slot)}”空缺，提醒将转至责任单位、督查室。"


def _gaps(session: Session) -> Iterator[str]:
    projects, fields = session.execute(
        select(func.count(func.distinct(col(Gap.project_id))), func.count()).where(
            col(Gap.filled_at).is_(None)
        )
    ).one()
    if fields:
        yield f"待补：{projects} 个项目共缺 {fields} 项佐证或资料。"


def _unconfirmed(session: Session) -> Iterator[str]:
    units = session.scalar(select(func.count()).select_from(Unit).where(~col(Unit.confirmed)))
    persons = session.scalar(
        select(func.count()).select_from(Person).where(~col(Person.confirmed), col(Person.kind) == "person")
    )
    if units or persons:
        yield f"台账带入、尚未确认的单位 {units} 个、人员 {persons} 名：zlf people list --unconfirmed。"


def _undelivered(session: Session) -> Iterator[str]:
    query = select(col(Delivery.state), func.count()).where(col(Delivery.state).in_(("dead", "uncertain")))
    counts = dict(session.execute(query.group_by(col(Delivery.state))).all())
    if counts:
        yield f"消息发送失败 {counts.get('dead', 0)} 件、结果不明 {counts.get('uncertain', 0)} 件，须有人处理。"
    unreachable = select(func.count(func.distinct(col(Responsibility.person_id)))).join(
        Person,
        and_(
            col(Person.id) == col(Responsibility.person_id),
            or_(col(Person.email).is_(None), ~col(Person.active)),
        ),
    )
    count = session.scalar(unreachable.where(col(Responsibility.to_on).is_(None)))
    if count:
        yield f"有 {count} 名责任人没有邮箱，只能在站内收件箱收到提醒。"


def _provisional(session: Session) -> Iterator[str]:
    count = session.scalar(
        select(func.count()).select_from(Task).where(col(Task.closed_at).is_(None), col(Task.provisional))
    )
    if count:
        yield f"有 {count} 个未办结事项的到期日为暂定（日历未公布，或起算日只到月）。"
