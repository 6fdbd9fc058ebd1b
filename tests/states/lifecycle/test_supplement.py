"""补录: what is 待补 is supplied, approved by another, and moves the dates that depend on it."""

from datetime import date

import pytest
from sqlmodel import select

from states.errors import EvidenceMissing, Forbidden, Malformed
from states.lifecycle.agreement import disagreements
from states.lifecycle.requests import approve, supplement
from states.projects.facts import latest, milestones, revise
from states.projects.gaps import open_gaps
from states.projects.ledger import Day
from states.projects.tables import Gap, Milestone
from states.tasks.steps import step_task


@pytest.fixture
def lacking(staff, walk, at):
    """A project at construction whose ledger had no registration date, code, land or permit."""
    project = walk("registered")
    gaps = [
        ("project", "land"),
        ("registered", "credit_code"),
        ("negotiation", "occurred_on"),
        ("construction", "permit"),
    ]
    for milestone, field in gaps:
        staff.session.add(
            Gap(project_id=project.id, milestone=milestone, field=field, noted_at=at("2026-01-05"))
        )
    for gone in staff.session.exec(select(Milestone).where(Milestone.kind == "negotiation")):
        gone.superseded_at = at("2026-03-02")
    revise(staff.session, staff.actor("he"), at("2026-03-03"), project.id, date(2026, 3, 2), credit_code=None)
    staff.session.flush()
    return project


def test_what_was_lacking_is_supplied_and_counts_when_approved(staff, lacking, at):
    session = staff.session
    task = step_task(session, lacking.id, "construction")
    assert task.due_on == date(2026, 12, 2)
    given = {
        "用地方式": "标准厂房",
        "统一社会信用代码": "91110000600037341L",
        "洽谈时间": "2026年1月",
        "施工合同编号": "合1",
    }
    asked = supplement(session, staff.actor("zhuan"), at("2026-03-10"), lacking.id, given)
    assert len(open_gaps(session, lacking.id)) == 4
    with pytest.raises(Forbidden):
        approve(session, staff.actor("zhuan"), at("2026-03-11"), asked.id)
    approve(session, staff.actor("he"), at("2026-03-11"), asked.id)
    assert open_gaps(session, lacking.id) == []
    assert milestones(session, lacking.id)["negotiation"] == Day(date(2026, 1, 31), "month")
    facts = latest(session, lacking.id)
    assert (facts.land, facts.credit_code) == ("标准厂房", "91110000600037341L")
    assert facts.attributes["construction_contract_no"] == "合1"
    assert task.due_on == date(2026, 6, 2)  # 标准厂房: 3 个月 after registration
    assert disagreements(session) == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"企业名称": "某公司"}, Malformed),
        ({"land": "租的"}, EvidenceMissing),
        ({"credit_code": "123"}, EvidenceMissing),
        ({"洽谈时间": "2026-02-10"}, EvidenceMissing),
        ({"洽谈时间": "2025-12-01"}, EvidenceMissing),
        ({}, EvidenceMissing),
    ],
)
def test_what_is_not_asked_for_or_does_not_hold_is_refused(staff, lacking, at, given, error):
    with pytest.raises(error):
        supplement(staff.session, staff.actor("zhuan"), at("2026-03-10"), lacking.id, given)
