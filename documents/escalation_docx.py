"""The supervision office's escalation report as a Word document: tables first, then the list behind every number."""

from collections.abc import Sequence

from documents.bulletin_text import NUMERALS
from documents.escalation_text import NO_RUNG, Json, Report, days_late, due, unit_of
from documents.word import Paper
from documents.word_table import TYPE_WIDTH_LANDSCAPE, Column, scaled
from states.dispatch.rounding import yi

LISTED_AT_MOST = 3000
GROUPS = (("localities", "locality", "按属地"), ("units", "unit", "按责任单位"), ("steps", "step", "按步骤"))


def escalation_docx(report: Json, office: str = "") -> bytes:
    """The .docx of `EscalationReport.as_json()`; `office` stands in the title.

    A list of more than 3,000 lines is cut, and says so: the workbook holds it whole.
    """
    words = Report(report, office)
    paper = Paper(words.title)
    paper.title(words.title)
    paper.mark(f"（{words.as_of}）")
    paper.blank()
    paper.heading("一、总体情况")
    for text in words.overall():
        paper.text(text)
    numerals = iter(NUMERALS[1:])
    paper.small(f"表中级次：{words.legend()}。")
    for key, name, heading in GROUPS:
        if report[key]:
            paper.heading(f"{next(numerals)}、{heading}")
            _groups(paper, words, report[key], name, heading.removeprefix("按"))
    if report["below_100m"]:
        paper.heading(f"{next(numerals)}、小额项目逾期占比")
        _small(paper, report["below_100m"])
    if report["list"]:
        _list(paper, words, next(numerals))
    return paper.save()


def _groups(paper: Paper, words: Report, groups: Sequence[Json], name: str, heading: str) -> None:
    columns = [Column(heading, 38, "left"), Column("逾期", 15), Column("其中\n存量", 15)]
    columns += [Column(key if label != NO_RUNG else label, 14) for key, label in words.columns()]
    columns += [Column(days_late(band).replace("天", "\n天", 1), 17) for band in words.days]
    rows = [_group(words, group[name], group) for group in groups]
    paper.table(scaled(columns), [*rows, _group(words, "合计", words.report["totals"])], total=True, size=9)


def _group(words: Report, name: str, group: Json) -> list[object]:
    return [
        name,
        group["overdue"],
        group["backlog"],
        *(group["by_rung"].get(key, 0) for key, _ in words.columns()),
        *(group["by_days_late"][band] for band in words.days),
    ]


def _small(paper: Paper, shares: Sequence[Json]) -> None:
    paper.text("投资额低于最低档次的项目不发督办单，按责任单位统计其在办节点的逾期占比。", keep=True)
    columns = [
        Column("责任单位", 70, "left"),
        Column("在办节点（项）", 28),
        Column("逾期（项）", 28),
        Column("逾期占比", 28),
    ]
    rows = [[row["unit"], row["open"], row["overdue"], f"{row['percent']:.1f}%"] for row in shares]
    paper.table(scaled(columns), rows)


def _list(paper: Paper, words: Report, numeral: str) -> None:
    lines = words.report["list"]
    paper.landscape()
    paper.heading(f"{numeral}、项目名单（{len(lines)}项）")
    if words.document:
        paper.small(f"依据所引条款均出自{words.document}；先列期限依据，后列督办级次依据。")
    if len(lines) > LISTED_AT_MOST:
        paper.small(f"本表只列逾期最久的{LISTED_AT_MOST}项，全部{len(lines)}项见 Excel 表。")
    shown = lines[:LISTED_AT_MOST]
    for group in words.report["localities"]:
        own = [line for line in shown if line["locality"] == group["locality"]]
        if own:
            paper.caption(f"{group['locality']}（逾期{group['overdue']}项，共列{len(own)}项）")
            paper.table(scaled(LIST, TYPE_WIDTH_LANDSCAPE), _rows(words, own), size=8.5)


LIST = [
    Column("序号", 11),
    Column("项目", 44, "left"),
    Column("步骤", 26),
    Column("投资额\n（亿元）", 22),
    Column("到期日", 28),
    Column("逾期\n天数", 14),
    Column("存量", 12),
    Column("督办级次", 32),
    Column("依据", 34, "left"),
    Column("责任单位", 30, "left"),
    Column("项目专员", 28, "left"),
    Column("包保领导", 28, "left"),
]


def _rows(words: Report, lines: Sequence[Json]) -> list[list[object]]:
    return [
        [
            n,
            line["project"] or "—",
            line["step"],
            yi(line["amount_yuan"]),
            due(line),
            line["days_late"] or "—",
            "是" if line["backlog"] else "",
            f"{words.rung_of(line)}{_fired(line)}",
            words.cited(line),
            unit_of(line),
            line["specialist"] or "—",
            line["leader"] or "—",
        ]
        for n, line in enumerate(lines, start=1)
    ]


def _fired(line: Json) -> str:
    if not line["rung_on"]:
        return ""
    return f" {line['rung_on']}{'补记' if line['rung_recorded'] else ''}"
