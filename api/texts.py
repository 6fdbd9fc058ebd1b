"""What may come in as text, number and date: bounded, strict, told in Chinese."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

BIGGEST = 2**31 - 1
FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)
HIDDEN = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # control, format (bidi among them), surrogate, unassigned


def clear(text: str) -> str:
    """Text without control, bidirectional and other unseen characters; line breaks and tabs may stand."""
    if any(unicodedata.category(sign) in HIDDEN and sign not in "\n\t" for sign in text):
        raise PydanticCustomError("zlf_unseen", "含有控制字符、双向排版字符或其他不可见字符")
    return text


def _digits(value: Any) -> Any:
    if isinstance(value, str):
        if not DIGITS.fullmatch(value):
            raise PydanticCustomError("zlf_whole", "应为不带符号的整数")
        return int(value)
    return value


def _day(value: Any) -> Any:
    if isinstance(value, str) and ISO.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("zlf_date", "应为日期，如 2018-07-02")


def _in_reach(value: date) -> date:
    if not FIRST <= value <= LAST:
        raise PydanticCustomError("zlf_date_range", f"日期应在 {FIRST} 与 {LAST} 之间")
    return value


Id = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=BIGGEST)]
Whole = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=10**16)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_in_reach)]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clear)
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(clear)
]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(clear)]
Value = Annotated[
    Line | Annotated[int, Field(strict=True, ge=0, le=10**16)], Field(description="文字，或整数（金额，元）")
]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
Limit = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=200, description="每页条数，最多 200")]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,400}$")]


class In(BaseModel):
    """What comes in: strict and closed."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Asked(BaseModel):
    """A query string: closed; its texts become numbers and dates by the validators above."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(from_attributes=True)
