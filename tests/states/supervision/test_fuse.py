"""The fuse, at its exact bounds."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from states.db import reading, writing
from states.policy.load import parse, shipped
from states.supervision.escalation import Swept, climb
from states.supervision.fuse import why_held
from states.tasks.tables import Escalation
from tests.states.supervision import made as m

FUSE = parse(shipped()).fuse
CALM = [0] * 19


@pytest.mark.parametrize(
    ("would_fire", "open_tasks", "held"),
    [
        (20, 20, False),  # not more than 20, whatever the share
        (21, 209, True),  # more than 10 % (20.9)
        (21, 210, False),  # exactly 10 %
        (22, 219, True),
        (22, 220, False),
        (1000, 9999, True),
        (1000, 10000, False),
        (0, 0, False),
    ],
)
def test_share_of_open_tasks(would_fire: int, open_tasks: int, held: bool) -> None:
    assert (why_held(FUSE, would_fire, open_tasks, []) is not None) is held


@pytest.mark.parametrize(
    ("would_fire", "last", "held"),
    [
        (31, [*CALM, 10], True),  # more than three times the largest
        (30, [*CALM, 10], False),  # exactly three times
        (31, [*CALM[1:], 10], False),  # only 19 sweeps yet
        (20, [*CALM, 1], False),  # not more than 20
        (21, [*CALM, 0], True),
        (31, [11, *CALM, 10], True),  # the twenty-first from the end is out
        (31, [11, *CALM], False),
    ],
)
def test_times_the_largest_of_the_last_twenty(would_fire: int, last: list[int], held: bool) -> None:
    assert (why_held(FUSE, would_fire, 100_000, last) is not None) is held


def made(n: int, due: date, amount: int = m.YI) -> list[m.Made]:
    return [m.Made(False, amount, date(2018, 6, 1), due, m.IMPORTED, True, False) for _ in range(n)]


def sweep(engine: Engine, day: date, **more: object) -> Swept:
    with writing(engine) as session:
        return climb(session, m.operator(session), m.at(day), day, **more)  # type: ignore[arg-type]


def rows(engine: Engine) -> int:
    with reading(engine) as session:
        return session.execute(select(func.count()).select_from(Escalation)).scalar_one()


def test_a_held_sweep_writes_nothing_until_it_is_released(office: Engine) -> None:
    m.write(office, [*made(21, date(2018, 7, 10)), *made(188, date(2018, 12, 10))])
    day = date(2018, 7, 5)
    held = sweep(office, day)
    assert held.held
    assert held.why
    assert (held.fired, held.counted) == ({"R0-3": 21}, 21)
    assert rows(office) == 0
    assert sweep(office, date(2018, 7, 6)).held
    assert not sweep(office, date(2018, 7, 6), held_ok=True).held
    assert rows(office) == 21


def test_exactly_a_tenth_goes_out(office: Engine) -> None:
    m.write(office, [*made(21, date(2018, 7, 10)), *made(189, date(2018, 12, 10))])
    assert not sweep(office, date(2018, 7, 5)).held
    assert rows(office) == 21


def test_the_backlog_is_not_counted_but_waits_with_a_held_sweep(office: Engine) -> None:
    m.write(office, made(40, date(2018, 6, 1), 10 * m.YI))
    batch_day = date(2018, 7, 16)  # ten working days after the import, R1 one later
    swept = sweep(office, batch_day)
    assert (swept.held, swept.counted, swept.fired) == (False, 0, {"R1": 40})


def test_a_sweep_after_a_held_one_waits_for_the_release(office: Engine) -> None:
    m.write(office, made(1, date(2018, 7, 10)))
    day = date(2018, 7, 5)
    assert sweep(office, day, standing_hold=True).held
    assert not sweep(office, day, standing_hold=True, held_ok=True).held
    assert not sweep(office, day, standing_hold=True).held  # nothing left that would fire
