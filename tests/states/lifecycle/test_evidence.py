"""Evidence held against the pack: names, kinds, groups, dates, uniqueness."""

from datetime import date

import pytest

from states.errors import EvidenceMissing, Malformed
from states.lifecycle.checklist import missing
from states.lifecycle.evidence import Known, check, required
from states.lifecycle.requests import report
from states.policy.load import parse, shipped
from states.projects.facts import latest
from states.projects.ledger import Day

PACK = parse(shipped())
TODAY = date(2026, 6, 1)
REACHED = {
    "intent": Day(date(2026, 1, 5)),
    "negotiation": Day(date(2026, 1, 12)),
    "signed": Day(date(2026, 2, 2)),
    "registered": Day(date(2026, 3, 2)),
    "construction": Day(date(2026, 4, 1)),
}
SIGN = {
    "签约时间": "2026-02-02",
    "合同编号": "XN-1",
    "合同投资额": "1.5亿元",
    "合法性审查编号": "合1",
    "公平竞争审查编号": "公1",
}
REGISTER = {"注册时间": "2026-03-02", "企业名称": "某某公司", "信用代码": "91110000600037341L"}


def known(before: str, **more) -> Known:
    keys = list(PACK.stage_keys)
    reached = {key: day for key, day in REACHED.items() if keys.index(key) < keys.index(before)}
    return Known(today=TODAY, reached=reached, **more)


def faults(session, stage, given, **more):
    try:
        check(session, PACK, PACK.stage_of(stage), given, known(stage, **more))
    except EvidenceMissing as error:
        return error.facts["fields"]
    return {}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("1.5亿元", 150_000_000),
        ("28,500万元", 285_000_000),
        ("15000万", 150_000_000),
        ("1亿5000万元", 150_000_000),
        ("１.５亿", 150_000_000),
        ("150000000元", 150_000_000),
        ("150000000", 150_000_000),
        (150_000_000, 150_000_000),
        ("0.03亿元", 3_000_000),
    ],
)
def test_money_is_exact(session, given, value):
    checked = check(session, PACK, PACK.stage_of("signed"), SIGN | {"合同投资额": given}, known("signed"))
    assert checked.values["amount"] == value


@pytest.mark.parametrize(
    ("stage", "change", "field"),
    [
        ("signed", {"合同投资额": "0"}, "amount"),
        ("signed", {"合同投资额": "约3亿"}, "amount"),
        ("signed", {"合同投资额": "-1亿元"}, "amount"),
        ("signed", {"合同投资额": "3亿美元"}, "amount"),
        ("signed", {"合同投资额": True}, "amount"),
        ("signed", {"合同投资额": 1.5}, "amount"),
        ("signed", {"合同投资额": "0.123456789012亿元"}, "amount"),
        ("signed", {"合同投资额": "9" * 50}, "amount"),
        ("signed", {"合同编号": "框架协议-1"}, "contract_no"),
        ("signed", {"合同编号": "—"}, "contract_no"),
        ("signed", {"合同编号": "X" * 101}, "contract_no"),
        ("signed", {"合法性审查编号": None}, "legal_review_no"),
        ("signed", {"公平竞争审查编号": ""}, "fair_competition_no"),
        ("signed", {"合法性审查编号": "待定"}, "legal_review_no"),
        ("registered", {"信用代码": "91110000600037341A"}, "credit_code"),
        ("registered", {"信用代码": "9111000060003734"}, "credit_code"),
        ("registered", {"信用代码": 911100006000373411}, "credit_code"),
        ("registered", {"企业名称": "甲\u202e乙"}, "enterprise_name"),
        ("registered", {"企业名称": "甲\x00乙"}, "enterprise_name"),
        ("registered", {"企业名称": "\ud800"}, "enterprise_name"),
        ("registered", {"企业名称": "长" * 501}, "enterprise_name"),
        ("registered", {"企业名称": "  "}, "enterprise_name"),
        ("registered", {"注册时间": None}, "occurred_on"),
        ("registered", {"注册时间": "2026-06-02"}, "occurred_on"),
        ("registered", {"注册时间": "2026年6月"}, "occurred_on"),
        ("registered", {"注册时间": "2026-02-01"}, "occurred_on"),
        ("registered", {"注册时间": "2026-13-01"}, "occurred_on"),
        ("registered", {"注册时间": "2026-02-30"}, "occurred_on"),
        ("registered", {"注册时间": "0000-01-01"}, "occurred_on"),
        ("registered", {"注册时间": "三月"}, "occurred_on"),
        ("registered", {"注册时间": 20260302}, "occurred_on"),
    ],
)
def test_each_fault_is_named_by_its_field(session, stage, change, field):
    given = (SIGN if stage == "signed" else REGISTER) | change
    assert list(faults(session, stage, given)) == [field]


@pytest.mark.parametrize(
    "written",
    ["2026-03-02", "2026.3.2", "2026/03/02", "2026年3月2日", "２０２６年３月２日", date(2026, 3, 2)],
)
def test_dates_as_people_write_them(session, written):
    checked = check(
        session, PACK, PACK.stage_of("registered"), REGISTER | {"注册时间": written}, known("registered")
    )
    assert checked.occurred == Day(date(2026, 3, 2))


def test_a_month_keeps_its_precision_and_may_hold_an_earlier_day(session):
    node = PACK.stage_of("registered")
    checked = check(session, PACK, node, REGISTER | {"注册时间": "2026年2月"}, known("registered"))
    assert checked.occurred == Day(date(2026, 2, 28), "month")
    before = Known(today=TODAY, reached={"signed": Day(date(2026, 3, 31), "month")})
    assert check(session, PACK, node, REGISTER, before).occurred.on == date(2026, 3, 2)


@pytest.mark.parametrize("name", ["enterprise_name", "企业名称", "项目公司", "公司名称", " 企业 名称 "])
@pytest.mark.parametrize("day", ["occurred_on", "date", "注册时间", "注册日期", "registered_on", "时间"])
def test_any_name_that_the_office_uses(session, name, day):
    given = {day: "2026-03-02", name: "某某公司", "credit_code": "91110000600037341l"}
    checked = check(session, PACK, PACK.stage_of("registered"), given, known("registered"))
    assert checked.values == {"enterprise_name": "某某公司", "credit_code": "91110000600037341L"}


def test_unknown_and_doubled_names_are_refused(session):
    with pytest.raises(Malformed, match="没有这些佐证：“法人”"):
        faults(session, "registered", REGISTER | {"法人": "张三"})
    with pytest.raises(Malformed, match="重复给出"):
        faults(session, "registered", REGISTER | {"enterprise_name": "另一公司"})


def test_reviews_are_asked_only_of_contracts_from_2024_08_01_on(session):
    old = {key: value for key, value in SIGN.items() if "审查" not in key}
    before = Known(today=TODAY, reached={})
    node = PACK.stage_of("signed")
    check(session, PACK, node, old | {"签约时间": "2024-07-31"}, before)
    with pytest.raises(EvidenceMissing, match="合法性审查编号"):
        check(session, PACK, node, old | {"签约时间": "2024-08-01"}, before)


@pytest.mark.parametrize(
    ("land", "given", "fine"),
    [
        (None, {"施工许可证编号": "施1"}, True),
        (None, {"施工合同编号": "合1"}, True),
        (None, {}, False),
        (None, {"租赁合同编号": "租1", "设备进场日期": "2026-04-01"}, False),
        ("新增用地", {"租赁合同编号": "租1", "设备进场日期": "2026-04-01"}, False),
        ("标准厂房", {"租赁合同编号": "租1", "设备进场日期": "2026-04-01"}, True),
        ("标准厂房", {"租赁合同编号": "租1"}, False),
        ("标准厂房", {"设备进场日期": "2026-04-01"}, False),
        ("标准厂房", {"租赁合同编号": "租1", "施工合同编号": "合1"}, True),
        ("标准厂房", {"租赁合同编号": "租1", "设备进场日期": "2026-07-01"}, False),
    ],
)
def test_any_of_a_group_suffices_with_what_belongs_together(session, land, given, fine):
    found = faults(session, "construction", {"开工时间": "2026-04-01"} | given, land=land)
    assert (found == {}) == fine


def test_the_first_invoice_month_may_be_this_month_but_not_the_next(session):
    day = {"投产时间": "2026-05-06"}
    assert faults(session, "production", day | {"首张发票月份": "2026年6月"}) == {}
    assert list(faults(session, "production", day | {"首张发票月份": "2026-07"})) == ["first_invoice_month"]


def test_slots_that_are_held_need_not_be_named_again_and_names_must_be_known(staff):
    node, day = PACK.stage_of("negotiation"), {"洽谈时间": "2026-01-12", "研判意见": "可推进"}
    held = known("negotiation", slots=frozenset({"responsible_unit", "specialist"}))
    check(staff.session, PACK, node, day, held)
    assert [item.key for item in required(PACK, node, held)] == ["occurred_on", "opinion"]
    lacking = faults(staff.session, "negotiation", day)
    assert set(lacking) == {"responsible_unit", "specialist"}
    unknown = faults(staff.session, "negotiation", day | {"责任单位": "天外局", "项目专员": "无此人"})
    assert set(unknown) == {"responsible_unit", "specialist"}


def test_a_contract_number_is_unique_in_the_office_and_written_one_way(staff, walk, at):
    walk("signed", contract="XN-2026-0001")
    second = walk("negotiation")
    given = SIGN | {"合同编号": "ｘｎ-2026-0001 "}
    with pytest.raises(EvidenceMissing, match="已用于项目"):
        report(staff.session, staff.actor("zhuan"), at("2026-03-02"), second.id, "sign", given)


def test_the_checklist_of_the_next_step(staff, walk):
    project = walk("signed")
    todo = missing(staff.session, project, TODAY)
    assert (todo.trigger, todo.step) == ("register", "签约→注册")
    assert [(item.key, item.label) for item in todo.items] == [
        ("occurred_on", "注册时间"),
        ("enterprise_name", "企业名称"),
        ("credit_code", "统一社会信用代码"),
    ]
    assert latest(staff.session, project.id).contract_no == "XN-2026-0001"
