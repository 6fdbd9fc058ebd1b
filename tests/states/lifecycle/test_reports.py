"""上报 and 核定: three dates, the stage, the tasks, the versions."""

from datetime import date

import pytest
from sqlmodel import select

from states.lifecycle.requests import approve, report, return_report
from states.projects.facts import latest, milestones
from states.projects.ledger import Day
from states.projects.tables import Milestone
from states.tasks.steps import step_task
from states.tasks.tables import Task


def test_a_report_waits_and_approval_moves_the_stage(staff, walk, at):
    project = walk("signed")
    due = step_task(staff.session, project.id, "registered")
    assert (due.start_on, due.due_on, due.run) == (date(2026, 2, 2), date(2026, 4, 3), 1)
    evidence = {
        "注册时间": "2026-03-02",
        "企业名称": "赤壁某某有限公司",
        "统一社会信用代码": "91110000600037341L",
    }
    asked = report(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "register", evidence)
    assert project.stage == "signed"
    assert due.next_rung_on is None
    approval = staff.session.exec(select(Task).where(Task.batch == f"request-{asked.id}")).one()
    assert (approval.kind, approval.due_on) == ("approval", date(2026, 3, 6))
    approve(staff.session, staff.actor("he"), at("2026-03-05"), asked.id)
    assert project.stage == "registered"
    assert (due.done_on, due.outcome, approval.done_on) == (date(2026, 3, 3), "done", date(2026, 3, 5))
    assert milestones(staff.session, project.id)["registered"] == Day(date(2026, 3, 2))
    reached = staff.session.exec(select(Milestone).where(Milestone.kind == "registered")).one()
    assert (reached.occurred_on, reached.reported_at, reached.known_at) == (
        date(2026, 3, 2),
        at("2026-03-03"),
        at("2026-03-05"),
    )
    assert latest(staff.session, project.id).credit_code == "91110000600037341L"
    onward = step_task(staff.session, project.id, "construction")
    assert (onward.start_on, onward.opened_on) == (date(2026, 3, 2), date(2026, 3, 5))
    assert (onward.due_on, onward.cap_on) == (date(2026, 12, 2), date(2027, 2, 2))


def test_after_a_return_the_clock_counts_as_if_it_had_never_waited(staff, walk, at):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    before = task.next_rung_on
    assert before is not None
    asked = report(
        staff.session,
        staff.actor("zhuan"),
        at("2026-03-03"),
        project.id,
        "register",
        {"date": "2026-03-02", "enterprise_name": "赤壁某某有限公司", "credit_code": "91110000600037341L"},
    )
    assert task.next_rung_on is None
    return_report(staff.session, staff.actor("he"), at("2026-03-05"), asked.id, "名称与执照不符")
    assert task.next_rung_on == before
    assert (project.stage, asked.outcome, asked.reason) == ("signed", "returned", "名称与执照不符")


@pytest.mark.parametrize(
    "stage", ["intent", "negotiation", "signed", "registered", "construction", "production"]
)
def test_every_stage_can_be_reached(staff, walk, stage):
    project = walk(stage)
    assert project.stage == stage
