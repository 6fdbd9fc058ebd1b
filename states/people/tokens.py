"""Opaque API tokens: 256 random bits shown once; the database keeps only their SHA-256.

Lifetimes go by the wall clock (`wall`), which a demo's offset does not move; events and grants go by business time.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.errors import NotFound, Unauthenticated
from states.events import record
from states.people.actor import Actor, actor_of
from states.people.rights import require
from states.people.tables import Account, ApiToken, Person

LASTS = timedelta(days=90)
SHAPE = re.compile(r"zlf_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as issued: `secret` is shown once and never stored."""

    secret: str
    token_id: int
    login: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Issued(token_id={self.token_id}, login={self.login!r})"  # the secret must not reach a log


def issue(
    session: Session, actor: Actor, login: str, *, now: datetime, wall: datetime, lasts: timedelta = LASTS
) -> Issued:
    """A new token for a login: one's own, or another's by who manages people. NotFound if unknown or disabled."""
    if login != actor.login:
        require(actor, "manage_people")
    account = session.exec(select(Account).where(Account.login == login, col(Account.active))).first()
    if account is None or account.id is None:
        raise NotFound(f"没有账号“{login}”，或已停用。请先用 zlf account 建立账号。")
    secret = f"zlf_{secrets.token_urlsafe(32)}"
    row = ApiToken(sha256=_digest(secret), account_id=account.id, created_at=wall, expires_at=wall + lasts)
    session.add(row)
    session.flush()
    assert row.id is not None
    record(session, "token_issued", actor_id=actor.account_id, at=now, account=account.id, token=row.id)
    return Issued(secret, row.id, login, row.expires_at)


def authenticate(session: Session, secret: str, *, wall: datetime, today: date) -> Actor:
    """The actor behind a token, with the grants of `today`. Unauthenticated whatever the reason: none is told."""
    if SHAPE.fullmatch(secret) is None:
        raise Unauthenticated("访问令牌无效或已过期。")
    account = session.exec(
        select(Account)
        .join(ApiToken, col(ApiToken.account_id) == col(Account.id))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            ApiToken.sha256 == _digest(secret),
            col(ApiToken.revoked_at).is_(None),
            ApiToken.expires_at > wall,
            col(Account.active),
            col(Person.active),
        )
    ).first()
    if account is None:
        raise Unauthenticated("访问令牌无效或已过期。")
    return actor_of(session, account, today)


def revoke(session: Session, actor: Actor, login: str, *, now: datetime, wall: datetime) -> int:
    """Revoke every live token of a login: one's own, or another's by who manages people. Returns how many."""
    if login != actor.login:
        require(actor, "manage_people")
    account = session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        raise NotFound(f"没有账号“{login}”。")
    live = (col(ApiToken.account_id) == account.id, col(ApiToken.revoked_at).is_(None))
    ids = session.exec(select(ApiToken.id).where(*live).order_by(col(ApiToken.id))).all()
    if ids:
        session.execute(update(ApiToken).where(*live).values(revoked_at=wall))
        record(
            session, "tokens_revoked", actor_id=actor.account_id, at=now, account=account.id, tokens=list(ids)
        )
    return len(ids)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
