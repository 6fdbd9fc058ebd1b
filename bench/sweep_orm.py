"""The sweep as one would first write it: load each due task, decide, add its rows. Same rows, same commit.

It uses what the rest of the program uses for single cases: `record` for an event (which flushes to learn its id), the
ORM for all else: a query for the project's facts and one for its slots, `Session.get` for a person, `Session.add` for a
row. Why it is an honest rival: one session, one commit, nothing flushed or asked on purpose; packs, units, mailboxes and
digests are looked up once and remembered; due tasks are loaded by one query; the same pure functions decide on rungs.
"""

from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from notifications.announce import EMAIL, Times
from notifications.tables import Delivery, Notification
from states.events import record
from states.people.actor import Actor
from states.people.directory import MAILBOX, unit_of_kind
from states.people.responsibility import UNIT
from states.people.tables import Person, Responsibility, Unit
from states.policy.active import pack_by_id
from states.policy.schema import Pack, RungRule
from states.projects.facts import latest
from states.projects.tables import Project
from states.tasks.rungs import earned, next_on, schedule
from states.tasks.tables import Escalation, Task
from states.workdays import Calendar


class _People:
    """Who is told, remembered for the whole sweep."""

    def __init__(self, session: Session, today: date, times: Times) -> None:
        self.session, self.today, self.times = session, today, times
        boxes = session.exec(select(Person).where(Person.kind == MAILBOX)).all()
        self.boxes = {box.unit_id: box for box in boxes}
        supervision, bureau = (unit_of_kind(session, kind) for kind in ("督查室", "招商局"))
        self.supervision = self.boxes[supervision.id] if supervision else None
        self.bureau = self.boxes[bureau.id] if bureau else None
        governments = session.exec(
            select(Unit).where(Unit.kind == "政府").order_by(col(Unit.id).desc())
        ).all()
        self.governments = {unit.region_id: self.boxes[unit.id] for unit in governments}
        self.digests: set[str] = set()
        self.packs: dict[int, Pack] = {}

    def pack(self, pack_id: int) -> Pack:
        """A pack, read once."""
        if pack_id not in self.packs:
            self.packs[pack_id] = pack_by_id(self.session, pack_id)
        return self.packs[pack_id]

    def tell(self, event_id: int, project: Project, rule: RungRule) -> None:
        slots = self.session.exec(
            select(Responsibility).where(
                Responsibility.project_id == project.id,
                Responsibility.from_on <= self.today,
                or_(col(Responsibility.to_on).is_(None), col(Responsibility.to_on) > self.today),
            )
        ).all()
        told: set[int] = set()
        for word in rule.to:
            self._notify(event_id, project, slots, word, told, digest=False)
        for word in rule.digest:
            self._notify(event_id, project, slots, word, told, digest=True)

    def _notify(self, event_id, project, slots, word, told, *, digest):  # type: ignore[no-untyped-def]
        people, why = self._found(project, slots, word), "digest" if digest else word
        if not people and word != "bureau":
            people, why = self._found(project, slots, UNIT), "fallback"
        if not people and self.supervision is not None:
            people, why = [self.supervision], "fallback"
        for person in people:
            if person.id not in told:
                told.add(person.id)
                self._write(event_id, person, why, digest)

    def _found(self, project, slots, word):  # type: ignore[no-untyped-def]
        if word == "government":
            return [self.governments[project.locality_id]] if project.locality_id in self.governments else []
        if word == "bureau":
            return [self.bureau] if self.bureau else []
        holders = [slot for slot in slots if slot.slot == word]
        return [
            self.session.get(Person, slot.person_id) if slot.person_id else self.boxes[slot.unit_id]
            for slot in holders
        ]

    def _write(self, event_id: int, person: Person, why: str, digest: bool) -> None:
        key = f"n:{event_id}:{person.id}"
        if digest:
            key = f"digest:{self.today.isoformat()}:{person.id}"
        self.session.add(
            Notification(
                event_id=event_id, person_id=person.id, why=why, created_at=self.times.now, delivery_key=key
            )
        )
        if person.email is not None and key not in self.digests:
            if digest:
                self.digests.add(key)
            self.session.add(Delivery(channel=EMAIL, key=key, person_id=person.id, due_at=self.times.due_at))


def sweep_one_by_one(session: Session, actor: Actor, now: datetime, today: date) -> None:
    """Fire and record every rung earned by today."""
    people = _People(session, today, Times.of(session, now))
    due = select(Task).where(col(Task.next_rung_on) <= today, col(Task.closed_at).is_(None))
    for task in session.exec(due.order_by(col(Task.id))).all():
        project = session.get_one(Project, task.project_id)
        if project.standing == "active":
            _climb(session, actor, now, today, task, project, people)


def _climb(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    task: Task,
    project: Project,
    people: _People,
) -> None:
    pack = people.pack(project.pack_id)
    assert task.id is not None and task.ladder is not None and project.id is not None
    rungs = schedule(
        pack,
        task.ladder,
        latest(session, project.id).amount_yuan,
        start_on=task.start_on,
        due_on=task.due_on,
        ladder_from_on=task.ladder_from_on,
        backlog=task.backlog,
        calendar=Calendar.national(),
    )
    fires, passed = earned(rungs, task.rung, today)
    if fires is None:
        return
    for rung in (*passed, fires):
        rule = next(rule for rule in pack.rung if rule.key == rung.key)
        clause = pack.clause_of(rule.clause)
        event_id = record(
            session,
            "rung_fired" if rung is fires else "rung_passed",
            actor_id=actor.account_id,
            at=now,
            project_id=project.id,
            task_id=task.id,
            occurred_on=today,
            rung=rung.key,
            due_on=task.due_on.isoformat(),
            earned_on=rung.on.isoformat(),
            clause=clause,
            days_late=max(0, (today - task.due_on).days),
            backlog=task.backlog,
        )
        session.add(
            Escalation(
                task_id=task.id,
                rung=rung.key,
                earned_on=rung.on,
                due_on=task.due_on,
                fired_on=today,
                recorded=rung is not fires,
                clause=clause,
                event_id=event_id,
            )
        )
        if rung is fires:
            people.tell(event_id, project, rule)
    task.rung, task.next_rung_on = fires.key, next_on(rungs, fires.key)
