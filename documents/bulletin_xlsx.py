"""The bulletin as a workbook, from its JSON: every number a number, sums and rates live formulas."""

from decimal import Decimal

from documents.bulletin_text import Json, Wording, day
from documents.sheets import Cell, Head, Workbook, cell, grown, ratio, summed

KINDS = {"industrial": "工业", "non_industrial": "非工业", "unclassified": "未填类别"}
NOTHING: Json = {"count": 0, "amount_yi": "0"}


def bulletin_xlsx(figures: Json) -> bytes:
    """The .xlsx of `Bulletin.as_json()`: 新签约, 重点项目, 各地情况, 期内进展, 到位资金, 履约情况, 投产项目, 口径说明."""
    words = Wording(figures)
    book = Workbook(words.title)
    if "signed" in figures:
        _signed(book, words)
        _bands(book, words)
        _localities(book, words)
    if figures["events"]:
        _events(book, words)
    _funds(book, words)
    if figures["cohorts"]:
        _cohorts(book, words)
        _named(book, words)
    _definitions(book, words)
    return book.save()


def _note(words: Wording) -> str:
    return f"{words.draft or ''}数据截至{day(words.figures['as_of'])}"


def _parts(words: Wording) -> list[tuple[str, Json]]:
    """The period and, from February on, the month alone."""
    period = (f"{words.year}年{words.months}", words.figures)
    return [period, (f"{words.month}月当月", words.figures["month"])] if words.month > 1 else [period]


def _signed(book: Workbook, words: Wording) -> None:
    heads = [
        Head("时段", 16),
        Head("类别", 12),
        Head("项目数（个）", 12, "count"),
        Head("上年同期（个）", 12, "count"),
        Head("项目数同比", 12, "percent"),
        Head("投资额（亿元）", 14, "yi"),
        Head("上年同期投资额（亿元）", 16, "yi"),
        Head("投资额同比", 12, "percent"),
        Head("项目数占比", 12, "percent"),
        Head("占比增减", 18, "word"),
    ]
    rows: list[list[Cell]] = []
    for when, part in _parts(words):
        rows += _kinds(when, part, len(rows))
    title = f"{words.title}·新{words.stages['signed']}项目"
    book.sheet(f"新{words.stages['signed']}", title, heads, rows, note=_note(words), landscape=True)


def _kinds(when: str, part: Json, first: int) -> list[list[Cell]]:
    """工业, 非工业 (and what is not said), then their sum."""
    now, year_before = part["signed"], part["year_before"]
    before = year_before["signed"]
    kinds = [(key, name) for key, name in KINDS.items() if key in now]
    end = first + len(kinds)
    rows = [
        _kind([when, name], n, now[key], before.get(key, NOTHING), now[key].get("yoy_count"), None)
        + (_share(part, n, end) if key == "industrial" else ["—", "—"])
        for n, (key, name) in enumerate(kinds, start=first)
    ]
    total = _kind([when, "合计"], end, now, before, year_before["yoy_count"], year_before["yoy_amount"])
    values = (now["count"], before["count"], Decimal(now["amount_yi"]), Decimal(before["amount_yi"]))
    for column, value in zip((2, 3, 5, 6), values, strict=True):
        total[column] = summed(column, first, end, value)
    return [*rows, [*total, "—", "—"]]


def _kind(
    head: list[Cell], n: int, now: Json, before: Json, yoy_count: str | None, yoy_amount: str | None
) -> list[Cell]:
    """Counts and amounts beside the year before, with live growth."""
    new, old = Decimal(now["amount_yi"]), Decimal(before["amount_yi"])
    count = grown(cell(n, 2), cell(n, 3), now["count"], before["count"], yoy_count)
    amount = grown(cell(n, 5), cell(n, 6), new, old, yoy_amount)
    return [*head, now["count"], before["count"], count, new, old, amount]


def _share(part: Json, n: int, end: int) -> list[Cell]:
    signed = part["signed"]
    share = ratio(
        cell(n, 2), cell(end, 2), signed["industrial"]["count"], signed["count"], signed["industrial_share"]
    )
    return [share, part["industrial_share_change"] or "—"]


def _bands(book: Workbook, words: Wording) -> None:
    heads = [
        Head("时段", 16),
        Head("档次", 16),
        Head("项目数（个）", 12, "count"),
        Head("工业（个）", 12, "count"),
        Head("非工业（个）", 12, "count"),
        Head("年度目标（个）", 12, "count"),
        Head("完成率", 12, "percent"),
    ]
    rows: list[list[Cell]] = []
    for when, part in _parts(words):
        for key, row in part["bands"].items():
            done = ratio(
                cell(len(rows), 2), cell(len(rows), 5), row["count"], row["target"], row["completion"]
            )
            counts = [row["count"], row["industrial"], row["non_industrial"]]
            target = "—" if row["target"] is None else row["target"]
            rows.append([when, words.bands[key], *counts, target, done])
    book.sheet("重点项目", f"{words.title}·重点项目", heads, rows, note=_note(words))


def _localities(book: Workbook, words: Wording) -> None:
    bands = list(words.bands.items())
    events = list(words.figures["events"])
    heads = [
        Head("属地", 16),
        Head(f"新{words.stages['signed']}（个）", 10, "count"),
        Head("上年同期（个）", 10, "count"),
        Head("同比", 10, "percent"),
        Head("投资额（亿元）", 12, "yi"),
        Head("其中工业（个）", 10, "count"),
        *(Head(f"{label}（个）", 12, "count") for _, label in bands),
        *(Head(f"{words.months}新{words.stage_of(key)}（个）", 12, "count") for key in events),
        Head("到位资金（亿元）", 14, "yi"),
        Head(f"{words.month}月当月（个）", 10, "count"),
        Head(f"{words.month}月当月投资额（亿元）", 14, "yi"),
    ]
    rows = [_locality(n, row, words) for n, row in enumerate(words.figures["locality_table"])]
    total = _locality(len(rows), _whole(words), words)
    for column, value in enumerate(total):
        if isinstance(value, int | Decimal) and rows:
            total[column] = summed(column, 0, len(rows), value)
    title = f"{words.year}年{words.months}各地招商引资情况表"
    book.sheet("各地情况", title, heads, [*rows, total], note=_note(words), total=True, landscape=True)


def _locality(n: int, row: Json, words: Wording) -> list[Cell]:
    before = row["year_before_count"]
    return [
        row["name"],
        row["count"],
        before,
        grown(cell(n, 1), cell(n, 2), row["count"], before, row["yoy_count"]),
        Decimal(row["amount_yi"]),
        row["industrial"],
        *(row["bands"][key] for key in words.bands),
        *(row[key] for key in words.figures["events"]),
        Decimal(row["funds_yi"]),
        row["month_count"],
        Decimal(row["month_amount_yi"]),
    ]


def _whole(words: Wording) -> Json:
    figures = words.figures
    return {
        "name": "合计",
        "count": figures["signed"]["count"],
        "year_before_count": figures["year_before"]["signed"]["count"],
        "yoy_count": figures["year_before"]["yoy_count"],
        "amount_yi": figures["signed"]["amount_yi"],
        "industrial": figures["signed"]["industrial"]["count"],
        "bands": {key: row["count"] for key, row in figures["bands"].items()},
        "funds_yi": figures["funds"]["amount_yi"],
        "month_count": figures["month"]["signed"]["count"],
        "month_amount_yi": figures["month"]["signed"]["amount_yi"],
        **{key: row["count"] for key, row in figures["events"].items()},
    }


def _events(book: Workbook, words: Wording) -> None:
    heads = [Head("时段", 16), Head("进展", 12), Head("项目数（个）", 12, "count")]
    heads += [Head(f"{label}（个）", 14, "count") for label in words.bands.values()]
    rows: list[list[Cell]] = [
        [when, f"新{words.stage_of(key)}", row["count"], *(row["bands"][band] for band in words.bands)]
        for when, part in _parts(words)
        for key, row in part["events"].items()
    ]
    note = f"{_note(words)}；不论{words.stages.get('signed', '登记')}年份"
    book.sheet("期内进展", f"{words.title}·期内进展", heads, rows, note=note)


def _funds(book: Workbook, words: Wording) -> None:
    heads = [
        Head("时段", 16),
        Head("到位资金（亿元）", 16, "yi"),
        Head("年度目标（亿元）", 16, "yi"),
        Head("完成率", 12, "percent"),
    ]
    rows: list[list[Cell]] = []
    for n, (when, part) in enumerate(_parts(words)):
        row = part["funds"]
        got, target = Decimal(row["amount_yi"]), row["target_yi"]
        goal = Decimal(target) if target is not None else None
        done = ratio(cell(n, 1), cell(n, 2), got, goal, row["completion"])
        rows.append([when, got, "—" if goal is None else goal, done])
    book.sheet("到位资金", f"{words.title}·到位资金", heads, rows, note=_note(words))


def _cohorts(book: Workbook, words: Wording) -> None:
    roles = [(role, label) for role, label in words.stages.items() if role != "signed"]
    heads = [Head("项目", 30), Head("总数（个）", 10, "count")]
    for _, label in roles:
        heads += [Head(f"已{label}（个）", 10, "count"), Head(f"{label}率", 10, "percent")]
        heads += [Head(f"{words.months}新{label}（个）", 12, "count")]
        heads += [Head(f"{words.month}月当月新{label}（个）", 12, "count")]
    rows = [_cohort(n, key, words, roles) for n, key in enumerate(words.figures["cohorts"])]
    title = f"{words.title}·项目履约情况"
    book.sheet("履约情况", title, heads, rows, note=_note(words), landscape=True)


def _cohort(n: int, key: str, words: Wording, roles: list[tuple[str, str]]) -> list[Cell]:
    row, month, labels = (
        words.figures["cohorts"][key],
        words.figures["month"]["cohorts"][key],
        words.figures["labels"],
    )
    out: list[Cell] = [words.cohort_title(key), row["n"]]
    for role, _ in roles:
        share = ratio(cell(n, len(out)), cell(n, 1), row[role], row["n"], row[f"{role}_rate"])
        out += [row[role], share, row[f"{role}_in_{labels['suffix']}"]]
        out.append(month[f"{role}_in_{labels['month_suffix']}"])
    return out


def _named(book: Workbook, words: Wording) -> None:
    if "produced" not in words.stages:
        return
    label, rows = words.stages["produced"], []
    for key, row in words.figures["cohorts"].items():
        month = set(words.figures["month"]["cohorts"][key]["produced_named"])
        for n, name in enumerate(row["produced_named"], start=1):
            rows.append([words.cohort_title(key), n, name, "是" if name in month else ""])
    heads = [
        Head("类别", 30),
        Head("序号", 8, "count"),
        Head("项目名称", 48),
        Head(f"{words.month}月当月{label}", 14, "word"),
    ]
    book.sheet(f"{label}项目", f"{words.title}·已{label}项目名单", heads, rows, note=_note(words))


def _definitions(book: Workbook, words: Wording) -> None:
    heads = [Head("口径", 12), Head("说明", 80, "long"), Head("依据", 44, "long")]
    rows: list[list[Cell]] = [
        [row["term"], row["text"], row["clause"]] for row in words.figures["definitions"]
    ]
    rows += [["注", text, ""] for text in words.figures["remarks"]]
    if words.figures["input_hash"]:
        rows.append(["数据校验码", words.figures["input_hash"], "SHA-256"])
    book.sheet("口径说明", f"{words.title}·口径说明", heads, rows, note=_note(words), landscape=True)
