"""分类处置表: class and promised date of a backlog step, confirmed by the bureau, start its ladder."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from notifications import transaction
from states.clock import end_of, start_of
from states.errors import Forbidden, Malformed, NotAllowedNow
from states.lifecycle.agreement import disagreements
from states.lifecycle.requests import approve, dispose, return_report
from states.people.accounts import create_account
from states.people.actor import Actor, actor_by_login
from states.people.tables import Person, Responsibility
from states.projects.tables import Project, ProjectRevision
from states.supervision.escalation import climb
from states.tasks.promises import promises
from states.tasks.tables import Escalation, Task
from tests.conftest import FOUNDED_AT

ON = date(2018, 7, 3)


def at(day: str) -> datetime:
    return start_of(date.fromisoformat(day)).astimezone(UTC)


class Desk:
    """One backlog step of the sample, its specialist and an approver."""

    def __init__(self, session: Session) -> None:
        self.session = session
        operator = actor_by_login(session, "operator", ON)
        self.task = session.exec(
            select(Task)
            .join(ProjectRevision, ProjectRevision.project_id == Task.project_id)
            .where(Task.backlog, Task.kind == "construction", ProjectRevision.amount_yuan >= 10**8)
            .order_by(Task.id)
        ).first()
        held = select(Person.name).join(Responsibility, Responsibility.person_id == Person.id)
        name = session.exec(
            held.where(Responsibility.project_id == self.task.project_id, Responsibility.slot == "specialist")
        ).one()
        create_account(session, operator, FOUNDED_AT, ON, login="zhuan", person=name, role="specialist")
        create_account(session, operator, FOUNDED_AT, ON, login="he", person="核定人", role="approver")

    def actor(self, login: str) -> Actor:
        return actor_by_login(self.session, login, ON)

    def ask(self, day: str, **given: object) -> int:
        made = dispose(self.session, self.actor("zhuan"), at(day), self.task.project_id, given)
        return made.id

    def confirm(self, number: int, day: str) -> None:
        approve(self.session, self.actor("he"), at(day), number)

    def sweep(self, day: str) -> list[str]:
        climb(
            self.session,
            actor_by_login(self.session, "operator", ON),
            at(day),
            date.fromisoformat(day),
            held_ok=True,
        )
        rungs = select(Escalation.rung).where(
            Escalation.task_id == self.task.id, Escalation.voided_by.is_(None)
        )
        return list(self.session.exec(rungs.order_by(Escalation.id)))


@pytest.fixture
def desk(sample: Engine):
    with Session(sample, expire_on_commit=False) as session:
        yield Desk(session)
        session.rollback()


def test_the_ladder_starts_on_the_promised_date_once_confirmed(desk: Desk) -> None:
    batch_day = desk.task.ladder_from_on
    number = desk.ask("2018-07-05", 分类="推进", 承诺时限="2018年9月14日")
    assert desk.task.ladder_from_on == batch_day
    with pytest.raises(Forbidden):
        approve(desk.session, desk.actor("zhuan"), at("2018-07-06"), number)
    desk.confirm(number, "2018-07-06")
    assert desk.task.ladder_from_on == date(2018, 9, 14)
    assert desk.task.next_rung_on == date(2018, 9, 17)  # R1: the working day after
    assert desk.sweep("2018-09-14") == []
    assert desk.sweep("2018-09-17") == ["R1"]
    assert desk.sweep("2018-09-21") == ["R1", "R2"]
    assert disagreements(desk.session) == []


def test_a_second_promise_lets_rungs_fire_again_and_a_third_is_refused(desk: Desk) -> None:
    desk.confirm(desk.ask("2018-07-05", **{"class": "转型"}, promised_on="2018-08-10"), "2018-07-06")
    assert desk.sweep("2018-08-13") == ["R1"]
    desk.confirm(desk.ask("2018-08-14", **{"class": "清退"}, promised_on="2018-10-12"), "2018-08-15")
    assert desk.sweep("2018-08-20") == [] and desk.task.rung is None
    assert desk.sweep("2018-10-15") == ["R1"]
    assert [made.promised_on for made in promises(desk.session, desk.task.id)] == [
        date(2018, 8, 10),
        date(2018, 10, 12),
    ]
    with pytest.raises(NotAllowedNow, match="已承诺 2 次"):
        desk.ask("2018-10-16", 分类="推进", 承诺时限="2018-12-03")


def test_a_returned_disposal_moves_nothing(desk: Desk) -> None:
    before = desk.task.ladder_from_on, desk.task.next_rung_on
    number = desk.ask("2018-07-05", 分类="推进", 承诺时限="2018-09-14")
    return_report(desk.session, desk.actor("he"), at("2018-07-06"), number, "时限过长")
    assert (desk.task.ladder_from_on, desk.task.next_rung_on) == before and not promises(
        desk.session, desk.task.id
    )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"分类": "拖延", "承诺时限": "2018-09-14"}, "没有“拖延”"),
        ({"分类": "推进"}, "要填两项"),
        ({"分类": "推进", "承诺时限": "2018-07-05"}, "以后"),
        ({"分类": "推进", "承诺时限": "2018年9月"}, "某一日"),
        ({"分类": "推进", "承诺时限": "某天"}, "承诺时限"),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, given: dict[str, str], error: str) -> None:
    with pytest.raises(Malformed, match=error):
        desk.ask("2018-07-05", **given)


def test_only_backlog_is_disposed_of(desk: Desk) -> None:
    held = select(Responsibility.project_id).where(Responsibility.person_id == desk.actor("zhuan").person_id)
    fresh = desk.session.exec(
        select(Task.project_id)
        .join(Project)
        .where(~Task.backlog, Task.closed_at.is_(None), Task.project_id.in_(held))
    ).first()
    with pytest.raises(NotAllowedNow, match="没有存量逾期"):
        dispose(
            desk.session,
            desk.actor("zhuan"),
            at("2018-07-05"),
            fresh,
            {"分类": "推进", "承诺时限": "2018-09-14"},
        )


def test_an_edge_keeps_it(sample: Engine) -> None:
    with transaction(sample, end_of(ON)) as session:
        desk = Desk(session)
        desk.confirm(desk.ask("2018-07-05", 分类="推进", 承诺时限="2018-09-14"), "2018-07-06")
        task_id = desk.task.id
    with Session(sample) as session:
        assert session.get(Task, task_id).ladder_from_on == date(2018, 9, 14)
