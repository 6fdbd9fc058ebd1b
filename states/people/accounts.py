"""Accounts and their roles. Every change is an event and holds from the next request on."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from states.errors import Forbidden, Malformed, NotAllowedNow, NotFound
from states.events import record
from states.people.actor import ROLES, Actor
from states.people.rights import RIGHTS, require
from states.people.scope import regions_under
from states.people.tables import Account, Person, Region, RegionClosure, RoleGrant, Unit

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,59}")
NEVER_TOGETHER = (frozenset({"admin", "supervision"}),)  # who keeps the accounts does not keep watch
OWN_UNIT = {"approver": "招商局", "supervision": "督查室"}


@dataclass(frozen=True, slots=True)
class Made:
    """What `create_account` did: `account` and `role` say what is new."""

    account_id: int
    person_id: int
    login: str
    account: bool
    role: bool


def create_account(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    *,
    login: str,
    person: str,
    role: str,
    region: str | None = None,
) -> Made:
    """A login for a person with a role over a region (None: the whole office).

    A login that exists for the same person gains the role; all already there changes nothing.
    Raises Malformed, NotFound (region), NotAllowedNow (login of another, homonyms, roles that exclude each
    other) and Forbidden (no right, the region is not the actor's, or one's own account).
    """
    require(actor, "manage_people")
    _check(login, person, role)
    where = _region(session, actor, region)
    account = session.exec(select(Account).where(Account.login == login)).first()
    owner = _person(session, person, account, role, where)
    if owner.id == actor.person_id:
        raise Forbidden("不能为自己授权，请由另一位有权人员办理。")
    assert owner.id is not None
    _refuse_conflict(session, owner.id, role, today)
    new_account = account is None
    if account is None:
        account = Account(login=login, person_id=owner.id)
        session.add(account)
        session.flush()
        record(
            session, "account_created", actor_id=actor.account_id, at=now, account=account.id, person=owner.id
        )
    assert account.id is not None
    new_role = _grant(session, actor, now, today, account.id, role, where)
    return Made(account.id, owner.id, login, new_account, new_role)


def disable_account(session: Session, actor: Actor, now: datetime, login: str) -> None:
    """Disable a login: every token of it is dead at once. NotFound for an unknown one; twice does nothing."""
    require(actor, "manage_people")
    account = session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        raise NotFound(f"没有账号“{login}”。")
    if account.id == actor.account_id:
        raise Forbidden("不能停用自己的账号。")
    if account.active:
        account.active = False
        record(session, "account_disabled", actor_id=actor.account_id, at=now, account=account.id)


def _check(login: str, person: str, role: str) -> None:
    if not LOGIN.fullmatch(login):
        raise Malformed("账号只能用英文字母、数字和 _ . @ -，以字母或数字开头，最长 60 个字符。")
    if not person.strip() or len(person) > 60 or not person.isprintable():
        raise Malformed("姓名不能为空，最长 60 个字，不得含控制字符。")
    if role not in ROLES:
        known = "、".join(f"{key}（{label}）" for key, label in ROLES.items())
        raise Malformed(f"没有角色“{role}”；可用的角色：{known}。")


def _region(session: Session, actor: Actor, name: str | None) -> Region:
    wanted = col(Region.parent_id).is_(None) if name is None else col(Region.name) == name
    found = session.exec(select(Region).where(wanted)).first()
    if found is None:
        names = "、".join(session.exec(select(Region.name).order_by(col(Region.code))).all())
        raise NotFound(f"没有区域“{name}”；本办公室的区域：{names}。")
    mine = select(RegionClosure.descendant_id).where(
        regions_under(actor.regions(*RIGHTS["manage_people"])), RegionClosure.descendant_id == found.id
    )
    if session.exec(mine).first() is None:
        raise Forbidden(f"“{actor.name}”不管理区域“{found.name}”的账号。")
    return found


def _person(session: Session, name: str, account: Account | None, role: str, where: Region) -> Person:
    if account is not None:
        owner = session.get_one(Person, account.person_id)
        if owner.name != name:
            raise NotAllowedNow(f"账号“{account.login}”已属于“{owner.name}”，请换一个账号名。")
        if not account.active or not owner.active:
            raise NotAllowedNow(f"账号“{account.login}”已停用，不能再授权。")
        return owner
    found = session.exec(select(Person).where(Person.name == name, Person.kind == "person")).all()
    if len(found) > 1:
        raise NotAllowedNow(f"有 {len(found)} 位同名的“{name}”，无法确定是哪一位，请先在人员名单中区分。")
    return found[0] if found else _new_person(session, name, role, where)


def _new_person(session: Session, name: str, role: str, where: Region) -> Person:
    unit = session.exec(
        select(Unit).where(Unit.kind == OWN_UNIT.get(role, ""), Unit.region_id == where.id)
    ).first()
    made = Person(name=name, region_id=where.id, unit_id=None if unit is None else unit.id)
    session.add(made)
    session.flush()
    return made


def _refuse_conflict(session: Session, person_id: int, role: str, today: date) -> None:
    held = session.exec(
        select(RoleGrant.role)
        .join(Account, col(Account.id) == col(RoleGrant.account_id))
        .where(
            Account.person_id == person_id,
            or_(col(RoleGrant.to_on).is_(None), col(RoleGrant.to_on) > today),
        )
    ).all()
    for pair in NEVER_TOGETHER:
        for other in (pair - {role}) & set(held) if role in pair else ():
            raise NotAllowedNow(f"“{ROLES[role]}”与“{ROLES[other]}”不得由同一人担任。")


def _grant(
    session: Session, actor: Actor, now: datetime, today: date, account_id: int, role: str, where: Region
) -> bool:
    assert where.id is not None
    there = session.exec(
        select(RoleGrant.id).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role,
            RoleGrant.region_id == where.id,
            RoleGrant.from_on <= today,
            or_(col(RoleGrant.to_on).is_(None), col(RoleGrant.to_on) > today),
        )
    ).first()
    if there is not None:
        return False
    session.add(RoleGrant(account_id=account_id, role=role, region_id=where.id, from_on=today))
    session.flush()
    record(
        session,
        "role_granted",
        actor_id=actor.account_id,
        at=now,
        account=account_id,
        role=role,
        region=where.id,
    )
    return True
