"""What is refused before it is parsed, and what stops the parsing."""

import io
import re
import struct
import zipfile
import zlib
from datetime import datetime

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from documents.workbook import container
from documents.workbook.confined import run
from documents.workbook.read import read_workbook
from documents.workbook.refused import WorkbookRefused
from documents.workbook.scan import scan
from states.projects.ledger import Day
from tests.documents.workbook.made import make
from tests.documents.workbook.sheet import HEADING, project, read, workbook
from tests.documents.workbook.tables import TABLES

GOOD = workbook([HEADING, project()])
SHEET = "xl/worksheets/sheet1.xml"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def changed(part: str, old: str, new: str, data: bytes = GOOD) -> bytes:
    parts = parts_of(data)
    assert old.encode() in parts[part]
    return zipped({**parts, part: parts[part].replace(old.encode(), new.encode(), 1)})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"旧格式（.xls、.et）"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("项目名称,投资方\n".encode("gbk"), "不是 .xlsx"),
        (GOOD[: len(GOOD) // 2], "不完整或已损坏"),
        (b"PK\x03\x04" + bytes(100), "不完整或已损坏"),
        (zipped({"a.txt": b"a"}), "没有工作簿"),
        (zipped({"xl/workbook.bin": b"a"}), "没有工作簿|二进制"),
        (zipped({"xl/workbook.xml": b"<not"}), "已损坏"),
        (zipped({**parts_of(GOOD), **{f"x{n}": b"" for n in range(2_001)}}), "部件"),
        (changed(SHEET, "<worksheet", '<!DOCTYPE a [<!ENTITY b "c">]><worksheet'), "DOCTYPE"),
        (changed("xl/workbook.xml", "<workbook", "<!DOCTYPE a><workbook"), "DOCTYPE"),
        (zipped({**parts_of(GOOD), "xl/worksheets/x.xml": "<?xml?><!DOCTYPE a>".encode("utf-16")}), "已损坏"),
    ],
)
def test_what_is_no_sound_workbook_is_refused_with_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(WorkbookRefused, match=why):
        scan(data)


def test_the_worker_says_the_same_as_a_refusal() -> None:
    with pytest.raises(WorkbookRefused, match="不完整或已损坏"):
        read_workbook(GOOD[:700], TABLES)


def test_a_doctype_across_two_pieces_is_found() -> None:
    at = container.CHUNK - 5
    with pytest.raises(WorkbookRefused, match="DOCTYPE"):
        scan(zipped({**parts_of(GOOD), "x.xml": b" " * at + b"<!DOCTYPE a>"}))


def test_blank_space_that_inflates_is_refused_by_its_ratio() -> None:
    with pytest.raises(WorkbookRefused, match="压缩比"):
        scan(zipped({**parts_of(GOOD), "x.xml": b" " * (30 * 2**20)}))


def test_a_small_file_may_compress_as_well_as_it_likes() -> None:
    scan(zipped({**parts_of(GOOD), "x.xml": b" " * (5 * 2**20)}))


def lying(data: bytes, name: str, size: int, crc: int) -> bytes:
    """The archive with another size and check sum declared for a part, in both places."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(name)
        local, central = info.header_offset + 14, data.index(b"PK\x01\x02", archive.start_dir)
    out = bytearray(data)
    while not out[central + 46 :].startswith(name.encode()):
        central = out.index(b"PK\x01\x02", central + 4)
    for at in (local, central + 16):
        struct.pack_into("<L", out, at, crc)
        struct.pack_into("<L", out, at + 8, size)
    return bytes(out)


def test_a_part_that_declares_less_than_it_holds_is_refused_though_its_check_sum_fits() -> None:
    content = b" " * 3_000_000
    data = lying(zipped({**parts_of(GOOD), "x.xml": content}), "x.xml", 10, zlib.crc32(content[:10]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("x.xml") == content[:10]
    with pytest.raises(WorkbookRefused, match="已损坏"):
        scan(data)


def test_content_far_to_the_right_or_far_below_is_refused_with_its_place() -> None:
    far = changed(SHEET, "</row>", '<c r="XFD1" t="str"><v>1</v></c></row>')
    with pytest.raises(WorkbookRefused, match="XFD1"):
        scan(far)
    below = changed(SHEET, "</sheetData>", '<row r="250000"><c r="A250000"><v>1</v></c></row></sheetData>')
    with pytest.raises(WorkbookRefused, match="第 250000 行"):
        read_workbook(below, TABLES)


def test_formatted_empty_cells_far_away_are_harmless() -> None:
    data = changed(SHEET, "</row>", '<c r="XFD1" s="0"/></row>')
    assert len(read(data)[0].rows) == 1


def test_a_bomb_within_the_sizes_is_stopped_by_the_memory_limit() -> None:
    long = "长" * 20_000
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(10, 20_000))
    parts = parts_of(changed(SHEET, "</sheetData>", f"{cells}</sheetData>"))
    parts["xl/sharedStrings.xml"] = re.sub(
        rb"<si><t>[^<]*", f"<si><t>{long}".encode(), parts["xl/sharedStrings.xml"], count=1
    )
    with (
        pytest.raises(WorkbookRefused, match="内存或时间"),
        run({"do": "read", "tables": []}, zipped(parts), memory=400 * 2**20) as (messages, _),
    ):
        list(messages)
    with run({"do": "read", "tables": []}, GOOD, memory=400 * 2**20) as (messages, _):
        assert any("未识别" in str(message) for message in messages)


def test_the_time_limit_ends_a_worker() -> None:
    data = make(5).data
    with (
        pytest.raises(WorkbookRefused, match="内存或时间"),
        run({"do": "read", "tables": []}, data, seconds=0) as (told, _),
    ):
        list(told)


def test_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (HEADING, project("甲"), project("乙"), project("丙")):
        page.append(row)
    page.row_dimensions[3].hidden = True
    page.column_dimensions["E"].hidden = True
    page.sheet_state = "hidden"
    book.create_sheet("别的")
    sheet = read(saved(book))[0]
    assert len(sheet.rows) == 3
    said = "\n".join(sheet.remarks)
    assert "第 3 行" in said
    assert "E 列" in said
    assert "工作表“Sheet”是隐藏的" in said


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_formula_that_was_never_computed_is_refused_where_it_matters() -> None:
    book = openpyxl.Workbook()
    for row in (HEADING, project(), project(remark="=1+1"), project(amount="=1+1")):
        book.active.append(row)
    sheet = read(saved(book))[0]
    assert {one.cell for one in sheet.refused} == {"F3", "D4"}
    assert "公式还没有计算" in sheet.refused[0].why


def test_error_cells_which_the_library_gives_as_empty_are_refused() -> None:
    data = changed(SHEET, "</row></sheetData>", '<c r="F2" t="e"><v>#REF!</v></c></row></sheetData>')
    assert [one.cell for one in read(data)[0].refused] == ["F2"]


def test_a_workbook_that_counts_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (HEADING, project(on=datetime(2018, 3, 5)), project(on=43164 - 1462)):
        book.active.append(row)
    values = [row.values["signed"] for row in read(saved(book))[0].rows]
    assert values == [Day(datetime(2018, 3, 5).date())] * 2


def test_any_truncation_or_flipped_byte_is_read_or_refused_in_words() -> None:
    data = make(7, sheets=1).data
    step = max(1, len(data) // 60)
    for at in range(0, len(data), step):
        for broken in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            try:
                read(broken)
            except WorkbookRefused as refused:
                assert refused.detail
