"""Blank workbooks to fill in: headings that the reader knows, lists to choose from, and a sheet of notes."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from documents.workbook.grid import letter
from states.projects.ledger import Field, Table

ROWS = 5_000
_LISTS = "可选值"
_NOTES = "填表说明"
_MONEY_UNIT = "亿元"
_FORMS = {
    "text": ("文字", ""),
    "code": ("编号，按文本填写", "XN-HT-2018-0001"),
    "money": (f"数字按标题中的单位（{_MONEY_UNIT}）；也可自带单位；外币须折算", "1.5 或 15,000万元"),
    "date": ("日期；只知道月份的写到月，不要补日", "2018-03-05、2018年3月5日、2018年3月"),
    "month": ("月份", "2018年3月"),
    "count": ("整数", "100"),
    "choice": ("从下拉列表中选择", ""),
}
_GENERAL = (
    "标题可以改名为常用的同义词、可以换顺序，也可以加列；不认识的列不读取，会在导入结果中列出。",
    "一行一个项目；每行要么整行导入，要么退回并指出单元格。合计行、说明行会跳过。",
    "同一文件可反复导入：没有变化的行不重复，改过的行按合同编号（没有的按名称、属地、投资方）更新。",
    "请勿填写涉密内容。",
)


def template(
    tables: Sequence[Table], *, choices: Mapping[str, Sequence[str]] | None = None, notes: Sequence[str] = ()
) -> bytes:
    """A sheet for each table, then the notes; `choices`: field key → values to choose from, beside the fields' own.

    Dates are typed into text cells: a date format would turn 2018年3月 into the first of March. `read_workbook`
    reads the file as it is: tables without rows.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    lists = _lists(tables, choices or {})
    for table in tables:
        _sheet(book, table, lists)
    _notes(book, tables, notes)
    _write_lists(book, lists)
    book.close()
    return out.getvalue()


def _lists(tables: Sequence[Table], choices: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    own = {item.key: item.choices for table in tables for item in table.fields if item.choices}
    return {**own, **{name: values for name, values in choices.items() if values}}


def _heading(item: Field) -> str:
    return f"{item.label}（{_MONEY_UNIT}）" if item.kind == "money" else item.label


def _sheet(book: Any, table: Table, lists: Mapping[str, Sequence[str]]) -> None:
    page = book.add_worksheet(table.label)
    plain = {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
    needed = book.add_format({**plain, "bg_color": "#FCE4D6"})
    other = book.add_format({**plain, "bg_color": "#E2EFDA"})
    text = book.add_format({"num_format": "@"})
    for at, item in enumerate(table.fields):
        page.set_column(at, at, max(12, 2 * len(_heading(item)) + 4), text if _as_text(item) else None)
        page.write_string(0, at, _heading(item), needed if item.required or item.filled else other)
        page.data_validation(1, at, ROWS, at, _validation(item, lists))
    page.set_row(0, 32)
    page.freeze_panes(1, 1)


def _as_text(item: Field) -> bool:
    return item.kind in ("text", "code", "date", "month", "choice")


def _validation(item: Field, lists: Mapping[str, Sequence[str]]) -> dict[str, object]:
    what, example = _FORMS[item.kind]
    told = {
        "input_title": item.label[:32],
        "input_message": f"{what}{'，如 ' + example if example else ''}"[:255],
    }
    if item.key not in lists:
        return {"validate": "any", **told}
    at = letter(list(lists).index(item.key))
    # A value outside an office's own list may be right (a new locality); one outside the table's is always refused.
    fixed = bool(item.choices)
    return {
        "validate": "list",
        "source": f"='{_LISTS}'!${at}$1:${at}${len(lists[item.key])}",
        "error_type": "stop" if fixed else "warning",
        "error_title": item.label[:32],
        "error_message": "请从列表中选择" if fixed else "不在列表中，请核对",
        "input_title": item.label[:32],
        "input_message": "从下拉列表中选择",
    }


def _notes(book: Any, tables: Sequence[Table], notes: Sequence[str]) -> None:
    page = book.add_worksheet(_NOTES)
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 24, wrap)
    page.set_column(1, 4, 40, wrap)
    row = 0
    for number, note in enumerate((*_GENERAL, *notes), 1):
        page.write_string(row, 0, f"{number}. {note}", book.add_format())
        row += 1
    for table in tables:
        page.write_row(
            row + 1, 0, [f"【{table.label}】各列", "是否必填", "填写格式", "示例", "也可写作"], bold
        )
        for item in table.fields:
            page.write_row(row + 2, 0, _described(item), wrap)
            row += 1
        row += 2


def _described(item: Field) -> tuple[str, ...]:
    must = "必填" if item.filled else "必须有此列" if item.required else "可空"
    what, example = _FORMS[item.kind]
    if item.choices:
        what = f"{'、'.join(item.choices)} 之一"
    return _heading(item), must, what, example, "、".join(item.headings)


def _write_lists(book: Any, lists: Mapping[str, Sequence[str]]) -> None:
    """The values only, without headings: a row of headings would look like a table."""
    page = book.add_worksheet(_LISTS)
    page.hide()
    for at, values in enumerate(lists.values()):
        for row, value in enumerate(values):
            page.write_string(row, at, value)
