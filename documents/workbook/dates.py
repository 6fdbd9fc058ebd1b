"""Dates as people type them. A month without a day keeps its precision; nothing is guessed."""

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import isfinite

from documents.workbook.texts import CellWrong, clean, quote
from states.projects.ledger import Day

FIRST_YEAR, LAST_YEAR = 1990, 2100
_RIGHT = "请写成 2018-03-05 或 2018年3月5日（只知道月份的写 2018年3月）"
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)

_NUMERALS = str.maketrans("零〇○oO壹贰叁肆伍陆柒捌玖拾", "00000一二三四五六七八九十")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_HAN = "0-9一二三四五六七八九十廿卅元"
_TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$")
_WRITTEN = re.compile(
    rf"([{_HAN}]+)(?:年([{_HAN}]+)(?:月(?:份|([{_HAN}]+)[日号]?)?)?|(?P<mark>[./-])(\d+)(?:(?P=mark)(\d+))?)[.]?"
)
_SHORT_YEAR = re.compile(rf"['’]?[{_HAN}]{{2}}(?:年[{_HAN}]+月?.*|[./-]\d+[./-]\d+)")
_NO_YEAR = re.compile(rf"[{_HAN}]{{1,3}}月.*|\d{{1,2}}[./-]\d{{1,2}}")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR_ONLY = re.compile(rf"[{_HAN}]{{4}}年?")


@lru_cache(maxsize=32768, typed=True)
def day(value: object, *, shows_month: bool = False, from_1904: bool = False) -> Day:
    """The date in a cell. `shows_month`: the cell's format shows year and month only; `from_1904`: serial numbers'
    epoch. Raises `CellWrong`."""
    if isinstance(value, date):
        return _of_excel(value.date() if isinstance(value, datetime) else value, shows_month)
    if isinstance(value, str):
        return _written(value, from_1904)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value, shows_month, from_1904)
    raise CellWrong(f"{quote(value)}不是日期：{_RIGHT}")


def month(found: Day) -> Day:
    """The month that the day lies in."""
    return found if found.precision == "month" else _month(found.on.year, found.on.month)


def _of_excel(on: date, shows_month: bool) -> Day:
    _check_year(on.year, on.isoformat())
    # Typed as "2018年3月", Excel keeps the first day and a format without days: the person wrote a month.
    return _month(on.year, on.month) if shows_month and on.day == 1 else Day(on)


def _of_number(value: float, shows_month: bool, from_1904: bool) -> Day:
    shown = format(value, ".15g")
    if not isfinite(value) or value < 0:
        raise CellWrong(f"{quote(shown)}不是日期：{_RIGHT}")
    whole = int(value)
    if FIRST_YEAR <= whole <= LAST_YEAR and value != whole:
        return _of_decimal(shown)
    if value == whole and len(str(whole)) in (6, 8):
        return _written(str(whole), from_1904)
    if FIRST_YEAR <= value <= LAST_YEAR:
        raise CellWrong(f"{quote(shown)}只有年份：{_RIGHT}")
    return _of_excel(_serial(whole, shown, from_1904), shows_month)


def _of_decimal(shown: str) -> Day:
    """2018.3 typed into a plain cell. 2018.10 arrives as 2018.1, which may be January: never guessed."""
    year, _, rest = shown.partition(".")
    if rest == "1":
        raise CellWrong(f"{quote(shown)}可能是 1 月，也可能是 10 月：请写成 {year}年1月 或 {year}年10月")
    if len(rest) > 2:
        raise CellWrong(f"{quote(shown)}不是日期：{_RIGHT}")
    return _made(int(year), int(rest), None, shown)


def _serial(number: int, shown: str, from_1904: bool) -> date:
    epoch = _EPOCH_1904 if from_1904 else _EPOCH
    try:
        on = epoch + timedelta(days=number)
    except OverflowError as error:
        raise CellWrong(f"{quote(shown)}不是日期：{_RIGHT}") from error
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise CellWrong(f"{quote(shown)}不是日期：{_RIGHT}")
    return on


def _written(value: str, from_1904: bool) -> Day:
    text = _TIME.sub("", unicodedata.normalize("NFKC", clean(value)))
    text = re.sub(r"\s+", "", text).replace("。", ".").translate(_NUMERALS)
    if re.fullmatch(r"\d{5}", text):
        return Day(_serial(int(text), value, from_1904))
    if packed := _PACKED.fullmatch(text):
        return _made(int(packed[1]), int(packed[2]), int(packed[3]) if packed[3] else None, value)
    found = _WRITTEN.fullmatch(text)
    if not found or len(found[1]) != 4 or (year := _number(found[1])) is None:
        raise CellWrong(_why_not(text, value))
    numbers = [_number(part) for part in (found[2] or found[5], found[3] or found[6]) if part]
    if None in numbers:
        raise CellWrong(f"{quote(value)}不是日期：{_RIGHT}")
    return _made(year, numbers[0] or 0, numbers[1] if len(numbers) > 1 else None, value)


def _why_not(text: str, value: str) -> str:
    if _YEAR_ONLY.fullmatch(text):
        return f"{quote(value)}只有年份：{_RIGHT}"
    if _SHORT_YEAR.fullmatch(text):
        return f"{quote(value)}的年份不是四位：{_RIGHT}"
    if _NO_YEAR.fullmatch(text):
        return f"{quote(value)}没有年份：{_RIGHT}"
    return f"{quote(value)}不是日期：{_RIGHT}"


def _number(text: str) -> int | None:
    """A number in digits (2018, 05, 二〇一八) or in words up to 39 (十二, 二十一, 廿一); 元 is the first month."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if text == "元":
        return 1
    if "十" not in text:
        digits = text.translate(_DIGITS)
        return int(digits) if digits.isdecimal() else None
    tens, _, ones = text.translate(_DIGITS).partition("十")
    if len(tens) > 1 or len(ones) > 1 or not (tens + ones + "0").isdecimal():
        return None
    return int(tens or 1) * 10 + int(ones or 0)


def _made(year: int, month_no: int, day_no: int | None, value: str) -> Day:
    _check_year(year, value)
    if not 1 <= month_no <= 12:
        raise CellWrong(f"{quote(value)}无此日期：没有 {month_no} 月。{_RIGHT}")
    if day_no is None:
        return _month(year, month_no)
    if not 1 <= day_no <= monthrange(year, month_no)[1]:
        raise CellWrong(f"{quote(value)}无此日期：{year}年{month_no}月没有 {day_no} 日。{_RIGHT}")
    return Day(date(year, month_no, day_no))


def _check_year(year: int, value: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellWrong(f"{quote(value)}的年份不在 {FIRST_YEAR}—{LAST_YEAR} 之间：请核对")


def _month(year: int, month_no: int) -> Day:
    return Day(date(year, month_no, monthrange(year, month_no)[1]), "month")
