"""Each row whole or refused, with the cell and what would be right."""

from datetime import date

import pytest
from sqlalchemy import Engine

from states.errors import Forbidden, NotAllowedNow
from states.projects.ledger import Day
from tests.states.intake.paper import LEAD, SIGNED, imported, refused, rows_of_all_tables, sheet, told


@pytest.mark.parametrize(
    ("changes", "cell", "says"),
    [
        ({"locality": "嘉渔县"}, "B2", "是否为“嘉鱼县”？"),
        ({"locality": "火星"}, "B2", "可填：咸宁市本级"),
        ({"name": None}, "A2", "项目名称为空"),
        ({"amount": None}, "C2", "投资额为空"),
        ({"on:registered": Day(date(2018, 2, 1))}, "N2", "早于签约时间 2018-03-05"),
        ({"on:construction": Day(date(2018, 2, 1))}, "O2", "早于签约时间 2018-03-05"),
        ({"on:registered": Day(date(2018, 7, 1))}, "N2", "晚于数据截至日 2018-06-30"),
        ({"on:signed": None}, "A2", "没有任何阶段日期"),
        ({"credit_code": "91421200MA4ABCDE1X"}, "H2", "校验位"),
        ({"credit_code": "9142"}, "H2", "应为 18 位"),
        ({"investor": "长" * 201}, "D2", "超过 200 个字"),
        ({"specialist": "长" * 61}, "L2", "多个名称请用顿号隔开"),
    ],
)
def test_a_wrong_cell_refuses_the_row(
    office: Engine, changes: dict[str, object], cell: str, says: str
) -> None:
    before = rows_of_all_tables(office)
    report = imported(office, sheet({**SIGNED, **changes}))
    assert [at for at, _ in refused(report)] == [cell]
    assert says in refused(report)[0][1]
    assert not report.took_any
    assert rows_of_all_tables(office) == before


def test_every_wrong_cell_of_a_row_is_named(office: Engine) -> None:
    report = imported(
        office,
        sheet({**SIGNED, "locality": "嘉渔县", "credit_code": "9", "on:registered": Day(date(2018, 1, 1))}),
    )
    assert [at for at, _ in refused(report)] == ["B2", "N2", "H2"]


def test_good_rows_are_taken_beside_wrong_ones(office: Engine) -> None:
    report = imported(office, sheet({**SIGNED, "locality": "无此地"}, {**SIGNED, "name": "好项目"}))
    assert report.counts["projects"] == 1
    assert told(office, "SELECT name FROM project_revision") == [("好项目",)]


def test_nobody_is_made_for_a_refused_row(office: Engine) -> None:
    report = imported(office, sheet({**SIGNED, "locality": "无此地", "leader": "生人"}))
    assert told(office, "SELECT COUNT(*) FROM person WHERE name = '生人'") == [(0,)]
    assert report.persons == []


def test_a_month_keeps_its_precision_and_reads_kindly(office: Engine) -> None:
    month = Day(date(2018, 3, 31), "month")
    report = imported(
        office,
        sheet(
            {**SIGNED, "on:signed": month, "on:registered": Day(date(2018, 3, 15))},
            {**SIGNED, "name": "乙", "contract_no": "HT-2", "on:signed": Day(date(2018, 6, 30), "month")},
            {**SIGNED, "name": "丙", "contract_no": "HT-3", "on:signed": month, "on:registered": Day(date(2018, 2, 28), "month")},
        ),
    )  # fmt: skip
    assert refused(report) == [
        ("N4", "注册时间 2018年2月 早于签约时间 2018年3月：应不早于签约时间，请核对两个日期")
    ]
    assert told(office, "SELECT precision, occurred_on FROM milestone WHERE kind = 'signed' ORDER BY id") == [
        ("month", "2018-03-31"),
        ("month", "2018-06-30"),
    ]
    due = told(office, "SELECT due_on, start_on FROM task WHERE kind = 'registered'")
    assert due == [("2018-08-29", "2018-06-30")]
    assert told(office, "SELECT provisional FROM task WHERE kind = 'registered'") in ([(1,)], [(True,)])


def test_a_second_row_of_the_same_key_points_at_the_first(office: Engine) -> None:
    report = imported(
        office,
        sheet(SIGNED, {**SIGNED, "name": "别名", "contract_no": "ＨＴ－1"}),
        sheet(LEAD, {**LEAD, "name": "乙 线索"}, name="线索"),
    )
    assert report.counts["projects"] == 2
    assert refused(report) == [
        ("A3", "与第 2 行重复（合同编号 HT-1 相同）：同一项目只填一行，请删去本行；若是另一项目，请填写其自己的合同编号"),
        ("A3", "与第 2 行重复（项目名称、属地、投资方相同）：同一项目只填一行，请删去本行；若是另一项目，请填写其自己的合同编号"),
    ]  # fmt: skip


def test_enterprise_names_are_no_key(office: Engine) -> None:
    registered = {**SIGNED, "on:registered": Day(date(2018, 4, 1)), "enterprise_name": "某某公司"}
    report = imported(office, sheet(registered, {**registered, "name": "二期", "contract_no": "HT-2"}))
    assert report.counts["projects"] == 2 and not report.refused


def test_what_is_missing_is_taken_and_listed(office: Engine) -> None:
    bare = {key: SIGNED[key] for key in ("name", "locality", "amount", "on:signed")}
    report = imported(office, sheet(bare))
    assert not report.refused
    found = set(told(office, "SELECT milestone, field FROM gap WHERE filled_at IS NULL"))
    assert found == {
        *((("project", key)) for key in ("investor", "kind", "industry", "responsible_unit", "specialist", "leader", "land")),
        ("signed", "contract_no"),
    }  # fmt: skip
    assert report.as_json()["gaps"]["合同编号"] == 1


def test_evidence_that_the_stage_needs_is_a_gap_where_its_cell_is_empty(office: Engine) -> None:
    imported(office, sheet({**SIGNED, "on:construction": Day(date(2018, 5, 1))}))
    found = set(told(office, "SELECT milestone, field FROM gap"))
    assert found == {
        ("registered", "occurred_on"),
        ("construction", "permit"),
        ("land_right", "occurred_on"),
        ("statistics_entry", "occurred_on"),
    }


def test_review_numbers_are_asked_of_contracts_from_august_2024(office: Engine) -> None:
    row = {**SIGNED, "land": "标准厂房"}
    later = {**row, "contract_no": "HT-2", "name": "新", "on:signed": Day(date(2024, 8, 1))}
    imported(office, sheet({**row, "on:signed": Day(date(2024, 7, 31))}, later), as_of=date(2024, 9, 2))
    assert told(office, "SELECT field FROM gap WHERE milestone = 'signed' ORDER BY field") == [
        ("fair_competition_no",),
        ("legal_review_no",),
    ]


def test_importing_is_a_right_and_never_before_a_published_bulletin(office: Engine) -> None:
    from datetime import UTC, datetime

    from states.db import writing
    from states.dispatch.tables import Bulletin
    from states.people.tables import Account, RoleGrant

    with writing(office) as session:
        account = Account(login="reader", person_id=1)
        session.add(account)
        session.flush()
        session.add(RoleGrant(account_id=account.id, role="readonly", region_id=1, from_on=date(2018, 1, 1)))
        known = datetime(2018, 7, 4, 12, tzinfo=UTC)
        session.add(
            Bulletin(period="2018-06", on=date(2018, 6, 30), known=known, figures={}, input_hash="x", published_at=known, event_id=1)
        )  # fmt: skip
    with pytest.raises(Forbidden):
        imported(office, sheet(SIGNED), login="reader")
    with pytest.raises(NotAllowedNow, match="早于最近一期已发布通报"):
        imported(office, sheet(SIGNED), as_of=date(2018, 7, 4))
    assert imported(office, sheet(SIGNED), as_of=date(2018, 7, 5)).counts["projects"] == 1
