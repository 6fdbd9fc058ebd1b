"""Money and counts: exact, in whole yuan, and never without a unit."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite

from documents.workbook.texts import CellWrong, clean, key, quote

MAX_YUAN = 10**15
_FACTORS = {"元": 1, "千元": 10**3, "万": 10**4, "万元": 10**4, "百万": 10**6, "百万元": 10**6, "千万": 10**7,
            "千万元": 10**7, "亿": 10**8, "亿元": 10**8, "万亿": 10**12, "万亿元": 10**12}  # fmt: skip
_TOKEN = "万亿元?|亿元?|千万元?|百万元?|千元|万元?|元"  # noqa: S105 - a pattern, no secret
_CURRENCY = "美元|美金|欧元|港元|港币|日元|日圆|英镑|韩元|新台币|台币|加元|澳元|新加坡元|瑞士法郎|卢布|usd|us\\$|eur|hkd|jpy|gbp|krw|twd|\\$|€|£"
_FOREIGN = re.compile(f"[千百万亿]*(?:{_CURRENCY})")
_FOREIGN_CELL = re.compile(f"{_CURRENCY}|外币")
_STANDING = re.compile(f"(?<![一-鿿0-9])(?:人民币|rmb|¥)?({_TOKEN})(?![一-鿿])")
_ENDING = re.compile("(?:万亿元|千万元|百万元|亿元|万元|千元)$")
_UNIT_AT_END = re.compile(f"[,:/、-](?:单位:?)?(?:人民币)?(?:{_TOKEN})$|{_ENDING.pattern}")
_CORNER = re.compile(
    f"单位\\s*:?\\s*[(\\[]?(?:人民币|rmb|¥)?\\s*(?:[个人项家亩户]\\s*[,、/]\\s*)*({_TOKEN})(?![一-鿿])(\\s*[、,/和或]\\s*[百千万亿美元港欧]+)?"
)
_NUMBER = r"[-+]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+"
_AMOUNT = re.compile(f"({_NUMBER})({_TOKEN})?")
_TWO_PART = re.compile(r"(\d+)亿(?:零)?(\d{1,4}(?:\.\d+)?)万元?")
_COUNT = re.compile(f"({_NUMBER})(?:个|项|家|户|次|件|人|宗|%)?")
_RIGHT = "请填数字并注明单位，如 1.5亿元"


@dataclass(frozen=True, slots=True)
class Unit:
    """`yuan` is how many yuan one stands for; 0 = a foreign currency."""

    label: str
    yuan: int


FOREIGN = Unit("外币", 0)


def heading_unit(heading: str) -> Unit | None:
    """The unit that a heading names: 投资额（亿元）, 投资额/万元, 投资额亿元. None if it names none, or two."""
    text = key(heading)
    home = _FOREIGN.sub("", text)
    found = set(_STANDING.findall(home)) or {found[0] for found in _ENDING.finditer(home)}
    return _one(found, foreign=home != text)


def corner_unit(text: str) -> Unit | None:
    """The unit of a sheet, from a corner cell or sub-title: 单位：万元. None also where it names two."""
    plain = unicodedata.normalize("NFKC", text)
    found = _CORNER.findall(plain)
    if any(second for _, second in found):
        return None
    return _one({token for token, _ in found}, foreign=False)


def _one(tokens: set[str], *, foreign: bool) -> Unit | None:
    factors = {_FACTORS[token] for token in tokens}
    if len(factors) == 1:
        return Unit(min(tokens), factors.pop())
    return FOREIGN if foreign and not factors else None


def is_unit(text: str) -> bool:
    """Nothing but a unit: （万元）, 亿元, 单位:万元, 个."""
    bare = key(text).strip("()[]").removeprefix("单位").lstrip(":")
    return bare in _FACTORS or bare in ("个", "项", "家")


def without_unit(heading: str) -> str:
    """A heading's key less the unit in or after it."""
    text = re.sub(rf"[(\[][^()\[\]]*?(?:{_TOKEN})\)?[)\]]", _drop_unit, key(heading))
    text = _UNIT_AT_END.sub("", text) or text
    return text.strip("*★☆#:")


def _drop_unit(found: re.Match[str]) -> str:
    inner = _FOREIGN.sub("", found[0][1:-1])
    return "" if _STANDING.search(inner) or inner != found[0][1:-1] else found[0]


def yuan(value: object, unit: Unit | None) -> int:
    """Whole yuan. A unit in the cell beats `unit`, the heading's or the sheet's; without either it is refused."""
    number, own = _amount(value)
    unit = own or unit
    if unit is None:
        raise CellWrong(
            f"{quote(_shown(value))}没有单位，标题和表头也没有注明：{_RIGHT}，或在标题中注明（亿元）或（万元）"
        )
    if not unit.yuan:
        raise CellWrong(f"{quote(_shown(value))}是外币：外币须折算，请填折合人民币的数额，如 1.5亿元")
    return _whole(number * unit.yuan, value)


def _whole(amount: Decimal, value: object) -> int:
    if amount <= 0:
        raise CellWrong(f"{quote(_shown(value))}须大于 0：{_RIGHT}")
    if amount > MAX_YUAN:
        raise CellWrong(f"{quote(_shown(value))}过大，超过 1000 万亿元：请核对数字和单位")
    if amount != amount.to_integral_value():
        raise CellWrong(f"{quote(_shown(value))}不是整元：请四舍五入到元，如 12345.6789万元")
    return int(amount)


def _amount(value: object) -> tuple[Decimal, Unit | None]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellWrong(f"{quote(_shown(value))}不是数字：{_RIGHT}")
    if isinstance(value, str):
        return _written(value)
    return _typed(value), None


def _typed(value: float) -> Decimal:
    """What Excel shows of a float: 15 significant digits, so that 0.1+0.2 is 0.3."""
    if not isfinite(value):
        raise CellWrong(f"{quote(value)}不是数字：{_RIGHT}")
    return Decimal(format(value, ".15g"))


@lru_cache(maxsize=4096)
def _written(value: str) -> tuple[Decimal, Unit | None]:
    text = unicodedata.normalize("NFKC", clean(value)).casefold().replace(" ,", ",")
    if _FOREIGN_CELL.search(text):
        raise CellWrong(f"{quote(value)}是外币：外币须折算，请填折合人民币的数额，如 1.5亿元")
    text = re.sub(r"^(?:人民币|rmb|cny|¥)\s*|\s*(?:人民币|rmb|cny|整)$", "", text)
    text = re.sub(r"\s*([元千百万亿])\s*", r"\1", text)
    if two := _TWO_PART.fullmatch(text):
        return int(two[1]) * Decimal(10**8) + Decimal(two[2]) * 10**4, Unit("元", 1)
    if not (found := _AMOUNT.fullmatch(text)):
        raise CellWrong(f"{quote(value)}不是数字：{_RIGHT}")
    unit = Unit(found[2], _FACTORS[found[2]]) if found[2] else None
    return Decimal(re.sub("[, ]", "", found[1])), unit


def count(value: object) -> int:
    """A whole number, 0 or more; a counter word after it (100个) is dropped."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellWrong(f"{quote(_shown(value))}不是数字：请填整数，如 100")
    number = _counted(value) if isinstance(value, str) else _typed(value)
    if number < 0 or number > MAX_YUAN or number != number.to_integral_value():
        raise CellWrong(f"{quote(_shown(value))}不是 0 以上的整数：请填整数，如 100")
    return int(number)


def _counted(value: str) -> Decimal:
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", clean(value)))
    if not found:
        raise CellWrong(f"{quote(value)}不是数字：请填整数，如 100")
    return Decimal(re.sub("[, ]", "", found[1]))


def _shown(value: object) -> object:
    return format(value, ".15g") if isinstance(value, float) else value
