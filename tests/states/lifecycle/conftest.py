"""A small office at work: a specialist, an approver, the supervision office, leaders and onlookers of one county."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from states.lifecycle.leads import register_lead
from states.lifecycle.requests import approve, report
from states.lifecycle.tables import Request
from states.people.actor import Actor, actor_by_login
from states.people.directory import add_unit
from states.people.responsibility import LEADER, SPECIALIST
from states.people.tables import Account, Person, Region, Responsibility, RoleGrant
from states.projects.tables import Project

LONG_AGO = date(2000, 1, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: str, hour: int = 10) -> datetime:
    """An instant of a working day, as an edge would pass it on."""
    return datetime.combine(date.fromisoformat(day), time(hour), SHANGHAI).astimezone(UTC)


@dataclass
class Office:
    """People by login, and the shortest way to a project at some stage."""

    session: Session
    today: date = date(2026, 6, 1)
    county: str = "赤壁市"
    made: dict[str, int] = field(default_factory=dict)

    def region(self, name: str) -> int:
        """The id of a region."""
        found = self.session.exec(select(Region).where(Region.name == name)).one()
        assert found.id is not None
        return found.id

    def hire(self, login: str, role: str, place: str | None = None, person_id: int | None = None) -> Actor:
        """A person with a login and a role over a region."""
        if person_id is None:
            person = Person(name=f"{login}某")
            self.session.add(person)
            self.session.flush()
            person_id = person.id
        assert person_id is not None
        account = Account(login=login, person_id=person_id)
        self.session.add(account)
        self.session.flush()
        assert account.id is not None
        self.session.add(
            RoleGrant(
                account_id=account.id,
                role=role,
                region_id=self.region(place or self.county),
                from_on=LONG_AGO,
            )
        )
        self.session.flush()
        self.made[login] = person_id
        return self.actor(login)

    def actor(self, login: str) -> Actor:
        """The actor behind a login."""
        return actor_by_login(self.session, login, self.today)

    def hold(self, project_id: int, login: str, slot: str) -> None:
        """Let a person hold a slot for ever."""
        self.session.add(
            Responsibility(
                project_id=project_id, slot=slot, person_id=self.made[login], from_on=LONG_AGO, event_id=1
            )
        )
        self.session.flush()

    def lead(self, day: str = "2026-03-02", **more: object) -> Project:
        """A project at the first stage, reported and approved on the day of its first report."""
        asked = register_lead(
            self.session,
            self.actor("zhuan"),
            at(day),
            {
                "项目名称": f"光谷南科技城{len(self.made)}",
                "投资方": "某集团",
                "属地": self.county,
                "行业": "电子信息",
                "投资额": "1.5亿元",
                "信息来源": "以商招商",
                "首报时间": day,
                "责任单位": "赤壁市招商局",
                **more,
            },
        )
        if asked.outcome is None:
            approve(self.session, self.actor("he"), at(day, 11), asked.id or 0)
        return self.session.get_one(Project, asked.project_id)

    def step(
        self, project: Project, trigger: str, day: str, approved: str | None = None, **evidence: object
    ) -> Request:
        """Report a step on its day and approve it."""
        assert project.id is not None
        asked = report(
            self.session, self.actor("zhuan"), at(day), project.id, trigger, {"date": day, **evidence}
        )
        if asked.outcome is None:
            approve(self.session, self.actor("he"), at(approved or day, 15), asked.id or 0)
        return asked


@pytest.fixture
def staff(session: Session) -> Office:
    """The office with its people."""
    office = Office(session)
    office.hire("zhuan", "specialist")
    office.hire("he", "approver", "咸宁市")
    office.hire("du", "supervision", "咸宁市")
    office.hire("ling", "leader")
    office.hire("wai", "approver", "通山县")
    office.hire("kan", "readonly", "咸宁市")
    office.hire("hecha", "verifier", "咸宁市")
    office.hire("guan", "admin", "咸宁市")
    add_unit(session, name="赤壁市招商局", kind="招商局", region_id=office.region("赤壁市"), confirmed=True)
    session.flush()
    return office


STEPS: dict[str, dict[str, object]] = {
    "open_negotiation": {"研判意见": "值得推进"},
    "sign": {
        "合同编号": "XN-2026-0001",
        "合同投资额": "1.5亿元",
        "合法性审查编号": "合审2026-1",
        "公平竞争审查编号": "公竞2026-1",
    },
    "register": {"企业名称": "赤壁某某有限公司", "统一社会信用代码": "91110000600037341L"},
    "break_ground": {"施工许可证编号": "施2026-1"},
    "start_production": {"竣工验收编号": "验2026-1"},
}
Walk = Callable[..., Project]


@pytest.fixture
def walk(staff: Office) -> Walk:
    """A project of the default pack led to a stage, one step a month from 2026-01-05 on."""

    def go(stage: str, contract: str = "XN-2026-0001", **more: object) -> Project:
        order = ["intent", "negotiation", "signed", "registered", "construction", "production"]
        days = ["2026-01-05", "2026-01-12", "2026-02-02", "2026-03-02", "2026-04-01", "2026-05-06"]
        project = staff.lead(days[0], **more)
        for key, day, (trigger, evidence) in zip(order[1:], days[1:], STEPS.items(), strict=True):
            if order.index(key) > order.index(stage):
                break
            given = {**evidence, "合同编号": contract} if trigger == "sign" else evidence
            staff.step(project, trigger, day, **given)
        return project

    return go


__all__ = ["LEADER", "SPECIALIST"]


@pytest.fixture(name="at")
def at_fixture() -> Callable[..., datetime]:
    """`at("2026-03-02", 10)`: an instant."""
    return at
