"""Workbooks as offices write them, made from a seed, with what they say and which of their cells are wrong.

`make(seed)` → the file, the rows a reader must find and the cells it must refuse. Nothing here reads a workbook.
Rows are coherent for the domain too: dates ascend, names and contract numbers are unique, credit codes check.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import xlsxwriter

from states.projects.ledger import Day

LOCALITIES = ("咸安区", "嘉鱼县", "通城县", "崇阳县", "通山县", "赤壁市", "咸宁高新区")
HEADINGS = {
    "name": ("项目名称", "招商项目名称", "项 目 名 称", "*项目名称", "项目名称（全称）"),
    "investor": ("投资方", "投资方名称", "投资主体", "投资\n单位"),
    "locality": ("属地", "所属县市区", "落户地"),
    "kind": ("产业类别", "项目类别", "工业/非工业"),
    "industry": ("行业", "所属行业", "行业类别"),
    "amount": ("投资额", "协议投资额", "拟投资额", "总投资", "合同投资额"),
    "contract_no": ("合同编号", "合同号", "协议编号："),
    "signed": ("签约时间", "签约日期", "合同签订时间"),
    "registered": ("注册时间", "注册日期", "工商注册时间"),
    "construction": ("开工时间", "开工日期", "动工时间"),
    "production": ("投产时间", "投产日期", "投产运营时间"),
    "enterprise_name": ("企业名称", "注册企业名称", "项目公司"),
    "credit_code": ("统一社会信用代码", "信用代码"),
    "land": ("用地方式", "供地方式"),
    "leader": ("包保领导", "挂点领导"),
    "unit": ("责任单位", "牵头单位"),
    "specialist": ("项目专员", "招商专员"),
    "remark": ("备注", "说明"),
}
STEPS = ("signed", "registered", "construction", "production")
GROUPS = {
    "产业": ("kind", "industry"),
    "进度节点": STEPS,
    "企业注册": ("enterprise_name", "credit_code"),
    "责任体系": ("leader", "unit", "specialist"),
}
UNITS = {"亿元": 10**8, "万元": 10**4, "元": 1, "亿": 10**8, "万": 10**4}
UNKNOWN = ("投资强度", "用电负荷", "资料是否齐全")
FULL_WIDTH = str.maketrans("0123456789.,-/", "０１２３４５６７８９．，－／")
WRONG = {
    "money": ("面议", "约3亿元", "3亿美元", "-5万元", "0", "一点五亿元", "2,85万元", "0.00001万元", "#N/A"),
    "date": (
        "2018年13月5日",
        "2018-02-30",
        "待定",
        "18.3.5",
        "2018年",
        "3月5日",
        2018.1,
        "1958年3月5日",
        "#REF!",
    ),
    "text": ("坏\u202e文字", "长" * 501, "控\x07制"),
    "choice": ("其它类", "工业园"),
}


@dataclass
class Made:
    """`rows`: (sheet, row) → values by field; `refused`: (sheet, cell) of every wrong cell; `unknown`: per sheet."""

    data: bytes
    rows: dict[tuple[str, int], dict[str, object]]
    refused: set[tuple[str, str]]
    unknown: dict[str, set[str]]


@dataclass
class _Sheet:
    random: Random
    name: str
    book: xlsxwriter.Workbook
    made: Made
    top: int = 0
    left: int = 0
    columns: list[str] = field(default_factory=list)
    unit: str = ""

    def __post_init__(self) -> None:
        self.page = self.book.add_worksheet(self.name)
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.month = self.book.add_format({"num_format": 'yyyy"年"m"月"'})
        self.row = self.top


def make(seed: int, sheets: int | None = None) -> Made:
    random = Random(seed)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    made = Made(b"", {}, set(), {})
    for number in range(sheets or random.randint(1, 3)):
        _ledger(_Sheet(random, f"第{number + 1}批", book, made), seed * 10 + number)
    if random.random() < 0.3:
        book.add_worksheet("Sheet9")
    book.close()
    made.data = out.getvalue()
    return made


def _ledger(sheet: _Sheet, serial: int) -> None:
    random = sheet.random
    sheet.row = random.choice((0, 0, 0, 1, 3))
    sheet.left = random.choice((0, 0, 0, 1, 2))
    sheet.columns = _columns(random)
    unit_at = random.choice(("heading", "heading", "corner", "cell"))
    sheet.unit = "" if unit_at == "cell" else random.choice(("亿元", "万元", "元"))
    _titles(sheet, unit_at)
    heading_rows = _heading(sheet, unit_at)
    first = sheet.row
    projects = [_project(random, serial * 100 + n) for n in range(random.randint(3, 25))]
    projects.sort(key=lambda project: str(project["locality"]))
    _body(sheet, projects, heading_rows)
    if random.random() < 0.5:
        _foot(sheet)
    if random.random() < 0.3:
        sheet.page.set_row(first, None, None, {"hidden": True})


def _columns(random: Random) -> list[str]:
    """Blocks in any order; the columns of a group stay together. "" has no field: a serial number or an unknown one."""
    steps = STEPS[: random.randint(1, 4)]
    blocks: list[list[str]] = [["name"], ["investor"], ["locality"], ["amount"], ["contract_no"], list(steps)]
    extra: list[list[str]] = [["kind", "industry"], ["land"], ["leader", "unit", "specialist"], ["remark"]]
    blocks += [block for block in extra if random.random() < 0.7]
    if "registered" in steps:
        blocks.append(["enterprise_name", "credit_code"])
    random.shuffle(blocks)
    columns = [name for block in blocks for name in block]
    if random.random() < 0.7:
        columns.insert(0, "#序号")
    for unknown in UNKNOWN:
        if random.random() < 0.2:
            columns.append(f"#{unknown}")
    return columns


def _titles(sheet: _Sheet, unit_at: str) -> None:
    last = sheet.left + len(sheet.columns) - 1
    titles = sheet.random.randint(0, 2)
    for n in range(titles):
        text = ("某市招商引资项目台账", "填报单位：某市招商局    数据截至：2018年6月30日")[n]
        sheet.page.merge_range(sheet.row, sheet.left, sheet.row, last, text)
        sheet.row += 1
    if unit_at == "corner":
        text = sheet.random.choice(
            (f"单位：{sheet.unit}", f"（金额单位: {sheet.unit}）", f"单位：个、{sheet.unit}")
        )
        sheet.page.write_string(sheet.row, last, text)
        sheet.row += 1


def _heading(sheet: _Sheet, unit_at: str) -> Callable[[int], int]:
    """Writes the heading; returns what writes it again at a row and says how many rows it took."""
    texts = {name: sheet.random.choice(HEADINGS[name]) for name in sheet.columns if not name.startswith("#")}
    if unit_at == "heading":
        form = sheet.random.choice(("{}（{}）", "{}({})", "{}\n（单位：{}）", "{}/{}", "{}:{}"))
        texts["amount"] = form.format(texts["amount"], sheet.unit)
    height = sheet.random.choice((1, 1, 2, 2, 3))
    grouped = [title for title, names in GROUPS.items() if height > 1 and set(names) & set(sheet.columns)]
    grouped = [title for title in grouped if len(set(GROUPS[title]) & set(sheet.columns)) > 1]
    if "产业" in grouped:
        texts["kind"] = sheet.random.choice(("类别", texts["kind"]))
    merged = sheet.random.random() < 0.8
    sheet.made.unknown[sheet.name] = {name[1:] for name in sheet.columns if name[1:] in UNKNOWN}

    def write(row: int) -> int:
        inside: set[str] = set()
        top = row
        if height == 3:
            sheet.page.merge_range(row, sheet.left, row, sheet.left + len(sheet.columns) - 1, "项目基本情况")
            top = row + 1
        for title in grouped:
            names = [name for name in sheet.columns if name in GROUPS[title]]
            at = sheet.left + sheet.columns.index(names[0])
            _across(sheet, top, at, at + len(names) - 1, title, merged)
            inside |= set(names)
        for n, name in enumerate(sheet.columns):
            text = texts.get(name, name[1:])
            if height > 1 and name not in inside and merged:
                sheet.page.merge_range(top, sheet.left + n, top + 1, sheet.left + n, text)
            else:
                sheet.page.write_string(top + (height > 1 and name in inside), sheet.left + n, text)
        return min(height, 2) + (height == 3)

    sheet.row += write(sheet.row)
    return write


def _across(sheet: _Sheet, row: int, first: int, last: int, text: str, merged: bool) -> None:
    if merged and last > first:
        sheet.page.merge_range(row, first, row, last, text)
    else:
        sheet.page.write_string(row, first, text)


def _project(random: Random, serial: int) -> dict[str, object]:
    stage = random.randint(1, 4)
    on = date(2016, 1, 4) + timedelta(days=random.randint(0, 500))
    values: dict[str, object] = {
        "name": random.choice(("智能制造项目", "合计科技园", "小计精密仪器", "说明书印刷厂"))
        + f"{serial:06}",
        "investor": f"投资方{serial % 977:03}有限公司",
        "locality": random.choice(LOCALITIES),
        "kind": random.choice(("工业", "非工业")),
        "industry": random.choice(("电子信息", "新材料", "文化旅游")),
        "amount": random.randint(100, 2_000_000) * 10**4,
        "contract_no": f"XN-HT-{serial:06}",
        "land": random.choice(("标准厂房", "存量用地", "新增用地")),
        "leader": f"分管领导{serial % 7}",
        "unit": f"招商{serial % 5}局",
        "specialist": f"专员{serial % 13:02}",
    }
    if random.random() < 0.2:
        values["remark"] = "已核对，资料齐全"
    for step in STEPS[:stage]:
        values[step] = on
        on += timedelta(days=random.randint(65, 200))
    if stage > 1:
        values["enterprise_name"] = f"某企业{serial:06}有限公司"
        values["credit_code"] = credit_code(serial)
    return values


def credit_code(serial: int) -> str:
    """A 统一社会信用代码 whose check character is right (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91421200MA4{serial % 10**6:06}"
    total = sum(alphabet.index(char) * pow(3, n, 31) for n, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def _body(sheet: _Sheet, projects: list[dict[str, object]], again: Callable[[int], int]) -> None:
    random = sheet.random
    merging = "locality" in sheet.columns and random.random() < 0.4
    while projects:
        run = [projects.pop(0)]
        while merging and projects and projects[0]["locality"] == run[0]["locality"] and len(run) < 5:
            run.append(projects.pop(0))
        top = sheet.row
        for project in run:
            _data_row(sheet, project, merged=len(run) > 1)
        if len(run) > 1:
            at = sheet.left + sheet.columns.index("locality")
            sheet.page.merge_range(top, at, sheet.row - 1, at, str(run[0]["locality"]))
        chance = random.random()
        if chance < 0.06:
            sheet.row += again(sheet.row)
        elif chance < 0.14:
            _total(sheet)
        elif chance < 0.2:
            sheet.row += 1


def _total(sheet: _Sheet) -> None:
    word = sheet.random.choice(("合计", "小 计", "总计：", "咸安区小计", "合计（12个）"))
    name, amount = sheet.columns.index("name"), sheet.columns.index("amount")
    sheet.page.write_string(sheet.row, sheet.left + sheet.random.choice((0 if amount else name, name)), word)
    sheet.page.write_number(sheet.row, sheet.left + amount, 123.5)
    sheet.row += 1


def _foot(sheet: _Sheet) -> None:
    last = sheet.left + len(sheet.columns) - 1
    note = "注：1. 本表由责任单位填报；2. 投资额以合同为准。"
    if sheet.random.random() < 0.5:
        sheet.page.merge_range(sheet.row, sheet.left, sheet.row, last, note)
    else:
        sheet.page.write_string(sheet.row, sheet.left, note)
    sheet.page.write_string(sheet.row + 1, sheet.left, "填报人：张三")
    sheet.page.write_string(sheet.row + 1, sheet.left + 2, "联系电话：0715-8888888")
    sheet.row += 2


def _data_row(sheet: _Sheet, project: dict[str, object], *, merged: bool) -> None:
    random = sheet.random
    wrong = _wrong(sheet, merged) if random.random() < 0.15 else {}
    values: dict[str, object] = {}
    for n, name in enumerate(sheet.columns):
        at = sheet.left + n
        if name == "#序号":
            sheet.page.write_number(sheet.row, at, sheet.row)
        elif name.startswith("#"):
            sheet.page.write_string(sheet.row, at, "×")
        elif name in wrong:
            _write_wrong(sheet, at, wrong[name])
        elif name in project:
            # A merged cell is written once, over the whole run.
            values[name] = (
                project[name] if name == "locality" and merged else _write(sheet, at, name, project[name])
            )
        elif random.random() < 0.1:
            sheet.page.write_string(sheet.row, at, random.choice(("/", "—", " ", "　")))
    if wrong:
        cells = {
            xlsxwriter.utility.xl_rowcol_to_cell(sheet.row, sheet.left + sheet.columns.index(name))
            for name in wrong
        }
        sheet.made.refused |= {(sheet.name, cell) for cell in cells}
    else:
        sheet.made.rows[sheet.name, sheet.row + 1] = values
    sheet.row += 1


def _kind(name: str) -> str:
    if name in STEPS:
        return "date"
    return {"amount": "money", "kind": "choice", "land": "choice"}.get(name, "text")


def _wrong(sheet: _Sheet, merged: bool) -> dict[str, object]:
    """One or two fields with what is wrong in them; None is an empty cell."""
    random = sheet.random
    may = [name for name in sheet.columns if not name.startswith("#") and not (merged and name == "locality")]
    found: dict[str, object] = {}
    for name in random.sample(may, random.choice((1, 1, 2))):
        empty = name in ("name", "investor", "locality", "amount") and random.random() < 0.4
        found[name] = None if empty else random.choice(WRONG[_kind(name)])
        if name == "amount" and not sheet.unit and random.random() < 0.3:
            found[name] = 3.5
    return found


def _write_wrong(sheet: _Sheet, at: int, wrong: object) -> None:
    if isinstance(wrong, float):
        sheet.page.write_number(sheet.row, at, wrong)
    elif isinstance(wrong, str) and wrong.startswith("#"):
        sheet.page.write_formula(sheet.row, at, "=NA()", None, wrong)
    elif isinstance(wrong, str):
        sheet.page.write_string(sheet.row, at, wrong)


def _write(sheet: _Sheet, at: int, name: str, value: object) -> object:
    """Writes the value in one of its forms; returns what a reader must make of it."""
    if name == "amount":
        assert isinstance(value, int)
        _write_money(sheet, at, value)
        return value
    if isinstance(value, date):
        return _write_date(sheet, at, value)
    text = str(value)
    sheet.page.write_string(sheet.row, at, sheet.random.choice((text, text, text, f" {text}　", text + "\n")))
    return text


def _write_money(sheet: _Sheet, at: int, yuan: int) -> None:
    if sheet.unit and sheet.random.random() < 0.5:
        number = Decimal(yuan) / UNITS[sheet.unit]
        if sheet.random.random() < 0.7:
            sheet.page.write_number(sheet.row, at, float(number))
        else:
            sheet.page.write_string(sheet.row, at, f"{number.normalize():f}")
        return
    unit = sheet.random.choice(tuple(UNITS))
    number = (Decimal(yuan) / UNITS[unit]).normalize()
    text = sheet.random.choice(
        (f"{number:f}{unit}", f"{number:,f}{unit}", f"{number:f} {unit}", f"{number:,f} {unit}")
    )
    sheet.page.write_string(
        sheet.row, at, text.translate(FULL_WIDTH) if sheet.random.random() < 0.3 else text
    )


def _write_date(sheet: _Sheet, at: int, on: date) -> Day:
    random = sheet.random
    page, row = sheet.page, sheet.row
    form = random.choice(
        ("excel", "serial", "month_format", "text", "text", "text", "han", "month", "han_month", "digits")
    )
    last = (on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if form == "excel":
        page.write_datetime(row, at, datetime(on.year, on.month, on.day), sheet.date)
    elif form == "month_format":
        page.write_datetime(row, at, datetime(on.year, on.month, 1), sheet.month)
    elif form == "serial":
        page.write_number(row, at, (on - date(1899, 12, 30)).days)
    elif form == "digits":
        page.write_number(row, at, int(f"{on:%Y%m%d}"))
    elif form == "month":
        texts = (
            f"{on.year}年{on.month}月",
            f"{on.year}.{on.month}",
            f"{on:%Y-%m}",
            f"{on.year}年{on.month}月份",
        )
        page.write_string(row, at, random.choice(texts))
    elif form == "han":
        page.write_string(row, at, f"{_han_year(random, on.year)}年{_han(on.month)}月{_han(on.day)}日")
    elif form == "han_month":
        page.write_string(row, at, f"{_han_year(random, on.year)}年{_han(on.month)}月")
    else:
        page.write_string(row, at, _typed(random, on))
    return Day(last, "month") if form in ("month", "month_format", "han_month") else Day(on)


def _typed(random: Random, on: date) -> str:
    y, m, d = on.year, on.month, on.day
    forms = (
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}/{m}/{d}",
        f"{on:%Y-%m-%d}",
        f"{on:%Y-%m-%d} 00:00:00",
        f"{y} 年 {m} 月 {d} 日",
    )
    text = random.choice(forms)
    return text.translate(FULL_WIDTH) if random.random() < 0.2 else text


def _han_year(random: Random, year: int) -> str:
    zero = random.choice("〇○零")
    return "".join(zero if digit == "0" else "一二三四五六七八九"[int(digit) - 1] for digit in str(year))


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else "一二三"[tens - 1] + "十"
    return head + ("" if ones == 0 else "一二三四五六七八九"[ones - 1])
