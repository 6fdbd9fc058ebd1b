"""Text as people leave it in cells: trimmed, collapsed, looked at for what must not go further."""

import re
import unicodedata
from functools import lru_cache

MAX_TEXT = 500
MAX_CODE = 100

# Invisible and harmless, pasted from web pages: dropped. Controls and bidi marks change what a reader sees: refused.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")
_ODD = re.compile(f"{_INVISIBLE.pattern}|{_FORBIDDEN.pattern}|\\s")
_INVISIBLES = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_EMPTY_SIGNS = frozenset({"/", "\\", "-", "--", "—", "——", "－", "／", "–", "―"})
ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


class CellWrong(ValueError):
    """What is wrong with a cell and what would be right, without the column's name."""


def quote(value: object) -> str:
    """A cell's content as a message shows it: at most 20 characters, controls as U+0000."""
    text = _FORBIDDEN.sub(lambda found: f"U+{ord(found[0]):04X}", str(value))
    text = _SPACE.sub(" ", text)
    return f"‘{text if len(text) <= 20 else text[:20] + '…'}’"


def clean(raw: str) -> str:
    """Trimmed, white space of any kind collapsed; raises `CellWrong` for controls, bidi marks and over-long text."""
    if not _ODD.search(raw) and len(raw) <= MAX_TEXT:
        return raw
    if bad := _FORBIDDEN.search(raw):
        raise CellWrong(f"含有不可见的控制字符（U+{ord(bad[0]):04X}）：请删去后重新输入文字")
    text = _SPACE.sub(" ", _INVISIBLE.sub("", raw)).strip()
    if len(text) > MAX_TEXT:
        raise CellWrong(f"有 {len(text)} 个字，超过上限 {MAX_TEXT}：请精简，详情另附材料")
    return text


def is_empty(value: object) -> bool:
    """A cell without content: blank, spaces only, or the stroke that stands for "none" in a printed table."""
    if not isinstance(value, str):
        return value is None
    bare = value.strip()
    return not bare or bare in _EMPTY_SIGNS or (bare[0] in _INVISIBLES and not bare.strip(_INVISIBLES))


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """The form in which headings and choices are compared: half width, no white space, lower case."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))).casefold()


def code(raw: str) -> str:
    """A number of paper or register: half width, capitals, no white space."""
    text = _SPACE.sub("", unicodedata.normalize("NFKC", clean(raw))).upper()
    if len(text) > MAX_CODE:
        raise CellWrong(f"有 {len(text)} 个字符，超过上限 {MAX_CODE}：请核对编号")
    return text
