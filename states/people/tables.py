"""Regions, units, persons, accounts, grants and who holds which slot when."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from states.base import SQLModel


class Region(SQLModel, table=True):
    """The office itself (parent_id NULL) or a locality under it. Class: 县市区, 开发区, 市本级, …"""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=12, unique=True)
    name: str = Field(max_length=60, unique=True)
    class_: str = Field(max_length=20, sa_column_kwargs={"name": "class"})
    parent_id: int | None = Field(default=None, foreign_key="region.id")


class RegionClosure(SQLModel, table=True):
    """Every region is its own descendant. Scope goes by this table, never by a code's prefix (3701 / 37010)."""

    __tablename__ = "region_closure"

    ancestor_id: int = Field(primary_key=True, foreign_key="region.id")
    descendant_id: int = Field(primary_key=True, foreign_key="region.id", index=True)


class Unit(SQLModel, table=True):
    """An office, bureau or government. `confirmed` is false while only a ledger has named it."""

    __table_args__ = (UniqueConstraint("name", "region_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100)
    kind: str = Field(max_length=20)
    region_id: int = Field(foreign_key="region.id")
    confirmed: bool = True


class Person(SQLModel, table=True):
    """Somebody who can hold a slot, or a unit's 收件 account (`mailbox`). Named by a ledger: not confirmed."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=60, index=True)
    kind: str = Field(default="person", max_length=10)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    region_id: int | None = Field(default=None, foreign_key="region.id")
    email: str | None = Field(default=None, max_length=254)
    confirmed: bool = True
    active: bool = True


class Responsibility(SQLModel, table=True):
    """Who holds a slot of a project from a day on; half open, `to_on` NULL = still. Person or unit, exactly one."""

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="one_holder"),
        Index("ix_responsibility_project", "project_id", "slot", "from_on"),
        Index("ix_responsibility_person", "person_id", "slot", "from_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    slot: str = Field(max_length=20)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    from_on: date
    to_on: date | None = None
    event_id: int = Field(foreign_key="event.id")


class Account(SQLModel, table=True):
    """A login. The office's operator account is made by `zlf init`."""

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=60, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    active: bool = True


class RoleGrant(SQLModel, table=True):
    """A role over a region's subtree from a day on. Effective on the next request."""

    __tablename__ = "role_grant"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    role: str = Field(max_length=20)
    region_id: int = Field(foreign_key="region.id")
    from_on: date
    to_on: date | None = None


class ApiToken(SQLModel, table=True):
    """An opaque token; only its SHA-256 is kept."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
