"""Ruled tables for Word documents, written as markup: a list of thousands of lines takes seconds, not minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from documents.cleaning import clean

HEI = "黑体"
SONG = "宋体"
LATIN = "Times New Roman"
TYPE_WIDTH = 156.0  # mm
TYPE_WIDTH_LANDSCAPE = 225.0  # mm: the same type area, turned
KEPT_ROWS = 14  # a table up to here stays on one page
TWIPS = 1440 / 25.4  # a millimetre
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading (\\n breaks it), width in mm, how its cells stand."""

    heading: str
    width: float
    align: Align = "center"


def scaled(columns: Sequence[Column], to: float = TYPE_WIDTH) -> list[Column]:
    """Columns that together are as wide as the type area."""
    factor = to / sum(column.width for column in columns)
    return [Column(column.heading, column.width * factor, column.align) for column in columns]


def table_markup(
    columns: Sequence[Column], rows: Sequence[Sequence[object]], *, total: bool, size: float
) -> str:
    """A <w:tbl>: fixed widths, heading repeated on every page, no row split, `total`: the last row in 黑体."""
    last, keep = len(rows) - 1, len(rows) <= KEPT_ROWS
    body = [
        _row(columns, row, HEI if total and n == last else SONG, size, keep=keep and n < last)
        for n, row in enumerate(rows)
    ]
    grid = "".join(f'<w:gridCol w:w="{_twips(column)}"/>' for column in columns)
    return f"<w:tbl {nsdecls('w')}>{_properties(columns)}<w:tblGrid>{grid}</w:tblGrid>{_head(columns, size)}{''.join(body)}</w:tbl>"


def _properties(columns: Sequence[Column]) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    return (
        f'<w:tblPr><w:tblW w:w="{sum(map(_twips, columns))}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )


def _head(columns: Sequence[Column], size: float) -> str:
    cells = [_cell(column, column.heading.split("\n"), HEI, size, "center", True) for column in columns]
    return f"<w:tr>{_row_properties(size, head=True)}{''.join(cells)}</w:tr>"


def _row(columns: Sequence[Column], row: Sequence[object], font: str, size: float, *, keep: bool) -> str:
    cells = [
        _cell(column, ["" if value is None else str(value)], font, size, column.align, keep)
        for column, value in zip(columns, row, strict=True)
    ]
    return f"<w:tr>{_row_properties(size)}{''.join(cells)}</w:tr>"


def _row_properties(size: float, *, head: bool = False) -> str:
    height = f'<w:trHeight w:val="{round(size * 38)}" w:hRule="atLeast"/>'
    return f"<w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if head else ''}</w:trPr>"


def _cell(column: Column, lines: Sequence[str], font: str, size: float, align: str, keep: bool) -> str:
    run = (
        f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}" w:cs="{LATIN}" w:hint="eastAsia"/>'
        f'<w:sz w:val="{round(size * 2)}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
    )
    texts = [f'<w:t xml:space="preserve">{escape(clean(line))}</w:t>' for line in lines]
    form = (
        f'<w:pPr>{"<w:keepNext/>" if keep else ""}<w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{round(size * 29)}" w:lineRule="exact"/><w:jc w:val="{align}"/></w:pPr>'
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(column)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p>{form}<w:r>{run}{'<w:br/>'.join(texts)}</w:r></w:p></w:tc>"
    )


def _twips(column: Column) -> int:
    return round(column.width * TWIPS)
