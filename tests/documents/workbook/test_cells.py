"""Money, dates and text, form by form."""

from datetime import date, datetime, time

import pytest

from documents.workbook import amounts, dates, texts
from documents.workbook.amounts import FOREIGN, Unit, corner_unit, heading_unit
from documents.workbook.texts import CellWrong
from states.projects.ledger import Day

YI = Unit("亿元", 10**8)


@pytest.mark.parametrize(
    ("value", "yuan"),
    [
        (1.5, 150_000_000), (15, 1_500_000_000), ("1.5", 150_000_000), (0.1 + 0.2, 30_000_000), ("28,500万元", 285_000_000),
        ("28，500 万元", 285_000_000), ("４亿", 400_000_000), ("2000000万", 20_000_000_000), ("３．５亿元", 350_000_000),
        ("12 345 万元", 123_450_000), ("1亿5000万元", 150_000_000), ("人民币5000万元", 50_000_000), ("￥1.5亿元", 150_000_000),
        ("300元", 300), ("12345.6789万元", 123_456_789), ("3 亿 元", 300_000_000), ("1000万亿元", 10**15), ("　2亿元整 ", 200_000_000),
    ],
)  # fmt: skip
def test_amounts_are_exact(value: object, yuan: int) -> None:
    assert amounts.yuan(value, YI) == yuan


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("面议", "不是数字"), ("约3亿元", "不是数字"), ("3-5亿元", "不是数字"), ("2,85万元", "不是数字"), ("1e8", "不是数字"),
        ("一亿元", "不是数字"), (True, "不是数字"), (date(2018, 1, 1), "不是数字"), (float("nan"), "不是数字"), (float("inf"), "不是数字"),
        ("3亿美元", "外币须折算"), ("$300万", "外币须折算"), ("500万港币", "外币须折算"), (-1.5, "大于 0"), ("0", "大于 0"), (0.0, "大于 0"),
        ("0.00001万元", "不是整元"), (1 / 3, "不是整元"), ("1001万亿元", "过大"), (1e300, "过大"),
    ],
)  # fmt: skip
def test_amounts_refused(value: object, why: str) -> None:
    with pytest.raises(CellWrong, match=why):
        amounts.yuan(value, YI)


def test_a_bare_number_is_never_guessed() -> None:
    with pytest.raises(CellWrong, match="没有单位"):
        amounts.yuan(28500, None)
    with pytest.raises(CellWrong, match="外币须折算"):
        amounts.yuan(28500, FOREIGN)
    assert amounts.yuan("3万元", FOREIGN) == 30_000


@pytest.mark.parametrize(
    ("heading", "yuan"),
    [
        ("协议投资额(亿元)", 10**8), ("投资额（人民币、万元）", 10**4), ("投资额/亿元", 10**8), ("投资额：元", 1), ("总投资亿元", 10**8),
        ("到位资金\n（单位：万元）", 10**4), ("外资（万美元）", 0), ("投资额", None), ("10亿元以上项目", None), ("（亿元/万元）", None),
    ],
)  # fmt: skip
def test_units_in_headings(heading: str, yuan: int | None) -> None:
    unit = heading_unit(heading)
    assert (unit.yuan if unit else None) == yuan


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("单位：万元", 10**4), ("填报单位：某局  金额单位：亿元", 10**8), ("单位：个、亿元", 10**8), ("（单位：人民币 万元）", 10**4),
        ("填报单位:咸宁市招商局", None), ("填报单位：万元店镇", None), ("单位：亿元、万美元", None), ("单位：亿元/万元", None),
    ],
)  # fmt: skip
def test_units_in_corner_cells(text: str, yuan: int | None) -> None:
    unit = corner_unit(text)
    assert (unit.yuan if unit else None) == yuan


@pytest.mark.parametrize(
    "value",
    [
        date(2018, 3, 5), datetime(2018, 3, 5, 12, 30), "2018.3.5", "2018年3月5日", "2018/3/5", "2018-03-05", "2018-03-05 08:00:00",
        "２０１８年３月５日", "二〇一八年三月五日", "二○一八年三月五日", "二零一八年三月五日", "2018 年 3 月 5 日", "2018年3月5号", "20180305",
        20180305.0, 43164.0, 43164.75, "43164", "2018。3。5", "2018.03.05.", "2018年三月5日", "2018-03-05T08:00:00",
    ],
)  # fmt: skip
def test_a_day_in_every_form(value: object) -> None:
    assert dates.day(value) == Day(date(2018, 3, 5))


def test_han_numerals_to_the_end_of_the_month() -> None:
    assert dates.day("二〇一八年十二月三十一日") == Day(date(2018, 12, 31))
    assert dates.day("二〇一八年十月廿一日") == Day(date(2018, 10, 21))
    assert dates.day("二〇一八年十一月卅日") == Day(date(2018, 11, 30))
    assert dates.day("二〇二〇年元月十日") == Day(date(2020, 1, 10))


@pytest.mark.parametrize(
    "value",
    [
        "2026年3月",
        "2026.3",
        "2026-03",
        "2026/03",
        "二〇二六年三月",
        "2026年3月份",
        "202603",
        202603.0,
        2026.3,
    ],
)
def test_a_month_keeps_its_precision(value: object) -> None:
    assert dates.day(value) == Day(date(2026, 3, 31), "month")


def test_a_cell_that_shows_a_month_is_one() -> None:
    assert dates.day(date(2018, 2, 1), shows_month=True) == Day(date(2018, 2, 28), "month")
    assert dates.day(date(2018, 2, 9), shows_month=True) == Day(date(2018, 2, 9))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2018年13月5日", "无此日期"), ("2018-02-30", "无此日期：2018年2月没有 30 日"), ("20181305", "无此日期"), ("18.3.5", "不是四位"),
        ("18年3月", "不是四位"), ("3月5日", "没有年份"), ("3.5", "没有年份"), ("2018年", "只有年份"), (2018.0, "只有年份"), ("待定", "不是日期"),
        (2018.1, "可能是 1 月，也可能是 10 月"), ("1989-12-31", "1990"), ("2101-01-01", "2100"), (date(1900, 1, 1), "1990"), (5.0, "不是日期"),
        ("2018.3-2018.5", "不是日期"), ("2018年3月上旬", "不是日期"), (time(12, 0), "不是日期"), (True, "不是日期"), (1e300, "不是日期"),
        ("二〇一八年正月初五", "不是日期"), (float("nan"), "不是日期"), ("9999-12-31", "2100"),
    ],
)  # fmt: skip
def test_dates_refused(value: object, why: str) -> None:
    with pytest.raises(CellWrong, match=why):
        dates.day(value)


def test_serial_numbers_from_1904() -> None:
    assert dates.day(43164.0 - 1462, from_1904=True) == Day(date(2018, 3, 5))


def test_text_is_trimmed_and_collapsed() -> None:
    assert texts.clean(" 甲　项目\n二期\u200b\xa0") == "甲 项目 二期"
    assert texts.code("xn－ht 2018－０１") == "XN-HT2018-01"


@pytest.mark.parametrize("bad", ["a\x00", "a\x1fb", "\u202e甲", "甲\u2066", "\ud800", "\u200f甲"])
def test_controls_and_bidi_marks_are_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(CellWrong, match="控制字符") as caught:
        texts.clean(bad)
    assert texts.quote(bad).isprintable()
    assert str(caught.value).isprintable()


def test_five_hundred_characters_are_enough() -> None:
    assert len(texts.clean("长" * 500)) == 500
    with pytest.raises(CellWrong, match="501"):
        texts.clean("长" * 501)
