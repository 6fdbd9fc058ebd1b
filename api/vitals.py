"""How the installation is, told as it is: each part by itself, and the worst of them as the whole."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

import migrations
from notifications import channels_from
from notifications.tables import Delivery
from states import clock
from states.db import reading
from states.periods import HEARTBEAT_LATE, Installation
from states.settings import settings

OK, DEGRADED, DOWN = "ok", "degraded", "down"
OUTBOX_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its state, what there is to say, and its age in seconds where it has one."""

    name: str
    status: str
    detail: str
    age_seconds: int | None = None


def examine(engine: Engine, wall: datetime) -> list[Part]:
    """Process, database, schema, and, where an office has been set up, heartbeat and outbox."""
    parts = [Part("process", OK, "正在运行")]
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        behind = migrations.current(engine) != migrations.newest()
    except SQLAlchemyError:
        return [*parts, Part("database", DOWN, "无法连接或读取")]
    parts.append(Part("database", OK, "可读"))
    if behind:
        return [*parts, Part("migrations", DOWN, "库结构与程序版本不符，请运行 zlf init")]
    parts.append(Part("migrations", OK, "库结构为最新"))
    with reading(engine) as session:
        installation = session.get(Installation, 1)
        if installation is None:
            return [*parts, Part("office", DOWN, "尚未设立办公室，请运行 zlf init --office FILE")]
        return [
            *parts,
            _office(installation),
            _heartbeat(installation, wall),
            _outbox(session, wall + installation.offset),
            _unresolved(session),
        ]


def overall(parts: list[Part]) -> str:
    """The worst of the parts."""
    found = {part.status for part in parts}
    return DOWN if DOWN in found else DEGRADED if DEGRADED in found else OK


def _office(installation: Installation) -> Part:
    if installation.held_since is not None:
        return Part("office", DEGRADED, "已暂停对外发送，等待督查室放行")
    return Part("office", OK, "已设立")


def _heartbeat(installation: Installation, wall: datetime) -> Part:
    if installation.heartbeat_at is None:
        return Part("heartbeat", DEGRADED, "从未运行：到期事项不会自动办理")
    age = wall - installation.heartbeat_at
    late = age > HEARTBEAT_LATE
    return Part(
        "heartbeat", DEGRADED if late else OK, "已停：到期事项不会自动办理" if late else "正常", _seconds(age)
    )


def _outbox(session: Session, now: datetime) -> Part:
    """The oldest message that is due and has not left; what waits for a channel without settings is only counted."""
    rows = session.exec(
        select(Delivery.channel, func.min(Delivery.due_at), func.count())
        .where(col(Delivery.state).in_(("queued", "attempting")), col(Delivery.due_at) <= now)
        .group_by(Delivery.channel)
    ).all()
    set_up = channels_from(settings(), clock.wall)
    idle = sum(count for channel, _, count in rows if channel not in set_up)
    note = f"；{idle} 件等待未配置的渠道" if idle else ""
    oldest = min((due_at for channel, due_at, _ in rows if channel in set_up), default=None)
    if oldest is None:
        return Part("outbox", OK, f"没有到期未发的消息{note}", 0)
    age = now - oldest
    late = age > OUTBOX_LATE
    said = "有消息到期未发" if late else "正常"
    return Part("outbox", DEGRADED if late else OK, said + note, _seconds(age))


def _unresolved(session: Session) -> Part:
    rows = session.exec(
        select(Delivery.state, func.count())
        .where(col(Delivery.state).in_(("uncertain", "dead")))
        .group_by(Delivery.state)
    ).all()
    counts = dict(rows)
    if not counts:
        return Part("deliveries", OK, "没有发送失败或结果不明的消息")
    return Part(
        "deliveries",
        DEGRADED,
        f"发送失败 {counts.get('dead', 0)} 件，结果不明 {counts.get('uncertain', 0)} 件，须有人处理",
    )


def _seconds(age: timedelta) -> int:
    return max(0, int(age.total_seconds()))
