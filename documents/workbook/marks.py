"""Marks the wrong cells in a workbook; runs in the worker, after the limits were checked."""

import io
from collections.abc import Sequence

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from documents.workbook.refused import WorkbookRefused
from documents.workbook.scan import scan
from states.projects.ledger import Refusal

_AUTHOR = "招落服"
_WRONG = PatternFill("solid", fgColor="FFFF9999")


def mark(data: bytes, refused: Sequence[Refusal]) -> bytes:
    """The workbook with each refused cell filled and commented."""
    scan(data)
    macros = b"xl/vbaProject.bin" in data
    book = load_workbook(io.BytesIO(data), rich_text=True, keep_vba=macros)
    for (sheet, cell), why in _by_cell(refused).items():
        _mark_cell(_worksheet(book, sheet), cell, "\n".join(why))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _by_cell(refused: Sequence[Refusal]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in refused:
        found.setdefault((one.sheet, one.cell), []).append(one.why)
    return found


def _worksheet(book: Workbook, name: str) -> Worksheet:
    if name not in book.sheetnames or not isinstance(sheet := book[name], Worksheet):
        raise WorkbookRefused(f"工作簿里没有工作表“{name}”：请用导入时的同一个文件")
    return sheet


def _mark_cell(sheet: Worksheet, address: str, why: str) -> None:
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        # Only the first cell of a merge shows; the comment names the row that it speaks of.
        merge = next(found for found in sheet.merged_cells.ranges if address in found)
        cell, why = sheet.cell(merge.min_row, merge.min_col), f"{address}：{why}"
    said = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(said + why, _AUTHOR, height=110, width=320)
    cell.fill = _WRONG
