"""The escalation report as a workbook: every number a live count over the list, which stands in full."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from documents.escalation_text import NO_RUNG, NONE, Json, Report, days_late, unit_of
from documents.sheets import FIRST, Cell, Formula, Head, Workbook, cell, ratio, summed
from states.dispatch.rounding import yi

LIST = "名单"
COLUMNS = {"locality": "C", "unit": "D", "step": "E", "late": "I", "backlog": "J", "rung": "K"}
SHEETS = (
    ("localities", "locality", "按属地", "属地"),
    ("units", "unit", "按责任单位", "责任单位"),
    ("steps", "step", "按步骤", "步骤"),
)


def escalation_xlsx(report: Json, office: str = "") -> bytes:
    """The .xlsx of `EscalationReport.as_json()`; `office` stands in the titles."""
    words = Report(report, office)
    book = Workbook(words.title)
    for key, name, sheet, heading in SHEETS:
        _groups(book, words, report[key], name, sheet, heading)
    _small(book, words)
    _list(book, words)
    return book.save()


def _groups(
    book: Workbook, words: Report, groups: Sequence[Json], name: str, sheet: str, heading: str
) -> None:
    rungs = list(words.rungs.items())
    heads = [Head(heading, 30), Head("逾期（项）", 10, "count"), Head("其中存量（项）", 10, "count")]
    heads += [Head(label if key == NONE else f"{key}{label}（项）", 13, "count") for key, label in rungs]
    heads += [Head(f"逾期{days_late(band)}（项）", 13, "count") for band in words.days]
    rows = [_group(words, name, n, group) for n, group in enumerate(groups)]
    total: list[Cell] = ["合计"]
    values = _values(words, words.report["totals"])
    total += [summed(n, 0, len(rows), value) for n, value in enumerate(values, start=1)] if rows else values
    note = f"{words.as_of}；督办级次每项只计最高一级；各数由“{LIST}”表实时计数"
    book.sheet(sheet, f"{words.title}·{sheet}", heads, [*rows, total], note=note, total=True, landscape=True)


def _values(words: Report, group: Json) -> list[int]:
    """In the order of the columns."""
    return [
        group["overdue"],
        group["backlog"],
        *(group["by_rung"].get(key, 0) for key in words.rungs),
        *(group["by_days_late"][band] for band in words.days),
    ]


def _group(words: Report, name: str, n: int, group: Json) -> list[Cell]:
    own = (_all(words, COLUMNS[name]), f"${cell(n, 0)}")
    asked = [
        [*own, _all(words, COLUMNS["late"]), '">0"'],
        [*own, _all(words, COLUMNS["late"]), '">0"', _all(words, COLUMNS["backlog"]), '"是"'],
    ]
    asked += [
        [*own, _all(words, COLUMNS["rung"]), f'"{NO_RUNG if key == NONE else key}"'] for key in words.rungs
    ]
    asked += [[*own, *_late(words, band)] for band in words.days]
    values = _values(words, group)
    counts = [
        Formula(f"=COUNTIFS({','.join(args)})", value) for args, value in zip(asked, values, strict=True)
    ]
    return [group[name], *counts]


def _all(words: Report, column: str) -> str:
    """A column of the list, all its lines."""
    end = FIRST + max(1, len(words.report["list"]))
    return f"{LIST}!${column}${FIRST + 1}:${column}${end}"


def _late(words: Report, band: str) -> list[str]:
    low, _, high = band.rstrip("+").partition("-")
    days = _all(words, COLUMNS["late"])
    return [days, f'">={low}"', *([days, f'"<={high}"'] if high else [])]


def _small(book: Workbook, words: Report) -> None:
    heads = [
        Head("责任单位", 36),
        Head("在办节点（项）", 14, "count"),
        Head("逾期（项）", 12, "count"),
        Head("逾期占比", 12, "percent"),
    ]
    rows: list[list[Cell]] = [
        [row["unit"], row["open"], row["overdue"], _share(n, row)]
        for n, row in enumerate(words.report["below_100m"])
    ]
    note = f"{words.as_of}；投资额低于最低档次的项目，在办节点"
    book.sheet("小额项目", f"{words.title}·小额项目逾期占比", heads, rows, note=note)


def _share(n: int, row: Json) -> Cell:
    return ratio(cell(n, 2), cell(n, 1), row["overdue"], row["open"], f"{row['percent']:.1f}%")


def _list(book: Workbook, words: Report) -> None:
    heads = [
        Head("序号", 7, "count"),
        Head("项目", 32),
        Head("属地", 14),
        Head("责任单位", 24),
        Head("步骤", 14, "word"),
        Head("投资额（亿元）", 12, "yi"),
        Head("到期日", 13, "date"),
        Head("暂定", 7, "word"),
        Head("逾期（天）", 9, "count"),
        Head("存量", 7, "word"),
        Head("督办级次", 10, "word"),
        Head("级次名称", 20, "word"),
        Head("触发日期", 13, "date"),
        Head("补记", 7, "word"),
        Head("期限依据", 30),
        Head("级次依据", 30),
        Head("项目专员", 18),
        Head("包保领导", 18),
    ]
    rows = [_line(words, n, line) for n, line in enumerate(words.report["list"], start=1)]
    title = f"{words.title}·{LIST}"
    book.sheet(LIST, title, heads, rows, note=words.as_of, landscape=True, filtered=True, a3=True)


def _line(words: Report, n: int, line: Json) -> list[Cell]:
    return [
        n,
        line["project"] or "",
        line["locality"],
        unit_of(line),
        line["step"],
        Decimal(yi(line["amount_yuan"])),
        date.fromisoformat(line["due_on"]),
        _yes(line["provisional"]),
        line["days_late"],
        _yes(line["backlog"]),
        line["rung"] or NO_RUNG,
        words.rungs.get(line["rung"] or NONE, ""),
        date.fromisoformat(line["rung_on"]) if line["rung_on"] else "",
        _yes(line["rung_recorded"]),
        line["clause"],
        line["rung_clause"] or "",
        line["specialist"] or "",
        line["leader"] or "",
    ]


def _yes(what: object) -> str:
    return "是" if what else ""
