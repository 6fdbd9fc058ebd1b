"""Headings, merges, rows that are no projects, and what the reader says about them."""

from datetime import date

from states.projects.ledger import Day, Sheet
from tests.documents.workbook.sheet import HEADING, ledger, project, read, workbook


def cells(sheet: Sheet) -> set[str]:
    return {one.cell for one in sheet.refused}


def names(sheet: Sheet) -> list[object]:
    return [row.values["name"] for row in sheet.rows]


def test_addresses_hold_where_leading_rows_and_columns_are_empty() -> None:
    rows = [[], [], ["", "", *HEADING], ["", "", *project()], ["", "", *project(amount="面议")]]
    sheet = read(workbook(rows))[0]
    assert sheet.rows[0].cells["amount"] == "F4"
    assert cells(sheet) == {"F5"}


def test_kind_and_industry_under_one_group() -> None:
    rows = [
        ["项目名称", "投资方", "属地", "投资额(亿元)", "产业", ""],
        ["", "", "", "", "类别", "行业"],
        [*project()[:4], "工业", "种植"],
    ]
    merges = ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"]
    assert read(workbook(rows, merges=merges))[0].rows[0].values["kind"] == "工业"
    assert read(workbook(rows))[0].rows[0].values["industry"] == "种植"


def test_units_cell_over_heading_over_corner() -> None:
    heading = ("项目名称", "投资方", "属地", "投资额")
    corner = [["单位：万元"], heading, project()[:4], project(amount="2亿元")[:4]]
    assert [row.values["amount"] for row in read(workbook(corner))[0].rows] == [15_000, 200_000_000]
    both = [["单位：万元"], (*heading[:3], "投资额（亿元）"), project()[:4]]
    assert read(workbook(both))[0].rows[0].values["amount"] == 150_000_000
    assert "没有单位" in ledger(project()[:4], heading=heading).refused[0].why


def test_a_row_of_units_and_of_column_numbers_belongs_to_the_heading() -> None:
    rows = [("项目名称", "投资方", "属地", "投资额"), ("", "", "", "（万元）"), (1, 2, 3, 4), project()[:4]]
    sheet = read(workbook(rows))[0]
    assert [(row.row, row.values["amount"]) for row in sheet.rows] == [(4, 15_000)]


def test_an_unknown_heading_is_told_and_a_missing_one_refuses_the_sheet() -> None:
    sheet = ledger((*project(), 3), heading=(*HEADING, "投资强度"))
    assert "G 列‘投资强度’" in sheet.remarks[0]
    lacking = ledger(("甲", 1.5), heading=("项目名称", "投资额（亿元）"))
    assert (lacking.rows, cells(lacking)) == ([], {"A1"})
    assert "“属地”" in lacking.refused[0].why


def test_two_columns_for_one_field_are_named() -> None:
    sheet = ledger((*project(), "x"), heading=(*HEADING, "签约日期"))
    assert (sheet.rows, cells(sheet)) == ([], {"G1"})
    assert "E 列和 G 列都像是“签约时间”" in sheet.refused[0].why


def test_a_sheet_of_something_else_and_an_empty_one() -> None:
    sheets = read(workbook([HEADING, project()], [["会议记录"], ["张三", "李四"]], []))
    assert [(sheet.table, len(sheet.rows)) for sheet in sheets] == [("ledger", 1), ("", 0)]
    assert "未识别" in sheets[1].remarks[0]


def test_totals_notes_and_headings_are_skipped_and_counted() -> None:
    rows = [
        project(),
        ("小计", "", "", 1.5),
        HEADING,
        project("合计科技园"),
        ("总 计：", "", "", 3),
        ("",),
        ("注：以合同为准",),
        ("填报人：张三",),
    ]
    sheet = ledger(*rows)
    assert names(sheet) == ["甲项目", "合计科技园"]
    assert sheet.refused == []
    said = "\n".join(sheet.remarks)
    assert "合计行 2 行：第 3、6 行" in said
    assert "重复的标题行 1 行：第 4 行" in said
    assert "说明行 2 行：第 8—9 行" in said


def test_a_project_without_its_name_is_refused_not_skipped() -> None:
    sheet = ledger(("", *project()[1:]), ("只有名称",), ("合计科技园", "", "咸安区", 1.5))
    assert cells(sheet) == {"A2", "B3", "C3", "D3", "B4"}


def test_a_second_table_below_with_another_unit_is_read_by_its_own_heading() -> None:
    other = ("属地", "项目名称", "投资方", "投资额（万元）")
    sheets = read(workbook([HEADING, project(), ("",), other, ("咸安区", "乙项目", "某公司", 500)]))
    assert [sheet.rows[0].values["amount"] for sheet in sheets] == [150_000_000, 5_000_000]
    assert sheets[1].rows[0].cells["name"] == "B5"


def test_a_repeated_heading_whose_unit_differs_is_no_repetition() -> None:
    upper = ("项目名称", "投资方", "属地", "投资", "")
    rows = [upper, ("", "", "", "总投资(亿元)", "合同编号"), (*project()[:4], "a")]
    rows += [upper, ("", "", "", "总投资(亿元)", "合同编号"), (*project("乙")[:4], "b")]
    rows += [upper, ("", "", "", "总投资(万元)", "合同编号"), (*project("丙")[:4], "c")]
    sheets = read(workbook(rows))
    found = [(row.values["name"], row.values["amount"]) for sheet in sheets for row in sheet.rows]
    assert found == [("甲项目", 150_000_000), ("乙", 150_000_000), ("丙", 15_000)]
    assert "第 4—5 行" in sheets[0].remarks[0]


def test_a_corner_unit_between_two_tables_speaks_for_the_second() -> None:
    heading = ("项目名称", "投资方", "属地", "投资额")
    rows = [["单位：万元"], heading, project()[:4], ["单位：亿元"], heading, project("乙")[:4]]
    amounts = [row.values["amount"] for sheet in read(workbook(rows)) for row in sheet.rows]
    assert amounts == [15_000, 150_000_000]


def test_merged_text_fills_down_and_merged_money_is_refused() -> None:
    rows = [HEADING, project("甲"), project("乙"), project("丙")]
    filled = read(workbook(rows, merges=["C2:C4"]))[0]
    assert [row.values["locality"] for row in filled.rows] == ["咸安区"] * 3
    shared = read(workbook(rows, merges=["D2:D3"]))[0]
    assert (cells(shared), names(shared)) == ({"D2", "D3"}, ["丙"])


def test_error_cells_and_formulas_without_result() -> None:
    sheet = ledger(project(), project(amount="#REF!"), project(remark="#N/A"))
    assert cells(sheet) == {"D3", "F4"}


def test_a_date_cell_that_shows_a_month_keeps_the_precision() -> None:
    data = workbook([HEADING, project(on=date(2018, 3, 1)), project(on=date(2018, 3, 1))],
                    formats={"E2": 'yyyy"年"m"月"', "E3": "yyyy-mm-dd"})  # fmt: skip
    assert [row.values["signed"] for row in read(data)[0].rows] == [
        Day(date(2018, 3, 31), "month"),
        Day(date(2018, 3, 1)),
    ]


def test_every_wrong_cell_of_a_row_is_told_and_the_row_left_out() -> None:
    sheet = ledger(("甲\u202e", "某公司", "咸安区", "面议", "2018年13月5日", "长" * 501))
    assert (sheet.rows, cells(sheet)) == ([], {"A2", "D2", "E2", "F2"})
    assert all(one.why.isprintable() for one in sheet.refused)


def test_targets_take_their_unit_from_the_row() -> None:
    heading = ("单位", "指标", "年度目标", "计量单位")
    rows = [
        heading,
        ("咸宁市", "新签约", 100, "个"),
        ("咸宁市", "到位资金", 12.5, "亿元"),
        ("咸宁市", "新签约", 1.5, "个"),
        ("咸宁市", "x", "", "个"),
    ]
    sheet = read(workbook(rows))[0]
    assert [row.values["value"] for row in sheet.rows] == [100, 1_250_000_000]
    assert cells(sheet) == {"C4", "C5"}


def test_strokes_stand_for_empty_cells() -> None:
    sheet = ledger(project(on="/", remark="—"), project(amount="-"))
    assert set(sheet.rows[0].values) == {"name", "investor", "locality", "amount"}
    assert cells(sheet) == {"D3"}
