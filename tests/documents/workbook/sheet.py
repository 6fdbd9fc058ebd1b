"""Small workbooks for one question each."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from documents.workbook.extract import extract
from documents.workbook.read import assemble
from states.projects.ledger import Sheet
from tests.documents.workbook.tables import TABLES

HEADING = ("项目名称", "投资方", "属地", "投资额（亿元）", "签约时间", "备注")


def workbook(
    *sheets: Sequence[Sequence[object]], merges: Sequence[str] = (), formats: dict[str, str] | None = None
) -> bytes:
    """A sheet for each list of rows; `formats`: address → number format, on every sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for rows in sheets:
        page: Any = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                address = xlsxwriter.utility.xl_rowcol_to_cell(at, column)
                code = (formats or {}).get(address)
                page.write(at, column, value, book.add_format({"num_format": code}) if code else None)
        for merge in merges:
            page.merge_range(merge, None)
            first = merge.partition(":")[0]
            row, column = xlsxwriter.utility.xl_cell_to_rowcol(first)
            page.write(row, column, rows[row][column])
    book.close()
    return out.getvalue()


def read(data: bytes) -> list[Sheet]:
    """In this process: what the worker does, less its limits."""
    return assemble(extract(data, TABLES), TABLES)


def ledger(*rows: Sequence[object], heading: Sequence[object] = HEADING) -> Sheet:
    return read(workbook([heading, *rows]))[0]


def project(
    name: str = "甲项目", amount: object = 1.5, on: object = "2018-03-05", remark: object = ""
) -> tuple[object, ...]:
    return name, "某公司", "咸安区", amount, on, remark
