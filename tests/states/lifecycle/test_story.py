"""One project from the first word to production, with a return, a pause and a sub-milestone on the way."""

from datetime import date

import pytest
from sqlmodel import select

from states.lifecycle.agreement import disagreements
from states.lifecycle.checklist import missing
from states.lifecycle.requests import approve, ask_offramp, report, return_report
from states.lifecycle.timeline import timeline
from states.projects.facts import latest
from states.projects.tables import Gap
from states.tasks.steps import step_task
from states.tasks.tables import Task


def test_from_the_first_word_to_production(staff, at):
    session, zhuan, he, du = staff.session, staff.actor("zhuan"), staff.actor("he"), staff.actor("du")
    project = staff.lead("2026-01-05", 用地方式="新增用地")
    assert step_task(session, project.id, "negotiation").due_on == date(2026, 1, 26)  # 15 工作日
    staff.step(project, "open_negotiation", "2026-01-12", 研判意见="值得推进")
    assert step_task(session, project.id, "signed").due_on == date(2026, 7, 13)  # 180 天, Saturday → Monday
    staff.step(
        project,
        "sign",
        "2026-02-02",
        合同编号="XN-1",
        合同投资额="12亿元",
        合法性审查编号="1",
        公平竞争审查编号="2",
    )
    assert step_task(session, project.id, "registered").due_on == date(2026, 4, 3)  # 60 天
    land = step_task(session, project.id, "land_right")
    assert land.due_on == date(2026, 8, 3)  # 6 个月, Sunday → Monday
    first = report(
        session,
        zhuan,
        at("2026-03-03"),
        project.id,
        "register",
        {"date": "2026-03-02", "企业名称": "某公司", "信用代码": "91110000600037341L"},
    )
    return_report(session, he, at("2026-03-04"), first.id, "企业名称应为全称")
    staff.step(
        project, "register", "2026-03-05", "2026-03-06", 企业名称="赤壁某公司", 信用代码="91110000600037341L"
    )
    building = step_task(session, project.id, "construction")
    assert (building.due_on, building.cap_on) == (date(2026, 12, 7), date(2027, 2, 2))  # 9 个月, roll
    staff.step(project, "land_right", "2026-03-20", 出让合同或不动产权证编号="鄂土1")
    assert (land.outcome, land.done_on) == ("done", date(2026, 3, 20))
    pause = ask_offramp(session, zhuan, at("2026-04-01"), project.id, "suspend", "规划调整", cause="政府原因")
    approve(session, du, at("2026-04-01"), pause.id)
    going = ask_offramp(session, zhuan, at("2026-04-11"), project.id, "resume", "调整完成")
    approve(session, du, at("2026-04-11"), going.id)
    assert building.due_on == date(2026, 12, 15)  # 2026-12-05 and ten days; Tuesday
    staff.step(project, "break_ground", "2026-05-06", 施工许可证编号="施1")
    assert step_task(session, project.id, "production").due_on == date(
        2028, 5, 8
    )  # 24 个月 from 10亿 on; Saturday
    assert step_task(session, project.id, "statistics_entry").due_on == date(2026, 6, 8)  # 1 个月; Saturday
    staff.step(project, "start_production", "2026-06-01", 首张发票月份="2026年5月")
    assert project.stage == "production"
    assert missing(session, project, date(2026, 6, 1)).trigger is None
    facts = latest(session, project.id)
    assert (facts.amount_yuan, facts.contract_no, facts.credit_code, facts.land) == (
        1_200_000_000,
        "XN-1",
        "91110000600037341L",
        "新增用地",
    )
    assert facts.attributes["enterprise_name"] == "赤壁某公司"
    assert disagreements(session) == []
    story = timeline(session, project)
    assert [each.kind for each in story.milestones] == [
        "intent",
        "negotiation",
        "signed",
        "registered",
        "land_right",
        "construction",
        "production",
    ]
    assert [each.outcome for each in story.requests].count("returned") == 1
    assert len(next(each for each in story.tasks if each.kind == "construction").deadlines) == 2
    assert {each.slot for each in story.slots} == {"specialist", "responsible_unit"}


def test_a_handed_over_site_moves_the_open_step(staff, walk):
    project = walk("registered")
    task = step_task(staff.session, project.id, "construction")
    assert task.due_on == date(2026, 12, 2)
    staff.step(project, "site_handover", "2026-05-06")
    assert task.due_on == date(2026, 11, 6)  # 6 个月 after 交地
    assert disagreements(staff.session) == []


def test_evidence_fills_what_was_to_be_supplied(staff, walk, at):
    project = walk("registered")
    for milestone, field in (
        ("construction", "permit"),
        ("construction", "occurred_on"),
        ("project", "land"),
    ):
        staff.session.add(
            Gap(project_id=project.id, milestone=milestone, field=field, noted_at=at("2026-01-05"))
        )
    staff.session.flush()
    assert len(missing(staff.session, project, date(2026, 4, 1)).gaps) == 3
    staff.step(project, "break_ground", "2026-04-01", 施工合同编号="合1")
    left = missing(staff.session, project, date(2026, 4, 1)).gaps
    assert [(gap.field, gap.label) for gap in left] == [("land", "用地方式")]


@pytest.mark.parametrize("what", ["stage", "standing", "due", "rung", "derivation"])
def test_the_doctor_finds_where_present_and_history_differ(staff, walk, what):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    assert disagreements(staff.session) == []
    if what == "stage":
        project.stage = "production"
    elif what == "standing":
        project.standing = "terminated"
        task.next_rung_on = None
        for each in staff.session.exec(select(Task).where(Task.project_id == project.id)):
            each.next_rung_on = None
    elif what == "due":
        task.due_on = date(2026, 4, 7)
    elif what == "rung":
        done = staff.session.exec(select(Task).where(Task.kind == "signed")).one()
        done.next_rung_on = date(2026, 4, 7)
    else:
        latest(staff.session, project.id).land = "标准厂房"
        staff.session.flush()
        staff.step(project, "register", "2026-03-02", 企业名称="某公司", 信用代码="91110000600037341L")
        latest(staff.session, project.id).land = None
    staff.session.flush()
    assert disagreements(staff.session) != []
