"""Off-ramps and what they do to the clock (default-pack.md)."""

from datetime import date

import pytest
from sqlmodel import col, select

from states.errors import DomainError, Forbidden, Malformed, NotAllowedNow, NotFound
from states.lifecycle.agreement import disagreements
from states.lifecycle.requests import approve, ask_offramp, report, return_report, withdraw
from states.projects.facts import latest, milestones, revision
from states.projects.tables import Milestone, Project
from states.tasks.steps import step_task
from states.tasks.tables import Deadline, Escalation, Suspension, Task


@pytest.fixture
def take(staff, at):
    """Ask for an off-ramp and have the right office decide it."""

    def go(project, key, day, **more):
        asked = ask_offramp(
            staff.session, staff.actor("zhuan"), at(day), project.id, key, "企业资金链断裂", **more
        )
        decider = "du" if key in ("suspend", "resume") else "he"
        approve(staff.session, staff.actor(decider), at(day, 16), asked.id)
        staff.session.flush()
        assert disagreements(staff.session) == []
        return asked

    return go


def rung(staff, task, key, earned):
    """A rung that has fired."""
    staff.session.add(
        Escalation(
            task_id=task.id,
            rung=key,
            earned_on=earned,
            due_on=task.due_on,
            fired_on=earned,
            clause="",
            event_id=1,
        )
    )
    task.rung = key
    staff.session.flush()


def test_sent_back_the_step_is_armed_anew_without_the_cap(staff, walk, take, at):
    project = walk("construction")
    first = step_task(staff.session, project.id, "production")
    rung(staff, first, "R1", date(2026, 4, 1))
    take(project, "send_back", "2026-06-10", to="registered")
    assert project.stage == "registered"
    assert set(milestones(staff.session, project.id)) == {"intent", "negotiation", "signed", "registered"}
    gone = staff.session.exec(select(Milestone).where(Milestone.kind == "construction")).one()
    assert (gone.superseded_at, gone.superseded_why) == (at("2026-06-10", 16), "sent_back")
    assert (first.outcome, first.done_on) == ("lapsed", None)
    assert staff.session.exec(select(Escalation)).one().voided_by is None
    again = step_task(staff.session, project.id, "construction")
    assert (again.run, again.start_on, again.cap_on) == (2, date(2026, 6, 10), None)
    assert again.due_on == date(2027, 3, 10)  # nine months after the day of the 退回; 2027-02-02 was the cap


def test_the_next_step_of_a_new_run_counts_from_its_own_milestone_and_has_no_cap(staff, walk, take):
    project = walk("construction")
    take(project, "send_back", "2026-06-10", to="signed")
    staff.step(
        project, "register", "2026-07-01", 企业名称="赤壁某某有限公司", 统一社会信用代码="91110000600037341L"
    )
    again = step_task(staff.session, project.id, "construction")
    assert (again.run, again.start_on, again.due_on, again.cap_on) == (
        2,
        date(2026, 7, 1),
        date(2027, 4, 1),
        None,
    )
    reached = staff.session.exec(
        select(Milestone).where(Milestone.kind == "registered", col(Milestone.superseded_at).is_(None))
    ).one()
    assert reached.run == 2
    assert disagreements(staff.session) == []


def test_suspended_days_are_credited_once_however_they_overlap(staff, walk, take, at):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    assert task.due_on == date(2026, 4, 3)
    take(project, "suspend", "2026-03-02", cause="政府原因")
    assert (project.standing, task.next_rung_on, task.due_on) == ("suspended", None, date(2026, 4, 3))
    take(project, "resume", "2026-03-12")
    assert (project.standing, task.due_on) == ("active", date(2026, 4, 13))
    # a second suspension that overlaps the first: only the days from the 12th to the 15th are new
    take(project, "suspend", "2026-03-16", cause="企业原因", on=date(2026, 3, 10))
    take(project, "resume", "2026-03-16")
    assert task.due_on == date(2026, 4, 17)
    assert task.next_rung_on is not None
    sources = staff.session.exec(
        select(Deadline.source).where(Deadline.task_id == task.id).order_by(col(Deadline.id))
    ).all()
    assert sources == ["pack", "suspension", "suspension"]
    assert revision(staff.session, project.id, date(2026, 3, 5)).standing == "suspended"
    assert latest(staff.session, project.id).standing == "active"


def test_a_resumed_step_loses_the_rungs_that_its_new_date_no_longer_earns(staff, walk, take):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    rung(staff, task, "R0-3", date(2026, 3, 31))
    take(project, "suspend", "2026-04-02", cause="不可抗力")
    take(project, "resume", "2026-05-06")
    assert task.due_on == date(2026, 5, 7)  # 34 days after 2026-04-03
    assert task.rung == "R0-3"  # three working days before the 7th is past already
    take(project, "suspend", "2026-05-06", cause="不可抗力")
    take(project, "resume", "2026-06-01")
    assert task.due_on == date(2026, 6, 2)
    assert task.rung == "R0-3"
    take(project, "suspend", "2026-06-02", cause="不可抗力", on=date(2026, 4, 10))
    take(project, "resume", "2026-06-02", on=date(2026, 6, 2))
    assert task.due_on == date(2026, 6, 3)


def test_a_rung_is_void_when_the_new_date_lies_far_enough(staff, walk, take):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    rung(staff, task, "R0-3", date(2026, 3, 31))
    take(project, "suspend", "2026-04-01", cause="不可抗力", on=date(2026, 3, 1))
    take(project, "resume", "2026-04-01")
    assert task.due_on == date(2026, 5, 6)  # 31 days; 2026-05-04 is a holiday, the 6th the next working day
    fired = staff.session.exec(select(Escalation)).one()
    assert fired.voided_by is not None
    # more than 45 working days lie before the new date, so that it earns the reminder at 15 as well
    assert (task.rung, task.next_rung_on) == (None, date(2026, 4, 10))


def test_a_suspension_after_the_due_date_moves_nothing(staff, walk, take):
    project = walk("signed")
    task = step_task(staff.session, project.id, "registered")
    take(project, "suspend", "2026-04-10", cause="企业原因")
    take(project, "resume", "2026-06-10")
    assert task.due_on == date(2026, 4, 3)
    assert task.next_rung_on is not None


def test_terminated_and_reopened(staff, walk, take):
    project = walk("registered")
    first = step_task(staff.session, project.id, "construction")
    take(project, "terminate", "2026-06-01")
    assert (project.standing, first.outcome, first.next_rung_on) == ("terminated", "lapsed", None)
    assert step_task(staff.session, project.id, "construction") is None
    assert revision(staff.session, project.id, date(2026, 5, 31)).standing == "active"
    take(project, "reopen", "2026-07-01")
    again = step_task(staff.session, project.id, "construction")
    assert (project.standing, again.run, again.start_on, again.due_on, again.cap_on) == (
        "active",
        2,
        date(2026, 7, 1),
        date(2027, 4, 1),
        None,
    )


def test_terminated_while_suspended_ends_the_suspension(staff, walk, take):
    project = walk("signed")
    take(project, "suspend", "2026-03-02", cause="政府原因")
    take(project, "terminate", "2026-03-09")
    believed = select(Suspension).where(col(Suspension.superseded_at).is_(None))
    assert [row.to_on for row in staff.session.exec(believed)] == [date(2026, 3, 9)]


def test_replaced_the_successor_knows_whom_it_replaces(staff, walk, take, at):
    project = walk("signed")
    successor = walk("negotiation", 项目名称="替代项目")
    take(project, "replace", "2026-06-01", successor_id=successor.id)
    assert (project.standing, successor.replaces_id) == ("replaced", project.id)
    third = walk("intent", 项目名称="第三个项目")
    for wrong in (third.id, successor.id):
        with pytest.raises(NotAllowedNow):
            ask_offramp(
                staff.session,
                staff.actor("zhuan"),
                at("2026-06-02"),
                third.id,
                "replace",
                "另有安排",
                successor_id=wrong,
            )


def test_an_offramp_waits_until_a_report_is_decided(staff, walk, at):
    project = walk("signed")
    evidence = {"date": "2026-03-02", "企业名称": "某某公司", "credit_code": "91110000600037341L"}
    asked = report(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "register", evidence)
    off = ask_offramp(
        staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "terminate", "不再投资"
    )
    with pytest.raises(NotAllowedNow, match="待核定的上报"), staff.session.begin_nested():
        approve(staff.session, staff.actor("he"), at("2026-03-04"), off.id)
    return_report(staff.session, staff.actor("he"), at("2026-03-04"), asked.id, "项目拟终止")
    approve(staff.session, staff.actor("he"), at("2026-03-04"), off.id)
    assert project.standing == "terminated"


@pytest.mark.parametrize("login", ["kan", "hecha", "guan", "he", "du", "wai", "zhuan2"])
def test_only_the_specialist_or_the_leader_asks(staff, walk, at, login):
    staff.hire("zhuan2", "specialist")
    project = walk("signed")
    with pytest.raises((Forbidden, NotFound)) as refused:
        ask_offramp(staff.session, staff.actor(login), at("2026-03-03"), project.id, "terminate", "不再投资")
    unseen = login in ("hecha", "guan", "wai", "zhuan2")
    assert isinstance(refused.value, NotFound) == unseen


def test_the_locality_s_leader_asks_too(staff, walk, at):
    project = walk("signed")
    asked = ask_offramp(
        staff.session, staff.actor("ling"), at("2026-03-03"), project.id, "terminate", "不再投资"
    )
    unit_task = staff.session.exec(select(Task).where(Task.batch == f"request-{asked.id}")).one()
    assert unit_task.due_on == date(2026, 3, 6)


@pytest.mark.parametrize(
    ("key", "more", "error"),
    [
        ("send_back", {}, Malformed),
        ("send_back", {"to": "elsewhere"}, Malformed),
        ("send_back", {"to": "production"}, NotAllowedNow),
        ("send_back", {"to": "signed"}, NotAllowedNow),
        ("suspend", {}, Malformed),
        ("suspend", {"cause": "天气"}, Malformed),
        ("suspend", {"cause": "政府原因", "on": date(2027, 1, 1)}, Malformed),
        ("resume", {}, NotAllowedNow),
        ("reopen", {}, NotAllowedNow),
        ("replace", {}, Malformed),
        ("vanish", {}, NotAllowedNow),
    ],
)
def test_what_is_incomplete_or_impossible_is_refused(staff, walk, at, key, more, error):
    project = walk("signed")
    with pytest.raises(error):
        ask_offramp(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, key, "有原因", **more)


@pytest.mark.parametrize("reason", ["", "  ", "—", "a\u202eb", "长" * 1001])
def test_a_reason_is_required(staff, walk, at, reason):
    project = walk("signed")
    with pytest.raises(DomainError):
        ask_offramp(staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "terminate", reason)


def test_asked_twice_or_withdrawn(staff, walk, at):
    project = walk("signed")

    def ask():
        return ask_offramp(
            staff.session, staff.actor("zhuan"), at("2026-03-03"), project.id, "terminate", "不再投资"
        )

    first = ask()
    with pytest.raises(NotAllowedNow, match="已有待办理的申请"):
        ask()
    with pytest.raises(Forbidden):
        withdraw(staff.session, staff.actor("ling"), at("2026-03-03"), first.id)
    withdraw(staff.session, staff.actor("zhuan"), at("2026-03-03"), first.id)
    assert first.outcome == "withdrawn"
    assert ask().id != first.id
    assert staff.session.get_one(Project, project.id).standing == "active"
