"""Every stage × standing × trigger × role, against an expectation worked out from the pack and the rights alone."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from states.errors import DomainError, Forbidden, NotAllowedNow, NotFound
from states.events import record
from states.lifecycle.agreement import disagreements
from states.lifecycle.checklist import missing, permitted_actions
from states.lifecycle.machine import permitted
from states.lifecycle.requests import approve, ask_offramp, register_lead, report, return_report
from states.people.responsibility import SPECIALIST, UNIT
from states.policy.active import activate
from states.policy.load import parse, shipped
from states.policy.schema import Pack
from states.projects.tables import Milestone, Project, ProjectRevision
from states.tasks.steps import kinds_from, open_steps, step_task

PACKS = Path(__file__).parent.parent.parent / "packs"
STANDINGS = ("active", "suspended", "terminated", "replaced")
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
BEGAN = date(2026, 1, 5)
ROLES = ("zhuan", "zhuan2", "ling", "he", "wai", "du", "kan", "hecha", "guan", "operator")
SEES = {"zhuan", "ling", "he", "du", "kan", "operator"}
ASKS = {"zhuan", "ling"}
VALUES: dict[str, object] = {
    "text": "甲字1号",
    "date": "2026-05-20",
    "month": "2026-05",
    "money": 150_000_000,
    "credit_code": "91110000600037341L",
}
Body = tuple[str, str]


@pytest.fixture(params=["default", "small"])
def body(request) -> str:
    """The text of each pack."""
    return shipped() if request.param == "default" else (PACKS / "small.toml").read_text(encoding="utf-8")


def plant(session: Session, office, body: str, stage: str, standing: str = "active") -> Project:
    """A project of the pack at a stage, one milestone a day, with its specialist and its open tasks."""
    pack, operator = parse(body), office.actor("operator")
    pack_id = activate(session, operator.account_id, NOW, body).id
    project = Project(
        pack_id=pack_id, stage=stage, standing=standing, locality_id=office.region(office.county)
    )
    session.add(project)
    session.flush()
    event_id = record(session, "planted", actor_id=operator.account_id, at=NOW, project_id=project.id)
    session.add(
        ProjectRevision(
            project_id=project.id,
            name=f"{stage}{standing}{project.id}",
            locality_id=project.locality_id,
            amount_yuan=150_000_000,
            standing=standing,
            from_on=BEGAN,
            known_at=NOW,
            event_id=event_id,
        )
    )
    for at, key in enumerate(pack.stage_keys[: pack.stage_keys.index(stage) + 1]):
        session.add(
            Milestone(
                project_id=project.id,
                kind=key,
                occurred_on=BEGAN.replace(day=5 + at),
                reported_at=NOW,
                known_at=NOW,
                event_id=event_id,
            )
        )
    session.flush()
    office.hold(project.id, "zhuan", SPECIALIST)
    if standing == "active":
        open_steps(session, operator, NOW, pack, project.id, kinds_from(pack, stage), BEGAN)
    return project


def evidence_for(pack: Pack, trigger: str) -> dict[str, object]:
    """Everything that the pack asks for that trigger, well formed."""
    nodes = {stage.trigger: stage for stage in pack.stage} | {
        f"done:{node.key}": node for node in pack.milestone
    }
    given: dict[str, object] = {"occurred_on": "2026-05-20"}
    for item in nodes[trigger].evidence:
        if item.land or item.key == SPECIALIST:  # held already
            continue
        given[item.key] = f"HT-{trigger}" if item.kind == "contract_no" else VALUES[item.kind]
        if item.key == UNIT:
            given[item.key] = "赤壁市招商局"
    return given


def possible(pack: Pack, stage: str, standing: str) -> set[str]:
    """What may happen at a stage with a standing, from the words of the default pack's page."""
    at = pack.stage_keys.index(stage)
    ramps = {ramp.key for ramp in pack.offramp}
    can: set[str] = set()
    if standing == "active":
        can |= {pack.stage[at + 1].trigger} if at + 1 < len(pack.stage) else set()
        can |= {f"done:{node.key}" for node in pack.milestone if pack.stage_keys.index(node.from_) <= at}
        can |= {f"send_back:{key}" for key in pack.stage_keys[:at]} if "send_back" in ramps else set()
        can |= {"suspend", "terminate", "replace"} & ramps
    if standing == "suspended":
        can |= {"resume", "terminate", "replace"} & ramps
    if standing == "terminated":
        can |= {"reopen"} & ramps
    return can


def everything(pack: Pack) -> list[str]:
    """Every word that could be tried with this pack, an unknown one included."""
    return [
        *(stage.trigger for stage in pack.stage),
        *(f"done:{node.key}" for node in pack.milestone),
        *(f"send_back:{key}" for key in pack.stage_keys),
        *("suspend", "resume", "terminate", "reopen", "replace"),
        "fly",
    ]


def attempt(session, actor, pack, project, trigger, successor) -> str:
    """What came of it: done, or the class of the refusal. Leaves no trace."""
    word = trigger.partition(":")[0]
    nested = session.begin_nested()
    try:
        if word in ("send_back", "suspend", "resume", "terminate", "reopen", "replace"):
            cause = next((ramp.causes[0] for ramp in pack.offramp if ramp.key == word and ramp.causes), None)
            more = {"to": trigger.partition(":")[2] or None, "cause": cause}
            more["successor_id"] = successor.id if word == "replace" else None
            ask_offramp(session, actor, NOW, project.id, word, "有正当理由", **more)
        else:
            known = trigger != "fly"
            given = evidence_for(pack, trigger) if known else {"occurred_on": "2026-05-20"}
            report(session, actor, NOW, project.id, trigger, given)
    except DomainError as error:
        return type(error).__name__
    else:
        return "done"
    finally:
        nested.rollback()
        session.expire_all()


def expected(pack: Pack, role: str, trigger: str, can: set[str]) -> str:
    """By the rights: unseen is not found, seen but not theirs is forbidden, theirs is as the state allows."""
    ramp = trigger.partition(":")[0] in ("send_back", "suspend", "resume", "terminate", "reopen", "replace")
    if role not in SEES:
        return NotFound.__name__
    if role not in (ASKS if ramp else {"zhuan"}):
        return Forbidden.__name__
    return "done" if trigger in can else NotAllowedNow.__name__


def test_every_stage_every_trigger_every_role(staff, body):
    pack, session = parse(body), staff.session
    staff.hire("zhuan2", "specialist")
    actors = {role: staff.actor(role) for role in ROLES}
    successor = plant(session, staff, body, pack.stage_keys[0])
    wrong = []
    for stage in pack.stage_keys:
        for standing in STANDINGS:
            project = plant(session, staff, body, stage, standing)
            can = possible(pack, stage, standing)
            assert {word.partition(":")[0] if word.startswith("send") else word for word in can} == set(
                permitted(pack, stage, standing)
            )
            for trigger in everything(pack):
                # the state is one machine's for all roles: every role at every active stage, two at the others
                roles = ROLES if standing == "active" else ("zhuan", "kan")
                for role in roles:
                    got = attempt(session, actors[role], pack, project, trigger, successor)
                    if got != expected(pack, role, trigger, can):
                        wrong.append((stage, standing, trigger, role, got))
    assert wrong == []


def test_who_decides_what(staff, body):
    """Requests of every kind × role: only the role in the pack, over the locality, and never who asked."""
    pack, session = parse(body), staff.session
    stage = pack.stage_keys[1]
    kinds = {"report": "approver"} if pack.pack.approval == "bureau" else {}
    kinds |= {
        ramp.key: ramp.decided_by
        for ramp in pack.offramp
        if ramp.key in ("send_back", "suspend", "terminate")
    }
    both = staff.hire("liangjian", "approver", "咸宁市", person_id=staff.made["zhuan"])
    for kind, office in kinds.items():
        project = plant(session, staff, body, stage)
        if kind == "report":
            trigger = pack.stage[2].trigger
            asked = report(
                session, staff.actor("zhuan"), NOW, project.id, trigger, evidence_for(pack, trigger)
            )
        else:
            cause = next((ramp.causes[0] for ramp in pack.offramp if ramp.key == kind and ramp.causes), None)
            to = pack.stage_keys[0] if kind == "send_back" else None
            asked = ask_offramp(
                session, staff.actor("zhuan"), NOW, project.id, kind, "有正当理由", to=to, cause=cause
            )
        decider = {"approver": "he", "supervision": "du"}[office]
        for role in (*ROLES, "liangjian"):
            if role == "zhuan2":
                continue
            for decide in (approve, lambda *args: return_report(*args, "不符")):
                with session.begin_nested() as nested:
                    try:
                        decide(session, both if role == "liangjian" else staff.actor(role), NOW, asked.id)
                        got = "done"
                    except DomainError as error:
                        got = type(error).__name__
                    nested.rollback()
                session.expire_all()
                want = (
                    "done" if role == decider else "Forbidden" if role in SEES | {"liangjian"} else "NotFound"
                )
                assert (kind, role, got) == (kind, role, want)


def test_a_pack_without_approval_moves_at_once_and_by_its_own_words(staff):
    body = (PACKS / "small.toml").read_text(encoding="utf-8")
    pack, session = parse(body), staff.session
    project = plant(session, staff, body, "tracking")
    for stage in pack.stage[1:]:
        todo = missing(session, project, date(2026, 6, 1))
        assert todo.trigger == stage.trigger
        asked = report(
            session, staff.actor("zhuan"), NOW, project.id, stage.trigger, evidence_for(pack, stage.trigger)
        )
        assert (project.stage, asked.outcome, asked.via) == (stage.key, "approved", "none")
        assert disagreements(session) == []
    assert missing(session, project, date(2026, 6, 1)).trigger is None


def test_permitted_actions_are_what_the_attempt_allows(staff):
    body = shipped()
    project = plant(staff.session, staff, body, "signed")
    found = {
        role: {each.trigger for each in permitted_actions(staff.session, staff.actor(role), NOW, project)}
        for role in ("zhuan", "ling", "kan")
    }
    ramps = {"send_back", "suspend", "terminate", "replace"}
    assert found["zhuan"] == {"register", "done:land_right", "done:site_handover"} | ramps
    assert found["ling"] == ramps
    assert found["kan"] == set()


def test_a_lead_of_a_pack_without_approval_is_a_project_at_once(staff):
    session = staff.session
    activate(
        session, staff.actor("operator").account_id, NOW, (PACKS / "small.toml").read_text(encoding="utf-8")
    )
    given = {"项目": "甲", "属地": staff.county, "投资额": "6亿元", "跟踪时间": "2026-05-20"}
    asked = register_lead(session, staff.actor("zhuan"), NOW, given)
    project = session.get_one(Project, asked.project_id)
    assert (project.stage, asked.via) == ("tracking", "none")
    assert step_task(session, project.id, "landed").due_on == date(2026, 6, 22)  # 30 天 end on 端午
    assert disagreements(session) == []
