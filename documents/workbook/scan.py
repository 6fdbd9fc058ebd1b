"""What the reading library does not tell, taken from the sheets' XML while it is inflated for its size.

Hidden rows and columns; cells whose format shows a month without its day; error cells and formulas that were never
computed, both of which the library returns as empty. The XML is looked at, not parsed: 100 MB pass in about a second.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from documents.workbook import container
from documents.workbook.refused import WorkbookRefused

MAX_COLUMNS = 200
_MAX_INDEX = 32 * 2**20
_MAX_CARRY = 8 * 2**20
_INDEX = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")

_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_HIDDEN = re.compile(rb"<(?:\w+:)?row\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_COLUMN_HIDDEN = re.compile(rb"<(?:\w+:)?col\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_COLUMN_SPAN = re.compile(rb"\b(min|max)=[\"'](\d+)[\"']")
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3}\d+)[\"']")
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>")
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>))?</(?:\w+:)?c>"
)
# A cell with content beyond GR, the 200th column. Formatted empty cells out there are common and harmless.
_FAR = re.compile(
    rb"<(?:\w+:)?c\b[^>]*\br=[\"']((?:G[S-Z]|[H-Z][A-Z]|[A-Z]{3})\d+)[\"'](?:[^>]*[^/>])?>(?!</)"
)
_FAR_ADDRESS = re.compile(rb"r=[\"'](?:G[S-Z]|[H-Z][A-Z]|[A-Z]{3})\d")

# Number formats of the Chinese edition without a day (ECMA-376 part 1, 18.8.30), besides those that a file defines.
_MONTH_FORMATS = frozenset({"17", "27", "36", "50", "52", "57"})
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(slots=True)
class Hints:
    """What the XML of one sheet says beside its values. Rows and columns count from 1, cells are like "G7"."""

    rows: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    months: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    uncomputed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Scan:
    """The whole workbook: hints by sheet name, and whether its serial numbers count from 1904."""

    sheets: dict[str, Hints]
    from_1904: bool


def scan(data: bytes) -> Scan:
    """Inflates every part once, under the limits; raises `WorkbookRefused`."""
    listed = {name.lower(): part for name, part in container.parts(data).items()}
    index = {name: _whole(data, listed[name]) for name in _INDEX if name in listed}
    try:
        book = fromstring(index["xl/workbook.xml"], forbid_dtd=True)
        paths = _sheet_paths(book, fromstring(index["xl/_rels/workbook.xml.rels"], forbid_dtd=True))
        month = _month_cells(index.get("xl/styles.xml"))
    except DefusedXmlException as error:
        raise _doctype() from error
    except (ParseError, ValueError, KeyError) as error:
        raise WorkbookRefused(container.DAMAGED) from error
    hints = {path: Hints() for path in paths.values()}
    _pass(data, listed, hints, month)
    return Scan({sheet: hints[path] for sheet, path in paths.items()}, _from_1904(book))


def _pass(
    data: bytes,
    listed: Mapping[str, zipfile.ZipInfo],
    hints: Mapping[str, Hints],
    month: re.Pattern[bytes] | None,
) -> None:
    inflated = 0

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal inflated
        for piece in pieces:
            inflated += len(piece)
            container.check_size(inflated, len(data))
            yield piece

    for name, part in listed.items():
        pieces = _without_doctype(name, counted(container.inflate(data, part)))
        if name in hints:
            _look(hints[name], pieces, month)
        else:
            for _ in pieces:
                pass


def _whole(data: bytes, part: zipfile.ZipInfo) -> bytes:
    if part.file_size > _MAX_INDEX:
        raise WorkbookRefused("工作簿的样式或目录过大：请在 Excel 或 WPS 中新建工作簿、只粘贴数值后再导入")
    return b"".join(container.inflate(data, part))


def _doctype() -> WorkbookRefused:
    return WorkbookRefused(
        "工作簿内含有不允许的 XML 声明（DOCTYPE）：请在 Excel 或 WPS 中另存为 .xlsx 再导入"
    )


def _without_doctype(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Passes the part on unless it declares a document type, or is XML in an encoding that would hide one."""
    tail = None
    for piece in pieces:
        if tail is None and name.endswith((".xml", ".rels", ".vml")) and b"\0" in piece[:64]:
            raise WorkbookRefused(container.DAMAGED)
        if b"<!DOCTYPE" in (tail or b"") + piece:
            raise _doctype()
        tail = piece[-16:]
        yield piece


def _sheet_paths(book: Any, relations: Any) -> dict[str, str]:
    """Sheet name → part name in lower case."""
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    sheets = [item for item in book.iter() if item.tag.endswith("}sheet")]
    paths = {}
    for sheet in sheets:
        relation = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        paths[sheet.attrib["name"]] = normpath(join("/xl", targets[relation])).lstrip("/").lower()
    return paths


def _from_1904(book: Any) -> bool:
    properties = [item for item in book.iter() if item.tag.endswith("}workbookPr")]
    return any(item.get("date1904") in ("1", "true") for item in properties)


def _month_cells(styles: bytes | None) -> re.Pattern[bytes] | None:
    """Finds the cells whose number format shows year and month only; None if the workbook has no such format."""
    if styles is None:
        return None
    tree = fromstring(styles, forbid_dtd=True)
    own = [item for item in tree.iter() if item.tag.endswith("}numFmt")]
    formats = {item.get("numFmtId") for item in own if _shows_month(item.get("formatCode", ""))}
    formats |= _MONTH_FORMATS - {item.get("numFmtId") for item in own}
    cells = next((item for item in tree if item.tag.endswith("}cellXfs")), ())
    chosen = [str(number) for number, item in enumerate(cells) if item.get("numFmtId") in formats]
    if not chosen:
        return None
    return re.compile(rb"<(?:\w+:)?c\b([^>]*\bs=[\"'](?:%s)[\"'][^>]*)>" % "|".join(chosen).encode())


def _shows_month(code: str) -> bool:
    letters = set(_LITERAL.sub("", code).lower())
    return {"y", "m"} <= letters and not letters & {"d", "h", "s"}


def _look(hints: Hints, pieces: Iterator[bytes], month: re.Pattern[bytes] | None) -> None:
    for block in _row_blocks(pieces):
        hints.rows += len(_ROW.findall(block))
        if b"hidden=" in block:
            hints.hidden_rows += _numbers(_ROW_HIDDEN, block)
            hints.hidden_columns |= _columns(block)
        if b't="e"' in block or b"t='e'" in block:
            hints.errors |= _addresses(_ERROR, block, lambda _: True)
        if b"f>" in block or b"<f" in block:
            hints.uncomputed |= _addresses(_EMPTY_FORMULA, block, _never_computed)
        if month is not None:
            hints.months |= _addresses(month, block, lambda _: True)
        if _FAR_ADDRESS.search(block) and (far := _FAR.search(block)):
            raise WorkbookRefused(
                f"单元格 {far[1].decode()} 有内容，超出 {MAX_COLUMNS} 列的上限：请删除多余的列后再导入"
            )


def _row_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces cut anew after a row's end, so that no cell lies across two. A monstrous row is cut all the same."""
    carry = b""
    for piece in pieces:
        carry += piece
        cut = carry.rfind(b"row>") + 4
        if cut < 4 and len(carry) > _MAX_CARRY:
            cut = len(carry)
        if cut >= 4:
            yield carry[:cut]
            carry = carry[cut:]
    yield carry


def _numbers(pattern: re.Pattern[bytes], block: bytes) -> list[int]:
    found = (_ROW_NUMBER.search(attributes) for attributes in pattern.findall(block))
    return [int(number[1]) for number in found if number]


def _columns(block: bytes) -> set[int]:
    hidden: set[int] = set()
    for attributes in _COLUMN_HIDDEN.findall(block):
        span = {key: min(int(value), MAX_COLUMNS + 1) for key, value in _COLUMN_SPAN.findall(attributes)}
        hidden.update(range(span.get(b"min", 1), span.get(b"max", 0) + 1))
    return hidden


def _addresses(
    pattern: re.Pattern[bytes], block: bytes, holds: Callable[[re.Match[bytes]], bool]
) -> set[str]:
    found = (_ADDRESS.search(match[1]) for match in pattern.finditer(block) if holds(match))
    return {address[1].decode() for address in found if address}


def _never_computed(cell: re.Match[bytes]) -> bool:
    """An empty value is a result only where the cell says that its formula yields text."""
    return cell[2] is None or not re.search(rb"\bt=[\"']str[\"']", cell[1])
