"""Who acts: an account, the person behind it and the roles it holds today."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select

from states.errors import NotFound
from states.people.tables import Account, Person, RoleGrant

ROLES = {
    "operator": "办公室操作员",
    "admin": "系统管理员",
    "supervision": "督查室",
    "leader": "包保领导",
    "specialist": "项目专员",
    "approver": "招商局核定人",
    "verifier": "核查员",
    "readonly": "只读",
}


@dataclass(frozen=True, slots=True)
class Granted:
    """A role over a region and all below it."""

    role: str
    region_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """The doer of a write and the reader of a question."""

    account_id: int
    person_id: int
    login: str
    name: str
    granted: tuple[Granted, ...] = ()

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held anywhere."""
        return any(grant.role in roles for grant in self.granted)

    def regions(self, *roles: str) -> tuple[int, ...]:
        """Top regions over which any of the roles is held."""
        return tuple(grant.region_id for grant in self.granted if grant.role in roles)


def actor_by_login(session: Session, login: str, today: date) -> Actor:
    """The actor behind a login. NotFound for an unknown or disabled one."""
    account = session.exec(select(Account).where(Account.login == login, col(Account.active))).first()
    if account is None or account.id is None:
        raise NotFound(f"没有账号“{login}”，或已停用。请先用 zlf account 建立账号。")
    return actor_of(session, account, today)


def actor_of(session: Session, account: Account, today: date) -> Actor:
    """The actor of an account with the grants in force today."""
    assert account.id is not None
    person = session.get_one(Person, account.person_id)
    grants = session.exec(
        select(RoleGrant).where(
            RoleGrant.account_id == account.id,
            RoleGrant.from_on <= today,
            or_(col(RoleGrant.to_on).is_(None), col(RoleGrant.to_on) > today),
        )
    ).all()
    return Actor(
        account.id,
        account.person_id,
        account.login,
        person.name,
        tuple(Granted(grant.role, grant.region_id) for grant in grants),
    )
