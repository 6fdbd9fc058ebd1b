"""Packs in the database: activated once, read by those who pin them."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from states.errors import PackError
from states.events import record
from states.policy.load import digest, parse
from states.policy.schema import Pack
from states.policy.tables import PolicyPack


def activate(session: Session, actor_id: int, now: datetime, body: str) -> PolicyPack:
    """Activate a pack. The same key and version with another text is refused: a change is a new version."""
    pack = parse(body)
    found = session.exec(
        select(PolicyPack).where(PolicyPack.key == pack.pack.key, PolicyPack.version == pack.pack.version)
    ).first()
    if found is not None:
        if found.sha256 != digest(body):
            raise PackError(
                f"规则包 {pack.pack.key} 第 {pack.pack.version} 版已启用，不可更改；请提高版本号另行启用。"
            )
        return found
    event_id = record(
        session,
        "pack_activated",
        actor_id=actor_id,
        at=now,
        key=pack.pack.key,
        version=pack.pack.version,
        sha256=digest(body),
    )
    row = PolicyPack(
        key=pack.pack.key,
        version=pack.pack.version,
        sha256=digest(body),
        body=body,
        effective_on=pack.pack.effective_on,
        activated_at=now,
        event_id=event_id,
    )
    session.add(row)
    session.flush()
    return row


def pack_by_id(session: Session, pack_id: int) -> Pack:
    """The pack a project pins. Raises PackError if its text no longer matches the hash taken at activation."""
    row = session.get_one(PolicyPack, pack_id)
    if digest(row.body) != row.sha256:
        raise PackError(
            f"规则包 {row.key} 第 {row.version} 版的内容与启用时不一致，请立即运行 zlf audit verify。"
        )
    return parse(row.body)


def current_pack(session: Session, today: date) -> tuple[int, Pack]:
    """Id and content of the pack in force today for new projects: the newest effective one."""
    row = session.exec(
        select(PolicyPack)
        .where(PolicyPack.effective_on <= today)
        .order_by(col(PolicyPack.effective_on).desc(), col(PolicyPack.id).desc())
    ).first()
    if row is None or row.id is None:
        raise PackError("尚未启用任何规则包，请先运行 zlf init。")
    return row.id, pack_by_id(session, row.id)
