"""The sample office's three workbooks, whole."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from documents.workbook.read import read_workbook
from states.clock import start_of
from states.db import reading
from states.intake_all import tables_of
from states.projects.intake_report import ImportReport
from tests.conftest import EXAMPLES
from tests.states.intake.paper import AS_OF, imported, rows_of_all_tables, told

EXPECTED = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))


def take_file(engine: Engine, path: Path, as_of: date = AS_OF) -> ImportReport:
    with reading(engine) as session:
        tables = tables_of(session, start_of(as_of))
    return imported(engine, *read_workbook(path.read_bytes(), tables), as_of=as_of)


def test_takes_what_is_right_and_refuses_the_seven_planted_rows(office: Engine) -> None:
    report = take_file(office, EXAMPLES / "ledger.xlsx").as_json()
    expected = EXPECTED["imported"]
    for key in ("projects", "signed_2018", "signed_2017", "leads", "negotiating"):
        assert report["imported"][key] == expected[key]
    wrong = [(row["sheet"], row["row"], row["cell"]) for row in expected["refused"]]
    assert [(row["sheet"], row["row"], row["cell"]) for row in report["refused"]] == wrong
    assert report["imported"]["refused"] == 7
    reasons = {row["cell"]: row["why"] for row in report["refused"]}
    assert "第 6 行重复" in reasons["B396"]
    assert "2018-04-01 早于签约时间 2018-05-02" in reasons["J400"]
    assert "“通诚县”" in reasons["D402"] and "通城县" in reasons["D402"]
    assert "咸宁高新区招商局" in report["unconfirmed"]["units"]
    assert report["gaps"]["信息来源"] == 274


def test_funds_and_targets_follow(office: Engine) -> None:
    take_file(office, EXAMPLES / "ledger.xlsx")
    assert take_file(office, EXAMPLES / "funds.xlsx").as_json()["imported"]["funds"] == 1520
    assert told(office, "SELECT SUM(amount_yuan) FROM fund") == [(59_750_000_000,)]
    assert take_file(office, EXAMPLES / "targets.xlsx").as_json()["imported"]["targets"] == 3
    found = told(office, "SELECT year, indicator, value FROM target ORDER BY value")
    assert found == [
        (2018, "signed:>=10亿", 10),
        (2018, "signed:>=1亿", 100),
        (2018, "funds", 100_000_000_000),
    ]


def test_the_same_files_again_change_nothing(sample: Engine) -> None:
    before = rows_of_all_tables(sample)
    for as_of in (AS_OF, date(2018, 7, 20)):
        ledger = take_file(sample, EXAMPLES / "ledger.xlsx", as_of).as_json()
        funds = take_file(sample, EXAMPLES / "funds.xlsx", as_of).as_json()
        targets = take_file(sample, EXAMPLES / "targets.xlsx", as_of).as_json()
        counts = ledger["imported"]
        assert (counts["projects"], counts["updated"], counts["unchanged"]) == (0, 0, 1287)
        assert (funds["imported"]["funds"], funds["imported"]["funds_unchanged"]) == (0, 1520)
        assert (targets["imported"]["targets"], targets["imported"]["targets_unchanged"]) == (0, 3)
        assert ledger["changed"] == funds["changed"] == targets["changed"] == []
        assert len(ledger["refused"]) == 7
    assert rows_of_all_tables(sample) == before


def test_the_present_agrees_with_what_was_read(sample: Engine) -> None:
    reached: dict[int, set[str]] = {}
    for project_id, kind in told(
        sample, "SELECT project_id, kind FROM milestone WHERE superseded_at IS NULL"
    ):
        reached.setdefault(project_id, set()).add(kind)
    order = ["intent", "negotiation", "signed", "registered", "construction", "production"]
    furthest = Counter(max(kinds, key=order.index) for kinds in reached.values())
    stages = dict(told(sample, "SELECT stage, COUNT(*) FROM project GROUP BY stage"))
    assert stages == furthest
    assert told(sample, "SELECT COUNT(*) FROM task WHERE closed_at IS NOT NULL") == [(0,)]
    open_steps = sum(count for stage, count in stages.items() if stage != "production")
    assert told(sample, "SELECT COUNT(*) FROM task") == [(open_steps,)]
    assert told(sample, "SELECT COUNT(*) FROM deadline WHERE superseded_at IS NULL") == [(open_steps,)]
    assert told(sample, "SELECT DISTINCT opened_on FROM task") == [("2018-06-30",)]
    assert told(sample, "SELECT DISTINCT ladder, kind FROM task ORDER BY kind") == [
        ("order", "construction"),
        ("lead", "negotiation"),
        ("order", "production"),
        ("order", "registered"),
        ("lead", "signed"),
    ]
