"""口径: how each figure is to be read, with the clause it comes from. Texts follow the pack's own words."""

from states.dispatch.facts import AFTER_SIGNING, Reading
from states.dispatch.spans import Span

Definition = dict[str, str]


def definitions(reading: Reading) -> list[Definition]:
    """In the order in which the bulletin uses the words."""
    return [*_counting(reading), *_rates(reading), *_showing(reading)]


def _counting(reading: Reading) -> list[Definition]:
    pack, span = reading.pack, reading.span
    signed = pack.stage_in_role("signed")
    out = [
        _says(
            "统计期",
            f"{said(span)}。按发生日期归入统计期，以数据截止时点已经核定、且当时未被更正或撤销的记录为准；"
            "数据截止后核定的，计入以后各期（补报）。",
            pack.clause_of(pack.periods.clause),
        )
    ]
    if signed is not None:
        out.append(
            _says(
                f"新{signed.label}",
                f"统计期内{signed.label}的项目；金额为合同投资额。",
                pack.clause_of(signed.clause),
            )
        )
    return out


def _rates(reading: Reading) -> list[Definition]:
    pack = reading.pack
    signed = pack.stage_in_role("signed")
    out = []
    for role in AFTER_SIGNING:
        stage = pack.stage_in_role(role)
        if stage is not None and signed is not None:
            text = (
                f"截至统计期末累计已{stage.label}的项目数除以同一批{signed.label}项目总数；终止、置换的项目仍计入总数。"
                f"期内{stage.label}数是另一口径，单独列出。"
            )
            out.append(_says(f"{stage.label}率", text, pack.clause_of(stage.clause)))
    return out


def _showing(reading: Reading) -> list[Definition]:
    pack = reading.pack
    digits, amount = pack.rounding.percent_digits, pack.rounding.amount_yi_digits
    bands = "；".join(
        f"{band.label}指投资额不低于{band.from_yuan // 10_000}万元（含本数）" for band in pack.band
    )
    shown = (
        f"百分比保留{digits}位小数，四舍五入，完成率末位为0的略去；金额以亿元计，至多{amount}位小数，超出的四舍五入；"
        "占比的增减以百分点计，由未经取舍的占比相减。"
    )
    year_before = "与上年同一时段比较，上年为0的不计算。"
    named = pack.pack.document
    out = [_says("档次", f"{bands}。", named)] if bands else []
    return [*out, _says("同比", year_before, named), _says("取舍", shown, named)]


def said(span: Span) -> str:
    """ "2018年1月1日至6月30日"."""
    return f"{span.year}年1月1日至{span.on.month}月{span.on.day}日"


def _says(term: str, text: str, clause: str) -> Definition:
    return {"term": term, "text": text, "clause": clause}
