"""The zip around a workbook, opened with nothing believed: every part is inflated here, counted and looked at.

`zipfile` stops at the size that an entry declares and would take a truncated part for the whole; the library that
reads the workbook later does not stop there. So the raw deflate stream is followed to its end.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from documents.workbook.refused import WorkbookRefused

MAX_FILE = 100 * 2**20
MAX_PARTS = 2_000
MAX_INFLATED = 400 * 2**20
MAX_RATIO = 100
# A blank, formatted sheet of a few KB compresses better than 100:1 and harms nobody: below this the ratio says nothing.
RATIO_FROM = 10 * 2**20
CHUNK = 2**20

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED = "文件不完整或已损坏：请在 Excel 或 WPS 中打开后另存为 .xlsx 再导入"


def parts(data: bytes) -> dict[str, zipfile.ZipInfo]:
    """The parts of an .xlsx by name, in the order stored, after everything that can be told without inflating."""
    _check_kind(data)
    try:
        listed = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise WorkbookRefused(DAMAGED) from error
    _check_listed(listed, len(data))
    return {part.filename: part for part in listed}


def _check_kind(data: bytes) -> None:
    if len(data) > MAX_FILE:
        raise WorkbookRefused(f"文件超过 {MAX_FILE // 2**20} MB：请拆分成几个工作簿再导入")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookRefused("工作簿设有打开密码：请取消密码后另存为 .xlsx 再导入")
        raise WorkbookRefused("这是旧格式（.xls、.et）：请在 Excel 或 WPS 中另存为 .xlsx 再导入")
    if not data.startswith(b"PK"):
        what = "文件是空的" if not data else "不是 .xlsx 工作簿（.csv、.et、.pdf 等不能导入）"
        raise WorkbookRefused(f"{what}：请在 Excel 或 WPS 中另存为 .xlsx 再导入")


def _check_listed(listed: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename.lower() for part in listed]
    if len(names) > MAX_PARTS:
        raise WorkbookRefused(
            f"工作簿内有 {len(names)} 个部件，超过上限 {MAX_PARTS}：请只保留台账工作表另存后再导入"
        )
    if len(set(names)) < len(names):
        raise WorkbookRefused(DAMAGED)
    if "xl/workbook.xml" not in names:
        binary = "xl/workbook.bin" in names
        kind = "这是二进制工作簿（.xlsb）" if binary else "压缩包里没有工作簿，不是 .xlsx"
        raise WorkbookRefused(f"{kind}：请在 Excel 或 WPS 中另存为 .xlsx 再导入")
    if any(part.flag_bits & 1 for part in listed):
        raise WorkbookRefused("工作簿已加密：请取消密码后另存为 .xlsx 再导入")
    if any(part.compress_type not in (_STORED, _DEFLATED) for part in listed):
        raise WorkbookRefused(DAMAGED)
    check_size(sum(part.file_size for part in listed), packed)


def check_size(inflated: int, packed: int) -> None:
    """Refuses what has inflated, or says that it will inflate, beyond the limits. Bytes."""
    if inflated > MAX_INFLATED:
        raise WorkbookRefused(
            f"工作簿解压后超过 {MAX_INFLATED // 2**20} MB：请删去多余的格式和工作表，或拆分后再导入"
        )
    if inflated > RATIO_FROM and inflated > MAX_RATIO * packed:
        raise WorkbookRefused(
            f"工作簿压缩比超过 {MAX_RATIO} 倍，疑似压缩炸弹：请在 Excel 或 WPS 中另存为 .xlsx 再导入"
        )


def inflate(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's content in pieces of at most 1 MB; refuses a part that is not exactly as long as declared."""
    produced = 0
    for piece in _pieces(_packed(data, part), part.compress_type):
        produced += len(piece)
        if produced > part.file_size:
            break
        yield piece
    if produced != part.file_size:
        raise WorkbookRefused(DAMAGED)


def _packed(data: bytes, part: zipfile.ZipInfo) -> memoryview:
    try:
        header = _LOCAL_HEADER.unpack_from(data, part.header_offset)
    except struct.error as error:
        raise WorkbookRefused(DAMAGED) from error
    start = part.header_offset + _LOCAL_HEADER.size + header[9] + header[10]
    if header[0] != b"PK\x03\x04" or start + part.compress_size > len(data):
        raise WorkbookRefused(DAMAGED)
    return memoryview(data)[start : start + part.compress_size]


def _pieces(packed: memoryview, method: int) -> Iterator[bytes]:
    if method == _STORED:
        for at in range(0, len(packed), CHUNK):
            yield bytes(packed[at : at + CHUNK])
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), CHUNK):
            waiting: bytes = bytes(packed[at : at + CHUNK])
            while waiting and not stream.eof:
                yield stream.decompress(waiting, CHUNK)
                waiting = stream.unconsumed_tail
        while not stream.eof and (rest := stream.decompress(b"", CHUNK)):
            yield rest
    except zlib.error as error:
        raise WorkbookRefused(DAMAGED) from error
