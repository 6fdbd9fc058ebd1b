"""Files out: the blank template reads as what it is, and the user's file comes back marked and otherwise the same."""

import io

import openpyxl
import pytest
import xlsxwriter

from documents.workbook.annotate import annotate
from documents.workbook.read import read_workbook
from documents.workbook.refused import WorkbookRefused
from documents.workbook.template import template
from states.projects.ledger import Refusal
from tests.documents.workbook.made import LOCALITIES, make
from tests.documents.workbook.tables import LEDGER, TABLES


def test_the_template_reads_as_tables_without_rows() -> None:
    data = template(TABLES, choices={"locality": LOCALITIES}, notes=["由市招商局汇总"])
    sheets = {sheet.name: sheet for sheet in read_workbook(data, TABLES)}
    for table in TABLES:
        sheet = sheets[table.label]
        assert sheet.table == table.key
        assert list(sheet.columns) == [item.key for item in table.fields]
        assert (sheet.rows, sheet.refused) == ([], [])
    assert sheets["填表说明"].table == sheets["可选值"].table == ""


def test_the_template_has_lists_and_keeps_months_as_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template([LEDGER], choices={"locality": LOCALITIES})))
    page = book["项目台账"]
    lists = {
        str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"
    }
    assert set(lists) == {"C2:C5001", "D2:D5001", "P2:P5001"}
    assert lists["C2:C5001"] == f"'可选值'!$C$1:$C${len(LOCALITIES)}"
    assert book["可选值"].sheet_state == "hidden"
    signed = [item for item in page.column_dimensions.values() if item.min <= 10 <= item.max]
    assert [item.number_format for item in signed] == ["@"]


def _filled_in(rows: list[list[object]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template([LEDGER])))
    for row in rows:
        book["项目台账"].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_typed_into_the_template_is_read() -> None:
    data = _filled_in(
        [
            ["甲项目", "乙公司", "咸安区", "工业", "电子信息", 1.5],
            ["丙项目", "丁公司", "咸安区", "农业", "种植", "面议"],
        ]
    )
    sheet = read_workbook(data, TABLES)[0]
    assert [row.values["amount"] for row in sheet.rows] == [150_000_000]
    assert {one.cell for one in sheet.refused} == {"D3", "F3"}


def test_annotation_marks_the_refused_cells_and_nothing_else() -> None:
    made = make(3)
    refused = [one for sheet in read_workbook(made.data, TABLES) for one in sheet.refused]
    before = openpyxl.load_workbook(io.BytesIO(made.data), rich_text=True)
    after = openpyxl.load_workbook(io.BytesIO(annotate(made.data, refused)), rich_text=True)
    marked = {
        (page.title, cell.coordinate)
        for page in after
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    }
    assert marked == made.refused != set()
    for page in before:
        twin = after[page.title]
        assert twin.merged_cells.ranges == page.merged_cells.ranges
        for row in page.iter_rows():
            for cell in row:
                other = twin[cell.coordinate]
                assert (other.value, other.number_format) == (cell.value, cell.number_format)
                same = other.fill.fgColor.rgb == cell.fill.fgColor.rgb
                assert same is ((page.title, cell.coordinate) not in marked)


def _ledger(cells: dict[str, object]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("台账")
    for address, value in cells.items():
        page.write(address, value)
    page.write_formula("D2", "=1+1", None, 2)
    page.merge_range("E2:E3", "合并")
    page.write_comment("A2", "原有批注")
    book.close()
    return out.getvalue()


def test_annotation_keeps_formulas_text_that_looks_like_one_and_old_comments() -> None:
    data = _ledger({"A2": "=HYPERLINK(1)", "B2": "+86"})
    refused = [
        Refusal("台账", 2, "A2", "甲"),
        Refusal("台账", 2, "A2", "乙"),
        Refusal("台账", 3, "E3", "丙\u202e"),
    ]
    page = openpyxl.load_workbook(io.BytesIO(annotate(data, refused)))["台账"]
    assert page["A2"].data_type == "s"
    assert page["A2"].comment.text == "原有批注\n甲\n乙"
    assert page["E2"].comment.text.startswith("E3：丙")
    assert page["D2"].value == "=1+1"


def test_annotation_of_another_file_is_refused() -> None:
    with pytest.raises(WorkbookRefused, match="没有工作表“别的”"):
        annotate(_ledger({}), [Refusal("别的", 1, "A1", "错")])
