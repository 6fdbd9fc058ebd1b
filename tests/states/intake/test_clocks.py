"""Which clocks an import opens."""

from datetime import date

from sqlalchemy import Engine

from states.projects.ledger import Day
from tests.states.intake.paper import LEAD, SIGNED, imported, sheet, told

CLOCK = "SELECT kind, start_on, due_on, ladder_from_on, backlog FROM task WHERE closed_at IS NULL ORDER BY id"


def test_what_is_due_on_the_day_of_import_is_backlog(office: Engine) -> None:
    rows = [
        {
            **SIGNED,
            "contract_no": f"HT-{number}",
            "name": f"项目{number}",
            "amount": amount,
            "on:signed": Day(signed),
        }
        for number, (amount, signed) in enumerate(
            [
                (1_000_000_000, date(2018, 1, 10)),
                (100_000_000, date(2018, 1, 10)),
                (99_999_999, date(2018, 1, 10)),
                (100_000_000, date(2018, 5, 3)),
            ]
        )
    ]
    imported(office, sheet(*rows))
    found = [(due_on, from_on, bool(backlog)) for _, _, due_on, from_on, backlog in told(office, CLOCK)]
    assert found == [
        ("2018-03-12", "2018-07-13", True),
        ("2018-03-12", "2018-07-30", True),
        ("2018-03-12", "2018-08-29", True),
        ("2018-07-02", "2018-07-02", False),
    ]


def test_a_lead_climbs_the_leads_ladder(office: Engine) -> None:
    imported(office, sheet(LEAD, {**LEAD, "name": "丙", "on:negotiation": Day(date(2018, 6, 11))}))
    assert told(office, "SELECT kind, ladder, slot FROM task ORDER BY id") == [
        ("negotiation", "lead", "specialist"),
        ("signed", "lead", "specialist"),
    ]


def test_a_submilestone_has_a_clock_only_where_the_ledger_has_its_column(office: Engine) -> None:
    imported(office, sheet(SIGNED))
    assert [row[0] for row in told(office, CLOCK)] == ["registered"]
    assert ("land_right", "occurred_on") in told(
        office, "SELECT milestone, field FROM gap WHERE filled_at IS NULL"
    )
    with_column = {**SIGNED, "on:land_right": None, "on:filing": None}
    report = imported(office, sheet(with_column), as_of=date(2018, 7, 2))
    assert [(one.field, one.now, one.cell) for one in report.changed] == [("用地期限", "2018-06-05 前", "R2")]
    assert [row[:3] for row in told(office, CLOCK)] == [
        ("registered", "2018-03-05", "2018-05-04"),
        ("land_right", "2018-03-05", "2018-06-05"),
    ]
    assert ("land_right", "occurred_on") not in told(
        office, "SELECT milestone, field FROM gap WHERE filled_at IS NULL"
    )
    again = imported(office, sheet(with_column), as_of=date(2018, 7, 3))
    assert again.counts["unchanged"] == 1


def test_a_submilestone_that_is_dated_has_no_task(office: Engine) -> None:
    imported(office, sheet({**SIGNED, "on:land_right": Day(date(2018, 5, 2))}))
    assert [row[0] for row in told(office, CLOCK)] == ["registered"]
    assert told(office, "SELECT occurred_on FROM milestone WHERE kind = 'land_right'") == [("2018-05-02",)]


def test_land_that_asks_no_clock_closes_the_one_opened(office: Engine) -> None:
    row = {**SIGNED, "on:land_right": None}
    imported(office, sheet(row))
    imported(office, sheet({**row, "land": "标准厂房"}), as_of=date(2018, 7, 2))
    assert told(office, "SELECT outcome FROM task WHERE kind = 'land_right'") == [("lapsed",)]


def test_a_date_in_the_contract_beats_the_pack(office: Engine) -> None:
    imported(office, sheet({**SIGNED, "agreed:registered": Day(date(2018, 12, 1))}))
    assert told(office, "SELECT due_on, source FROM deadline") == [("2018-12-01", "contract")]


def test_a_finished_project_owes_nothing(office: Engine) -> None:
    days = [Day(date(2017, month, 3)) for month in (1, 3, 5, 7)]
    nodes = ("on:signed", "on:registered", "on:construction", "on:production")
    imported(office, sheet({**SIGNED, **dict(zip(nodes, days, strict=True))}))
    assert told(office, CLOCK) == []
    assert told(office, "SELECT stage FROM project") == [("production",)]
