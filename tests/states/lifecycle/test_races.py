"""Versions: what a client has not seen, it does not overwrite; of several at once one wins."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from states.db import writing
from states.errors import DomainError, EvidenceMissing, Forbidden, NotAllowedNow, NotFound, Stale
from states.lifecycle.requests import approve, register_lead, report, return_report
from states.lifecycle.tables import Request
from states.projects.tables import Milestone, Project

REGISTER = {"date": "2026-03-02", "企业名称": "某某公司", "credit_code": "91110000600037341L"}


def test_a_version_not_seen_is_stale_and_says_which_is_current(staff, walk, at):
    project = walk("signed")
    seen = project.version
    asked = report(
        staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "register", REGISTER, seen
    )
    assert project.version == seen + 1
    with pytest.raises(Stale) as stale:
        approve(staff.session, staff.actor("he"), at("2026-03-04"), asked.id, seen)
    assert stale.value.facts["version"] == seen + 1
    approve(staff.session, staff.actor("he"), at("2026-03-04"), asked.id, seen + 1)
    assert project.version == seen + 2
    with pytest.raises(NotAllowedNow, match="已经办结"):
        return_report(staff.session, staff.actor("he"), at("2026-03-05"), asked.id, "不符")


def test_a_second_report_of_the_same_step_is_refused(staff, walk, at):
    project = walk("signed")
    report(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "register", REGISTER)
    with pytest.raises(NotAllowedNow, match="已有待办理"):
        report(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "register", REGISTER)


def test_of_eight_at_once_one_wins_a_version(office, engine_of_people):
    staff, walk, at = engine_of_people
    project = walk("signed")
    project_id, version = project.id, project.version
    actor = staff.actor("zhuan")
    staff.session.commit()
    start = threading.Barrier(8)

    def one(_):
        start.wait()
        try:
            with writing(office) as session:
                report(session, actor, at("2026-03-03"), project_id, "register", REGISTER, version)
        except DomainError as error:
            return type(error)
        return "won"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(8)))
    assert sorted(map(str, results)) == sorted(["won", *[str(Stale)] * 7])
    with Session(office) as session:
        assert session.get_one(Project, project_id).version == version + 1
        assert len(session.exec(select(Request).where(Request.trigger == "register")).all()) == 1


@pytest.fixture
def engine_of_people(staff, walk, at):
    """The staff of an office whose work is committed."""
    return staff, walk, at


def test_a_lead_is_reported_by_a_specialist_and_approved_by_another(staff, at):
    given = {
        "项目名称": "线索",
        "投资方": "某集团",
        "属地": "赤壁市",
        "行业": "电子信息",
        "投资额": "2亿元",
        "信息来源": "展会",
        "首报时间": "2026-03-02",
    }
    session = staff.session
    before = len(session.exec(select(Project)).all())
    asked = register_lead(session, staff.actor("zhuan"), at("2026-03-02"), given)
    assert len(session.exec(select(Project)).all()) == before
    for login, error in (("zhuan", Forbidden), ("wai", NotFound), ("ling", Forbidden)):
        with pytest.raises(error):
            approve(session, staff.actor(login), at("2026-03-03"), asked.id)
    with pytest.raises(Stale):
        approve(session, staff.actor("he"), at("2026-03-03"), asked.id, version=7)
    approve(session, staff.actor("he"), at("2026-03-03"), asked.id, version=1)
    project = session.get_one(Project, asked.project_id)
    first = session.exec(select(Milestone).where(Milestone.project_id == project.id)).one()
    assert (project.stage, first.kind, first.occurred_on.isoformat()) == ("intent", "intent", "2026-03-02")


@pytest.mark.parametrize(
    ("login", "change", "error"),
    [
        ("he", {}, Forbidden),
        ("zhuan", {"属地": "通山县"}, Forbidden),
        ("zhuan", {"属地": "咸宁市"}, EvidenceMissing),
        ("zhuan", {"属地": "天外县"}, EvidenceMissing),
        ("zhuan", {"投资额": None}, EvidenceMissing),
        ("zhuan", {"行业": "长" * 61}, EvidenceMissing),
    ],
)
def test_a_lead_outside_the_office_or_one_s_locality_is_refused(staff, at, login, change, error):
    given = {
        "项目名称": "线索",
        "投资方": "某集团",
        "属地": "赤壁市",
        "行业": "电子信息",
        "投资额": "2亿元",
        "信息来源": "展会",
        "首报时间": "2026-03-02",
    }
    with pytest.raises(error):
        register_lead(staff.session, staff.actor(login), at("2026-03-02"), given | change)
