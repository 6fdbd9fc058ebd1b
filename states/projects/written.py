"""Facts as a person types them into a form or a command: text, days, months, money, codes. Pure.

`documents.workbook` reads cells, where more forms occur (serial numbers, units in headings); here each value stands alone.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from states.projects.ledger import Day

MAX_TEXT, MAX_CODE = 500, 100
MAX_YUAN = 10**15
FIRST_YEAR, LAST_YEAR = 1990, 2100
FACTORS = {"元": 1, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
NO_ANSWER = frozenset(
    [
        "/",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "－",
        "／",
        "–",
        "―",
        "无",
        "暂无",
        "没有",
        "待定",
        "待补",
        "不详",
        "n/a",
        "none",
        "null",
    ]
)

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")
_MONEY = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:(万亿|千万|百万|亿|万)?元?)")
_TWO_PART = re.compile(r"(\d+)亿零?(\d{1,4}(?:\.\d+)?)万元?")
_DAY = re.compile(r"(\d{4})(?:年(\d{1,2})月(?:(\d{1,2})[日号])?|([-./])(\d{1,2})(?:\4(\d{1,2}))?)")


class Wrong(ValueError):
    """What is wrong with a value and what would be right, in Chinese, without its name."""


def text(value: object, limit: int = MAX_TEXT) -> str:
    """Trimmed, white space collapsed. Refuses controls, bidi marks, what says nothing and what is too long."""
    if not isinstance(value, str):
        raise Wrong("应为文字")
    if bad := _FORBIDDEN.search(value):
        raise Wrong(f"含有不可见的控制字符（U+{ord(bad[0]):04X}），请删去后重新输入")
    plain = _SPACE.sub(" ", _INVISIBLE.sub("", value)).strip()
    if not plain or plain.casefold() in NO_ANSWER or not any(sign.isalnum() for sign in plain):
        raise Wrong("没有实际内容，请如实填写")
    if len(plain) > limit:
        raise Wrong(f"有 {len(plain)} 个字，超过上限 {limit}，请精简")
    return plain


def code(value: object) -> str:
    """A number of a paper or register: half width, capitals, no white space; at most 100 characters."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text(value))).upper()[: MAX_CODE + 1]


def contract_no(value: object) -> str:
    """The number of a formal contract. A framework agreement (框架协议) moves nothing and is refused."""
    number = code(value)
    if len(number) > MAX_CODE:
        raise Wrong(f"超过上限 {MAX_CODE} 个字符，请核对编号")
    if re.search("框架|意向|备忘录", number):
        raise Wrong("框架协议、意向书不作为签约依据，请填正式合同的编号")
    return number


def credit_code(value: object) -> str:
    """A 统一社会信用代码, check character included (GB 32100)."""
    try:
        return str(uscc.validate(code(value)))
    except ValidationError as error:
        raise Wrong("不是有效的统一社会信用代码（18 位，末位为校验码），请按营业执照核对") from error


def money(value: object) -> int:
    """Whole yuan, exact: an int is yuan, text is an amount with or without its unit (元 if none)."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Wrong("不是金额，请注明单位，如 1.5亿元")
    amount = Decimal(value) if isinstance(value, int) else _amount(value)
    if amount <= 0:
        raise Wrong("金额须大于 0")
    if amount > MAX_YUAN:
        raise Wrong("金额过大，请核对数字和单位")
    if amount != amount.to_integral_value():
        raise Wrong("不是整元，请四舍五入到元")
    return int(amount)


def _amount(value: str) -> Decimal:
    if len(value) > 60:
        raise Wrong("不是金额，请注明单位，如 1.5亿元")
    plain = (
        _SPACE.sub("", unicodedata.normalize("NFKC", text(value))).removeprefix("人民币").removeprefix("¥")
    )
    if two := _TWO_PART.fullmatch(plain):
        return Decimal(two[1]) * 10**8 + Decimal(two[2]) * 10**4
    found = _MONEY.fullmatch(plain)
    if found is None:
        raise Wrong("不是金额，请写成 1.5亿元、15000万元 或 150000000元")
    number = Decimal(found[1].replace(",", "") + (found[2] or ""))
    return number * FACTORS[found[3] or "元"]


def day(value: object) -> Day:
    """A day, or a month without a day (on its last day, precision `month`)."""
    if isinstance(value, Day):
        return value
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise Wrong("不是日期，请写成 2018-03-05 或 2018年3月5日")
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", text(value)))
    found = _DAY.fullmatch(plain)
    if found is None:
        raise Wrong("不是日期，请写成 2018-03-05 或 2018年3月5日")
    last = found[3] or found[6]
    return _checked(int(found[1]), int(found[2] or found[5]), int(last) if last else None)


def month(value: object) -> Day:
    """The month in which a day lies."""
    found = day(value).on
    return _checked(found.year, found.month, None)


def _checked(year: int, month_no: int, day_no: int | None) -> Day:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Wrong(f"年份不在 {FIRST_YEAR}—{LAST_YEAR} 之间，请核对")
    if not 1 <= month_no <= 12:
        raise Wrong(f"没有 {month_no} 月，请核对")
    last = monthrange(year, month_no)[1]
    if day_no is None:
        return Day(date(year, month_no, last), "month")
    if not 1 <= day_no <= last:
        raise Wrong(f"{year}年{month_no}月没有 {day_no} 日，请核对")
    return Day(date(year, month_no, day_no))
