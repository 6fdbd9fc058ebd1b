"""Idempotency-Key: the answer to a POST is kept in the transaction that did its work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from api.errors import KeyReused
from api.tables import IdempotencyKey

LASTS = timedelta(days=7)
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as sent and as stored: the body is JSON text."""

    status: int
    headers: dict[str, str]
    body: str


def claim(session: Session, account_id: int, key: str, request_sha256: str, wall: datetime) -> Kept | None:
    """Take the key for this request: None if it is new, the stored answer if this very request was done before.

    A second request with the key waits for the first one's transaction, then finds its answer, or the key free
    where the first one failed. KeyReused where the key stands for another request.
    """
    _forget(session, account_id, wall)
    row = {
        "account_id": account_id,
        "key": key,
        "request_sha256": request_sha256,
        "headers": {},
        "created_at": wall,
    }
    insert = INSERT[session.get_bind().dialect.name](IdempotencyKey)
    statement = insert.values(**row).on_conflict_do_nothing(index_elements=["account_id", "key"])
    taken = session.connection().execute(statement.returning(col(IdempotencyKey.id))).first()
    if taken is not None:
        return None
    found = session.exec(select(IdempotencyKey).where(*_is(account_id, key))).one()
    if found.request_sha256 != request_sha256 or found.status is None or found.body is None:
        raise KeyReused("这个 Idempotency-Key 已用于另一请求；新的请求请换一个键。")
    return Kept(found.status, dict(found.headers), found.body)


def keep(session: Session, account_id: int, key: str, kept: Kept) -> None:
    """Store the answer under the claimed key."""
    values = {"status": kept.status, "headers": kept.headers, "body": kept.body}
    session.execute(update(IdempotencyKey).where(*_is(account_id, key)).values(**values))


def _is(account_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (col(IdempotencyKey.account_id) == account_id, col(IdempotencyKey.key) == key)


def _forget(session: Session, account_id: int, wall: datetime) -> None:
    old = (col(IdempotencyKey.account_id) == account_id, col(IdempotencyKey.created_at) < wall - LASTS)
    session.execute(delete(IdempotencyKey).where(*old))
