"""Funds and targets: by contract number or name, each figure once, corrections on record."""

from datetime import date
from typing import Any

from sqlalchemy import Engine

from states.projects.ledger import Day
from tests.states.intake.paper import LEAD, SIGNED, imported, refused, rows_of_all_tables, sheet, told

JUNE = Day(date(2018, 6, 30), "month")
FUND: dict[str, Any] = {
    "contract_no": "HT-1",
    "name": "甲项目",
    "month": JUNE,
    "amount": 5_000_000,
    "kind": "土地",
}
TARGET: dict[str, Any] = {
    "region": "咸宁市",
    "indicator": "亿元以上新签约项目",
    "year": None,
    "value": 100,
    "measure": "个",
}


def test_funds_find_their_project_by_contract_or_name(office: Engine) -> None:
    imported(office, sheet(SIGNED), sheet(LEAD, name="线索"))
    report = imported(
        office,
        sheet(
            FUND,
            {**FUND, "contract_no": None, "name": "乙 线索"},
            {**FUND, "contract_no": "HT-7"},
            {**FUND, "contract_no": None, "name": "没有的"},
            {**FUND, "contract_no": None, "name": None},
            {**FUND, "month": Day(date(2018, 7, 31), "month")},
            {**FUND, "amount": 1},
            {**FUND, "kind": "设备"},
            of="funds",
        ),
    )
    assert report.counts["funds"] == 3
    assert [(cell, why[:10]) for cell, why in refused(report)] == [
        ("A4", "没有合同编号为“HT"),
        ("B5", "台账中没有名为“没有"),
        ("A6", "合同编号和项目名称都"),
        ("C7", "到位月份 2018年"),
        ("D8", "与第 2 行重复（甲"),
    ]


def test_a_corrected_fund_supersedes(office: Engine) -> None:
    imported(office, sheet(SIGNED), sheet(FUND, of="funds", name="资金"))
    report = imported(office, sheet({**FUND, "amount": 6_000_000}, of="funds"), as_of=date(2018, 7, 2))
    assert (report.counts["funds"], report.counts["funds_updated"]) == (0, 1)
    assert [(one.was, one.now) for one in report.changed] == [("5000000", "6000000")]
    assert told(office, "SELECT amount_yuan FROM fund WHERE superseded_at IS NULL") == [(6_000_000,)]
    assert told(office, "SELECT COUNT(*) FROM fund") == [(2,)]
    before = rows_of_all_tables(office)
    imported(office, sheet({**FUND, "amount": 6_000_000}, of="funds"), as_of=date(2018, 7, 3))
    assert rows_of_all_tables(office) == before
    older = imported(office, sheet(FUND, of="funds"))
    assert [cell for cell, _ in refused(older)] == ["D2"]


def test_targets_name_unit_indicator_and_year(office: Engine) -> None:
    report = imported(
        office,
        sheet(TARGET, {**TARGET, "region": "嘉鱼县", "year": "2019年"}, of="targets", name="2018年目标"),
        sheet(
            {**TARGET, "region": "嘉渔县"},
            {**TARGET, "indicator": "外资到资"},
            {**TARGET, "indicator": "到位资金", "measure": "个"},
            {**TARGET, "measure": "亿元"},
            {**TARGET, "region": "通城县", "indicator": "到位资金", "value": 10**10, "measure": "亿元"},
            of="targets",
            name="任务",
        ),
    )
    assert report.counts["targets"] == 3
    assert [cell for cell, _ in refused(report)] == ["A2", "B3", "E4", "E5"]
    assert "亿元以上新签约项目" in refused(report)[1][1]
    assert told(office, "SELECT year, indicator, value FROM target ORDER BY id") == [
        (2018, "signed:>=1亿", 100),
        (2019, "signed:>=1亿", 100),
        (2018, "funds", 10**10),
    ]
    assert any("没有写明年度" in remark for remark in report.remarks) is False
    bare = imported(
        office,
        sheet({key: value for key, value in TARGET.items() if key != "year"}, of="targets", name="任务"),
    )
    assert "按 2018 年导入" in bare.remarks[0]
