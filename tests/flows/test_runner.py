"""tick: every period once, late ones once, none twice; on both databases."""

import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, func, select

from flows.claims import Claim, FencedOff, claim, finish, owner_name, renew
from flows.runner import open_period, tick
from flows.timetable import DISPATCH, ESCALATION, due_periods
from notifications.tables import Notification
from states.db import engine_for, reading, writing
from states.events import Event
from states.founding import installation_of
from states.people.accounts import create_account
from states.people.actor import actor_by_login
from states.periods import Period
from states.policy.load import parse, shipped
from states.tasks.tables import Escalation
from states.workdays import Calendar
from tests.flows.conftest import WALL, add_tasks, at, periods, rows


def test_nothing_is_due_before_anything_was_imported(office: Engine) -> None:
    report = tick(office, at("2018-07-02T08:30"), wall=WALL, by="test")
    assert report.runs == []
    assert periods(office) == {}


def test_a_second_tick_at_the_same_instant_adds_no_row(used: Engine) -> None:
    add_tasks(used, 3)
    first = tick(used, at("2018-07-03T08:30"), wall=WALL, by="test")
    assert first.as_json()["fired"] == {"R1": 3}
    before = rows(used)
    second = tick(used, at("2018-07-03T08:30"), wall=WALL, by="test")
    assert (second.runs, second.as_json()["fired"], second.sealed) == ([], {}, 0)
    assert rows(used) == before


def test_before_half_past_eight_nothing_is_due(used: Engine) -> None:
    assert tick(used, at("2018-07-02T08:29:59"), wall=WALL, by="test").runs == []
    assert [run.period for run in tick(used, at("2018-07-02T08:30"), wall=WALL, by="test").runs] == [
        "2018-07-02"
    ]


def test_after_downtime_one_sweep_stands_for_all(used: Engine) -> None:
    add_tasks(used, 2)
    report = tick(used, at("2018-07-06T09:00"), wall=WALL, by="test")
    assert periods(used) == {
        f"{ESCALATION}/2018-07-02": ("merged", True),
        f"{ESCALATION}/2018-07-03": ("merged", True),
        f"{ESCALATION}/2018-07-04": ("merged", True),
        f"{ESCALATION}/2018-07-05": ("merged", True),
        f"{ESCALATION}/2018-07-06": ("done", False),
    }
    assert report.as_json()["fired"] == {"R1": 2}
    with reading(used) as session:
        caught_up = session.exec(select(Escalation.caught_up)).all()
    assert set(caught_up) == {True}  # earned on the 3rd, told on the 6th


def test_what_runs_on_a_later_day_than_its_own_is_late(used: Engine) -> None:
    tick(used, at("2018-07-05T09:00"), wall=WALL, by="test")
    tick(used, at("2018-07-08T23:59:59"), wall=WALL, by="test")  # a Sunday
    assert periods(used)[f"{ESCALATION}/2018-07-06"] == ("done", True)


def test_missed_months_are_each_opened_once_and_marked(used: Engine) -> None:
    tick(used, at("2018-09-30T08:30"), wall=WALL, by="test", flows=(DISPATCH,))
    assert periods(used) == {
        f"{DISPATCH}/2018-07": ("done", True),
        f"{DISPATCH}/2018-08": ("done", True),
        f"{DISPATCH}/2018-09": ("done", False),
    }
    with reading(used) as session:
        opened = session.exec(select(Event.facts).where(Event.kind == "dispatch_opened")).all()
        told = session.exec(select(func.count()).select_from(Notification)).one()
    assert [facts["period"] for facts in opened] == ["2018-07", "2018-08", "2018-09"]
    assert opened[0]["freezes_on"] == "2018-08-03"
    assert told == 3  # the bureau's 收件, once a month


def test_a_month_before_the_first_import_opens_by_command_only_and_once(used: Engine) -> None:
    now = at("2018-07-02T08:30")
    assert f"{DISPATCH}/2018-06" not in periods(used)
    first = open_period(used, DISPATCH, "2018-06", now, wall=WALL)
    second = open_period(used, DISPATCH, "2018-06", now, wall=WALL)
    assert ([run.outcome for run in first.runs], second.runs) == (["done"], [])


def test_a_clock_that_steps_back_reopens_nothing(used: Engine) -> None:
    tick(used, at("2018-07-10T08:30"), wall=WALL, by="test")
    before = rows(used)
    for day in ("2018-07-03T08:30", "2018-07-09T23:59:59", "2018-07-10T08:31"):
        assert tick(used, at(day), wall=WALL - timedelta(days=9), by="test").runs == []
    assert rows(used) == before
    assert [run.period for run in tick(used, at("2018-07-11T08:30"), wall=WALL, by="test").runs] == [
        "2018-07-11"
    ]


def test_within_its_grace_a_period_is_left_to_prefect(used: Engine) -> None:
    grace = timedelta(minutes=2)
    assert tick(used, at("2018-07-02T08:31:59"), wall=WALL, by="test", grace=grace).runs == []
    assert len(tick(used, at("2018-07-02T08:32"), wall=WALL, by="test", grace=grace).runs) == 1


def _dues(until: str) -> list:  # type: ignore[type-arg]
    return due_periods(Calendar.national(), parse(shipped()), at("2018-07-02T00:00"), at(until))


def _claim(engine: Engine, owner: str, wall=WALL) -> tuple[list[Claim], int]:  # type: ignore[no-untyped-def]
    taken, running, _ = claim(
        engine, ESCALATION, _dues("2018-07-02T08:30"), as_of=at("2018-07-02T08:30"), wall=wall, owner=owner
    )
    return taken, len(running)


def test_a_live_owner_keeps_its_period_until_the_lease_ends(used: Engine) -> None:
    (mine,), _ = _claim(used, "other-machine:1:1")
    assert _claim(used, owner_name()) == ([], 1)
    (theirs,), _ = _claim(used, owner_name(), WALL + timedelta(minutes=6))
    assert (theirs.id, theirs.fence) == (mine.id, mine.fence + 1)


def test_the_owner_that_lost_its_period_can_write_nothing(used: Engine) -> None:
    (old,), _ = _claim(used, "other-machine:1:1")
    _claim(used, owner_name(), WALL + timedelta(minutes=6))
    before = rows(used)
    for attempt in (lambda s: renew(s, old, WALL), lambda s: finish(s, old, WALL, "done")):
        with pytest.raises(FencedOff), writing(used) as session:
            add_one = Period(flow="x", period="y", started_at=WALL)
            session.add(add_one)
            session.flush()
            attempt(session)
    assert rows(used) == before


def test_a_dead_process_of_this_machine_holds_nothing_up(used: Engine) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=_claim_and_die, args=(str(used.url.render_as_string(hide_password=False)),)
    )
    process.start()
    process.join()
    report = tick(used, at("2018-07-02T08:30"), wall=WALL, by="test")
    assert [run.outcome for run in report.runs] == ["done"]


def _claim_and_die(url: str) -> None:
    _claim(engine_for(url), owner_name())


def test_eight_processes_at_once_do_each_period_once(used: Engine) -> None:
    add_tasks(used, 5)
    url = used.url.render_as_string(hide_password=False)
    used.dispose()
    context = multiprocessing.get_context("fork")
    together, told = context.Barrier(8), context.Queue()
    crowd = [context.Process(target=_tick_with_others, args=(url, together, told)) for _ in range(8)]
    for process in crowd:
        process.start()
    reports = [told.get(timeout=120) for _ in crowd]
    for process in crowd:
        process.join()
    assert sum(report.get("R1", 0) for report in reports) == 5
    assert periods(used) == {
        f"{ESCALATION}/2018-07-02": ("merged", True),
        f"{ESCALATION}/2018-07-03": ("merged", True),
        f"{ESCALATION}/2018-07-04": ("merged", True),
        f"{ESCALATION}/2018-07-05": ("merged", True),
        f"{ESCALATION}/2018-07-06": ("done", False),
    }
    with reading(used) as session:
        assert session.exec(select(func.count()).select_from(Escalation)).one() == 5


def _tick_with_others(url: str, together, told) -> None:  # type: ignore[no-untyped-def]
    engine = engine_for(url)
    together.wait()
    told.put(tick(engine, at("2018-07-06T08:30"), wall=WALL, by="test").total("fired"))


def test_the_heartbeat_is_marked_by_the_wall_clock(used: Engine) -> None:
    tick(used, at("2018-07-02T08:30"), wall=WALL, by="heartbeat")
    with reading(used) as session:
        installation = installation_of(session)
        assert (installation.heartbeat_at, installation.heartbeat_by) == (WALL, "heartbeat")


def test_a_held_sweep_waits_for_the_supervision_office(used: Engine) -> None:
    add_tasks(used, 30)
    held = tick(used, at("2018-07-03T08:30"), wall=WALL, by="test").as_json()
    assert (held["held"]["period"], held["held"]["would_fire"], held["fired"]) == (
        "2018-07-03",
        {"R1": 30},
        {},
    )
    again = tick(used, at("2018-07-04T08:30"), wall=WALL, by="test").as_json()
    assert (again["held"]["period"], again["fired"]) == ("2018-07-04", {})
    assert tick(used, at("2018-07-04T08:30"), wall=WALL, by="test").runs == []
    assert _release(used, "2018-07-04T10:00") == "2018-07-04"
    released = tick(used, at("2018-07-04T10:00"), wall=WALL, by="test").as_json()
    assert (released["held"], released["fired"]) == (None, {"R1": 30})
    assert periods(used)[f"{ESCALATION}/2018-07-03"] == ("merged", False)
    assert _release(used, "2018-07-04T10:01") is None
    assert tick(used, at("2018-07-05T08:30"), wall=WALL, by="test").held is None


def _release(engine: Engine, when: str) -> str | None:
    from flows.sweeping import release

    with writing(engine) as session:
        operator = actor_by_login(session, "operator", WALL.date())
        create_account(
            session,
            operator,
            WALL,
            at("2018-06-30T12:00").date(),
            login="dc",
            person="督查员",
            role="supervision",
        )
        return release(session, actor_by_login(session, "dc", WALL.date()), at(when))


def test_while_the_installation_is_on_hold_nothing_leaves(used: Engine) -> None:
    add_tasks(used, 1)
    with writing(used) as session:
        session.execute(update(type(installation_of(session))).values(held_since=WALL))
    report = tick(used, at("2018-07-03T08:30"), wall=WALL, by="test")
    assert report.delivered == {}
    with reading(used) as session:
        assert session.exec(select(col(Period.outcome)).where(Period.period == "2018-07-03")).one() == "done"
