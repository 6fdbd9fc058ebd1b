"""The supervision office's report: every number, and the list behind it."""

import time
from io import BytesIO
from typing import Any

import docx
import openpyxl

from documents.escalation_docx import escalation_docx
from documents.escalation_xlsx import escalation_xlsx
from tests.documents.figures import owed, report


def tables_of(body: bytes) -> list[list[list[str]]]:
    paper = docx.Document(BytesIO(body))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables]


def test_the_word_report_has_each_table_and_the_list() -> None:
    localities, units, steps, small, first, second = tables_of(escalation_docx(report(), "某市"))
    assert localities[1][:3] == ["甲县", "2", "1"]
    assert localities[-1] == ["合计", "3", "1", "2", "2", "1", "2"]
    assert [row[0] for row in units[1:]] == ["某局", "（责任单位未填）", "合计"]
    assert steps[1][0] == "签约→注册"
    assert small[1] == ["某局", "19", "1", "5.3%"]
    assert first[1][1:8] == ["项目1", "签约→注册", "2.85", "2018-06-01", "40", "", "R2 催办 2018-07-09"]
    assert first[1][8:] == ["第8条第3项；第12条第3项", "某局", "某专员", "某领导"]
    assert first[2][1:7] == ["=1+1", "签约→注册", "2.85", "2018-06-01（暂定）", "3", "是"]
    assert [row[1] for row in second[1:]] == ["项目3", "项目4"]


def test_the_workbooks_numbers_are_live_counts_over_the_list() -> None:
    body = escalation_xlsx(report(), "某市")
    typed, shown = (openpyxl.load_workbook(BytesIO(body), data_only=flag) for flag in (False, True))
    assert typed.sheetnames == ["按属地", "按责任单位", "按步骤", "小额项目", "名单"]
    assert [cell.value for cell in shown["按属地"][4]] == ["甲县", 2, 1, 0, 1, 1, 1, 1]
    assert [cell.value for cell in shown["按属地"][6]] == ["合计", 3, 1, 0, 2, 2, 1, 2]
    for row in typed["按属地"].iter_rows(min_row=4, max_row=5, min_col=2):
        assert all(str(cell.value).startswith("=COUNTIFS(名单!") for cell in row)
    listed = [[cell.value for cell in row] for row in typed["名单"].iter_rows(min_row=4)]
    assert len(listed) == 4
    assert listed[1][1] == "=1+1"
    assert shown["名单"]["B5"].value == "=1+1"  # a text: a formula would have no value here
    assert typed["名单"].freeze_panes == "B4"
    assert typed["名单"].auto_filter.ref == "A3:R7"


def recount(listed: list[list[Any]], column: int, name: str, days: tuple[int, int]) -> int:
    return sum(1 for row in listed if row[column] == name and days[0] <= row[8] <= days[1])


def test_the_cached_counts_are_what_the_formulas_would_count() -> None:
    book = openpyxl.load_workbook(BytesIO(escalation_xlsx(report())), data_only=True)
    listed = [[cell.value for cell in row] for row in book["名单"].iter_rows(min_row=4)]
    for sheet, column in (("按属地", 2), ("按责任单位", 3), ("按步骤", 4)):
        for row in list(book[sheet].iter_rows(min_row=4, values_only=True))[:-1]:
            assert row[1] == recount(listed, column, row[0], (1, 10**6))
            assert (row[-2], row[-1]) == (
                recount(listed, column, row[0], (1, 30)),
                recount(listed, column, row[0], (31, 10**6)),
            )


def test_an_empty_report_is_a_report() -> None:
    none = {"overdue": 0, "backlog": 0, "by_rung": {"R1": 0, "none": 0}, "by_days_late": {"1-30": 0}}
    empty = {
        **report(),
        "totals": none,
        "localities": [],
        "units": [],
        "steps": [],
        "below_100m": [],
        "list": [],
    }
    assert escalation_docx(empty)
    assert openpyxl.load_workbook(BytesIO(escalation_xlsx(empty))).sheetnames[0] == "按属地"


def test_a_long_list_is_cut_in_word_and_says_so() -> None:
    many = {**report(), "list": [owed(n) for n in range(3500)]}
    started = time.perf_counter()
    body = escalation_docx(many)
    assert time.perf_counter() - started < 60
    paper = docx.Document(BytesIO(body))
    assert len(paper.tables[-1]._tbl.tr_lst) == 3001
    assert any("全部3500项见 Excel" in paragraph.text for paragraph in paper.paragraphs)
    book = openpyxl.load_workbook(BytesIO(escalation_xlsx(many)), read_only=True)
    assert sum(1 for _ in book["名单"].iter_rows(min_row=4)) == 3500
