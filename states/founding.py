"""Setting an office up, once: its regions, units, operator, calendar and rules. For edges only."""

import tomllib
import uuid
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import insert
from sqlmodel import Session, select

from states.errors import Malformed, NotAllowedNow
from states.events import record
from states.people.directory import add_region, add_unit
from states.people.tables import Account, Person, RoleGrant
from states.periods import Installation
from states.policy.active import activate
from states.policy.load import shipped
from states.tasks.tables import CalendarDay
from states.workdays import Calendar

OPERATOR = "operator"
BEGINNING = date(2000, 1, 1)
OWN_UNITS = ("招商局", "督查室")


class LocalitySpec(BaseModel):
    """A locality of the office; `government` names the body to which red orders go."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    name: str = Field(min_length=1, max_length=60)
    code: str = Field(pattern=r"^\d{6,12}$")
    class_: str = Field(alias="class", min_length=1, max_length=20)
    government: str | None = Field(default=None, max_length=100)


class UnitSpec(BaseModel):
    """A unit of the office."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=100)
    kind: str = Field(min_length=1, max_length=20)
    locality: str | None = None


class OfficeSpec(BaseModel):
    """office.toml: the office, its localities and units."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=60)
    code: str = Field(pattern=r"^\d{6,12}$")
    class_: str = Field(default="办公室", alias="class", max_length=20)
    locality: list[LocalitySpec] = Field(min_length=1)
    unit: list[UnitSpec] = Field(default_factory=list)


def read_office(body: str) -> OfficeSpec:
    """office.toml checked. Raises Malformed that names entry and field."""
    try:
        spec = OfficeSpec.model_validate(tomllib.loads(body))
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"office.toml 不是正确的 TOML 文本：{error}") from error
    except ValidationError as error:
        lines = [f"- {'.'.join(str(part) for part in item['loc'])}：{item['msg']}" for item in error.errors()]
        raise Malformed("office.toml 有误：\n" + "\n".join(lines)) from error
    for what, values in (
        ("名称", [row.name for row in spec.locality]),
        ("代码", [row.code for row in spec.locality]),
    ):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise Malformed(f"office.toml 中属地{what}重复：{'、'.join(twice)}。")
    return spec


def found(session: Session, spec: OfficeSpec, now: datetime) -> Installation:
    """Write the office. NotAllowedNow when this database already holds one."""
    if session.get(Installation, 1) is not None:
        raise NotAllowedNow("此数据库已经初始化过；一个数据库只对应一个办公室。")
    top = add_region(session, name=spec.name, code=spec.code, class_=spec.class_, parent_id=None)
    assert top.id is not None
    regions = {spec.name: top.id}
    for row in spec.locality:
        region = add_region(session, name=row.name, code=row.code, class_=row.class_, parent_id=top.id)
        assert region.id is not None
        regions[row.name] = region.id
    operator = _operator(session, top.id)
    _units(session, spec, regions)
    installation = Installation(uid=str(uuid.uuid4()), office_id=top.id, operator_id=operator)
    session.add(installation)
    session.flush()
    record(session, "office_founded", actor_id=operator, at=now, region=top.id, uid=installation.uid)
    activate(session, operator, now, shipped())
    load_calendar(session)
    return installation


def _operator(session: Session, office_id: int) -> int:
    person = Person(name="办公室操作员", region_id=office_id)
    session.add(person)
    session.flush()
    assert person.id is not None
    account = Account(login=OPERATOR, person_id=person.id)
    session.add(account)
    session.flush()
    assert account.id is not None
    # From the beginning: a clock set back after the founding must not stop the sweeps.
    session.add(RoleGrant(account_id=account.id, role="operator", region_id=office_id, from_on=BEGINNING))
    session.flush()
    return account.id


def _units(session: Session, spec: OfficeSpec, regions: dict[str, int]) -> None:
    named = {unit.kind for unit in spec.unit}
    for unit in spec.unit:
        place = unit.locality or spec.name
        if place not in regions:
            raise Malformed(f"office.toml 中单位“{unit.name}”的属地“{place}”不在属地名单内。")
        add_unit(session, name=unit.name, kind=unit.kind, region_id=regions[place], confirmed=True)
    for kind in OWN_UNITS:
        if kind not in named:
            add_unit(
                session, name=f"{spec.name}{kind}", kind=kind, region_id=regions[spec.name], confirmed=False
            )
    for row in spec.locality:
        name = row.government or (f"{row.name}管委会" if row.class_ == "开发区" else f"{row.name}人民政府")
        confirmed = row.government is not None
        if row.class_ != "市本级" or confirmed:
            add_unit(session, name=name, kind="政府", region_id=regions[row.name], confirmed=confirmed)


def load_calendar(session: Session) -> None:
    """Fill `calendar_day` with the national calendar, confirmed and provisional years."""
    rows: list[dict[str, Any]] = [
        {"calendar": "cn", "on": on, "workday_no": number, "workday": workday, "confirmed": confirmed}
        for on, number, workday, confirmed in Calendar.national().rows()
    ]
    session.execute(insert(CalendarDay), rows)


def installation_of(session: Session) -> Installation:
    """The one row. NotAllowedNow before `zlf init`."""
    installation = session.exec(select(Installation)).first()
    if installation is None:
        raise NotAllowedNow("尚未初始化，请先运行 zlf init --office FILE。")
    return installation
