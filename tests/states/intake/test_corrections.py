"""A corrected file: what it adds and changes, what it leaves alone."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from states.projects.intake_report import ImportReport
from states.projects.ledger import Day
from tests.states.intake.paper import LEAD, SIGNED, imported, refused, rows_of_all_tables, sheet, told

LATER = date(2018, 7, 16)


def twice(
    office: Engine, row: dict[str, Any], *, first: dict[str, Any] = SIGNED, as_of: date = LATER
) -> ImportReport:
    imported(office, sheet(first))
    return imported(office, sheet(row), as_of=as_of)


def test_a_corrected_amount_supersedes_and_is_listed(office: Engine) -> None:
    report = twice(office, {**SIGNED, "amount": 160_000_000})
    assert (report.counts["projects"], report.counts["updated"]) == (0, 1)
    assert [(one.field, one.was, one.now, one.cell) for one in report.changed] == [
        ("投资额", "150000000元", "160000000元", "C2")
    ]
    found = told(
        office, "SELECT amount_yuan, from_on, to_on, superseded_at IS NULL FROM project_revision ORDER BY id"
    )
    assert [tuple(map(str, row[:3])) for row in found] == [
        ("150000000", "2018-03-05", "None"),
        ("160000000", "2018-03-05", "None"),
    ]
    assert [bool(row[3]) for row in found] == [False, True]
    assert told(office, "SELECT version FROM project") == [(2,)]


def test_the_corrected_file_again_changes_nothing(office: Engine) -> None:
    changed = {
        **SIGNED, "amount": 90_000_000, "leader": "张县长", "investor": "另一集团", "on:signed": Day(date(2018, 3, 6)),
        "on:registered": Day(date(2018, 7, 2)), "enterprise_name": "某公司", "land": "新增用地",
    }  # fmt: skip
    assert twice(office, changed).counts["updated"] == 1
    before = rows_of_all_tables(office)
    report = imported(office, sheet(changed), as_of=date(2018, 7, 20))
    assert report.counts["unchanged"] == 1 and report.changed == []
    assert rows_of_all_tables(office) == before


def test_a_corrected_date_moves_what_is_due(office: Engine) -> None:
    report = twice(office, {**SIGNED, "on:signed": Day(date(2018, 5, 10))})
    assert report.changed[0].was == "2018-03-05" and report.changed[0].cell == "M2"
    assert told(office, "SELECT occurred_on, superseded_why FROM milestone ORDER BY id") == [
        ("2018-03-05", "correction"),
        ("2018-05-10", None),
    ]
    assert told(office, "SELECT start_on, due_on FROM task WHERE kind = 'registered'") == [
        ("2018-05-10", "2018-07-09")
    ]
    dates = told(office, "SELECT due_on FROM deadline ORDER BY id")
    assert dates == [("2018-05-04",), ("2018-07-09",)]
    assert told(office, "SELECT COUNT(*) FROM event WHERE kind = 'deadline_moved'") == [(1,)]


def test_a_step_reached_closes_its_task_and_opens_the_next(office: Engine) -> None:
    report = twice(office, {**SIGNED, "on:registered": Day(date(2018, 7, 2)), "enterprise_name": "某公司"})
    assert {one.field for one in report.changed} == {"注册时间", "企业名称"}
    assert told(office, "SELECT kind, opened_on, done_on, outcome, backlog FROM task ORDER BY id") in (
        [
            ("registered", "2018-06-30", "2018-07-02", "done", 1),
            ("construction", "2018-07-16", None, None, 0),
        ],
        [
            ("registered", "2018-06-30", "2018-07-02", "done", True),
            ("construction", "2018-07-16", None, None, False),
        ],
    )
    assert told(office, "SELECT stage FROM project") == [("registered",)]
    assert told(office, "SELECT field FROM gap WHERE filled_at IS NULL AND milestone = 'registered'") == [
        ("credit_code",)
    ]


def test_a_step_passed_over_without_a_date_lapses(office: Engine) -> None:
    twice(office, {**SIGNED, "on:construction": Day(date(2018, 7, 3))})
    assert told(office, "SELECT kind, outcome, done_on FROM task ORDER BY id") == [
        ("registered", "lapsed", None),
        ("production", None, None),
    ]
    assert ("registered", "occurred_on") in told(
        office, "SELECT milestone, field FROM gap WHERE filled_at IS NULL"
    )


def test_what_came_due_before_a_later_import_is_backlog_of_that_day(office: Engine) -> None:
    twice(office, {**LEAD, "on:negotiation": Day(date(2018, 6, 5))}, first=LEAD, as_of=date(2019, 2, 1))
    task = told(
        office, "SELECT kind, ladder, opened_on, due_on, ladder_from_on FROM task WHERE closed_at IS NULL"
    )
    assert task == [("signed", "lead", "2019-02-01", "2018-12-03", "2019-03-04")]


def test_a_lead_that_signs_is_the_same_project(office: Engine) -> None:
    signed = {
        **LEAD,
        "contract_no": "HT-9",
        "on:signed": Day(date(2018, 7, 9)),
        "land": "存量用地",
        "leader": "周县长",
    }
    report = twice(office, signed, first=LEAD)
    assert (report.counts["projects"], report.counts["updated"]) == (0, 1)
    assert told(office, "SELECT stage FROM project") == [("signed",)]
    assert told(office, "SELECT contract_no FROM project_revision WHERE superseded_at IS NULL") == [("HT-9",)]
    assert told(office, "SELECT kind, outcome FROM task ORDER BY id") == [
        ("negotiation", "lapsed"),
        ("registered", None),
    ]
    again = imported(office, sheet(signed), as_of=date(2018, 7, 17))
    assert again.counts["unchanged"] == 1


def test_a_signed_row_beside_the_leads_own_row_is_another_project(office: Engine) -> None:
    imported(office, sheet(LEAD))
    signed = {**LEAD, "contract_no": "HT-9", "on:signed": Day(date(2018, 7, 9)), "on:intent": None}
    report = imported(office, sheet(signed), sheet(LEAD, name="线索"), as_of=LATER)
    assert (report.counts["projects"], report.counts["unchanged"]) == (1, 1)


def test_changed_holders_hand_over(office: Engine) -> None:
    report = twice(office, {**SIGNED, "leader": "张县长、李县长", "specialist": "新专员"})
    held = told(
        office,
        "SELECT r.slot, p.name, r.from_on, r.to_on FROM responsibility r JOIN person p ON p.id = r.person_id ORDER BY r.id",
    )
    assert held == [
        ("leader", "李县长", "2018-06-30", None),
        ("specialist", "王专员", "2018-06-30", "2018-07-16"),
        ("leader", "张县长", "2018-07-16", None),
        ("specialist", "新专员", "2018-07-16", None),
    ]
    assert [(one.field, one.was, one.now) for one in report.changed] == [
        ("包保领导", "李县长", "张县长、李县长"),
        ("项目专员", "王专员", "新专员"),
    ]


def test_an_empty_cell_takes_nothing_away(office: Engine) -> None:
    reached = {**SIGNED, "on:registered": Day(date(2018, 5, 2)), "enterprise_name": "某公司"}
    report = twice(office, SIGNED, first=reached)
    assert report.counts["unchanged"] == 1 and report.changed == []
    assert "系统中为 2018-05-02，未作更改" in report.remarks[0]


def test_what_became_known_later_is_not_overwritten_by_an_older_ledger(office: Engine) -> None:
    imported(office, sheet({**SIGNED, "amount": 200_000_000}), as_of=LATER)
    report = imported(office, sheet(SIGNED))
    assert [cell for cell, _ in refused(report)] == ["C2"]
    assert "请核对后用更晚的 --as-of 重新导入" in refused(report)[0][1]
    assert told(office, "SELECT amount_yuan FROM project_revision") == [(200_000_000,)]


def test_dates_must_fit_what_is_on_record(office: Engine) -> None:
    reached = {**SIGNED, "on:registered": Day(date(2018, 5, 2)), "enterprise_name": "某公司"}
    report = twice(office, {**SIGNED, "on:signed": Day(date(2018, 5, 9))}, first=reached)
    assert [cell for cell, _ in refused(report)] == ["M2"]


@pytest.mark.parametrize("why", ["sent_back", "false"])
def test_a_date_taken_back_is_not_brought_back(office: Engine, why: str) -> None:
    from sqlalchemy import text

    from states.db import writing

    reached = {**SIGNED, "on:registered": Day(date(2018, 5, 2)), "enterprise_name": "某公司"}
    imported(office, sheet(reached))
    with writing(office) as session:
        session.execute(
            text(
                "UPDATE milestone SET superseded_at = known_at, superseded_why = :why WHERE kind = 'registered'"
            ),
            {"why": why},
        )
        session.execute(text("UPDATE project SET stage = 'signed'"))
    report = imported(office, sheet(reached), as_of=LATER)
    assert report.counts["unchanged"] == 1
    assert "已被退回或认定不实" in report.remarks[0]


def test_a_project_with_a_report_waiting_is_not_overtaken(office: Engine) -> None:
    from sqlalchemy import text

    from states.db import writing

    imported(office, sheet(SIGNED))
    with writing(office) as session:
        session.execute(
            text(
                "INSERT INTO request (kind, project_id, task_id, trigger, evidence, occurred_on, precision, requested_by,"
                " requested_at, via, version) SELECT 'report', project_id, id, 'register', '{}', '2018-07-01', 'day', 1,"
                " '2018-07-02 01:00:00', 'request', 1 FROM task"
            )
        )
    report = imported(office, sheet({**SIGNED, "on:registered": Day(date(2018, 7, 2))}), as_of=LATER)
    assert "待核定的上报" in refused(report)[0][1]


def test_an_amount_across_a_bound_climbs_another_ladder(office: Engine) -> None:
    late = {**SIGNED, "on:signed": Day(date(2018, 6, 1)), "amount": 90_000_000}
    imported(office, sheet(late))
    imported(office, sheet({**late, "amount": 2_000_000_000}), as_of=LATER)
    assert told(office, "SELECT due_on FROM deadline") == [("2018-07-31",)]
    backlog = {**late, "contract_no": "HT-2", "on:signed": Day(date(2018, 1, 2))}
    imported(office, sheet(backlog))
    assert told(office, "SELECT ladder_from_on FROM task WHERE backlog") == [("2018-08-29",)]
    imported(office, sheet({**backlog, "amount": 2_000_000_000}), as_of=LATER)
    assert told(office, "SELECT ladder_from_on FROM task WHERE backlog") == [("2018-07-13",)]


def test_each_file_says_what_it_brought_in_one_event(office: Engine) -> None:
    imported(office, sheet(SIGNED, {**SIGNED, "name": "乙", "contract_no": "HT-2"}), sha256="ab" * 32)
    imported(office, sheet({**SIGNED, "amount": 1_000_000}), as_of=LATER)
    kinds = dict(told(office, "SELECT kind, COUNT(*) FROM event GROUP BY kind"))
    assert (kinds["project_imported"], kinds["project_corrected"], kinds["ledger_imported"]) == (2, 1, 2)
    unsealed = told(
        office,
        "SELECT COUNT(*) FROM event e LEFT JOIN unsealed u ON u.event_id = e.id WHERE u.event_id IS NULL",
    )
    assert unsealed == [(0,)]
