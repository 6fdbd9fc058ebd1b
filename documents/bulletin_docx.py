"""The bulletin as a Word document, from its JSON: bytes out, no session."""

from collections.abc import Callable

from documents.bulletin_text import NUMERALS, Json, Wording, day
from documents.cleaning import width
from documents.word import Paper
from documents.word_table import Column, scaled

Write = Callable[[Paper, Wording], None]


def bulletin_docx(figures: Json) -> bytes:
    """The .docx of `Bulletin.as_json()`: overview, bands, localities, funds, cohorts, definitions."""
    words = Wording(figures)
    paper = Paper(words.title)
    paper.title(words.title)
    if words.draft:
        paper.mark(words.draft)
    paper.blank()
    paper.text(words.opening)
    for numeral, (heading, write) in zip(NUMERALS, _sections(words), strict=False):
        paper.heading(f"{numeral}、{heading}")
        write(paper, words)
    _signature(paper, words)
    _annex(paper, words)
    return paper.save()


def _sections(words: Wording) -> list[tuple[str, Write]]:
    """Those that this bulletin has: a pack without a stage for 签约 has neither bands nor cohorts."""
    figures = words.figures
    signed = "signed" in figures
    asked: list[tuple[bool, str, Write]] = [
        (signed or bool(figures["events"]), "总体情况", _overall),
        (signed and bool(figures["bands"]), "重点项目", _bands),
        (signed and len(figures["locality_table"]) > 1, "各地情况", _localities),
        (True, "到位资金", lambda paper, words: paper.text(words.funds())),
        (bool(figures["cohorts"]), "履约情况", _cohorts),
    ]
    return [(heading, write) for present, heading, write in asked if present]


def _overall(paper: Paper, words: Wording) -> None:
    for text in words.overall():
        paper.text(text)


def _bands(paper: Paper, words: Wording) -> None:
    for numeral, (key, label) in zip(NUMERALS, words.bands.items(), strict=False):
        paper.lead(f"（{numeral}）{label}项目。", words.band(key))


def _localities(paper: Paper, words: Wording) -> None:
    for text in words.leaders():
        paper.text(text)
    bands = list(words.bands.items())
    columns = [
        Column("属地", 24, "left"),
        _column(f"新{words.stages['signed']}\n（个）"),
        Column("同比", 23),
        Column("投资额\n（亿元）", 18),
        _column("其中工业\n（个）"),
        *(_column(f"{label}\n（个）") for _, label in bands),
        _column(f"{words.month}月当月\n（个）"),
        Column("到位资金\n（亿元）", 25),
    ]
    rows = [_line(row, [key for key, _ in bands]) for row in words.figures["locality_table"]]
    paper.caption(f"{words.year}年{words.months}各地招商引资情况表")
    paper.table(scaled(columns), [*rows, _total(words)], total=True, size=9)


def _line(row: Json, bands: list[str]) -> list[object]:
    return [
        row["name"],
        row["count"],
        row["yoy_count"] or "—",
        row["amount_yi"],
        row["industrial"],
        *(row["bands"][key] for key in bands),
        row["month_count"],
        row["funds_yi"],
    ]


def _total(words: Wording) -> list[object]:
    figures = words.figures
    return [
        "合计",
        figures["signed"]["count"],
        figures["year_before"]["yoy_count"] or "—",
        figures["signed"]["amount_yi"],
        figures["signed"]["industrial"]["count"],
        *(figures["bands"][key]["count"] for key in words.bands),
        figures["month"]["signed"]["count"],
        figures["funds"]["amount_yi"],
    ]


def _cohorts(paper: Paper, words: Wording) -> None:
    for numeral, key in zip(NUMERALS, words.figures["cohorts"], strict=False):
        paper.lead(f"（{numeral}）{words.cohort_title(key)}。", words.cohort(key))
    roles = [(role, label) for role, label in words.stages.items() if role != "signed"]
    columns = [Column(f"{words.stages['signed']}年份、档次", 42, "left"), Column("个数", 14)]
    for _, label in roles:
        columns += [_column(f"已{label}"), Column(f"{label}率", 16), _column(f"期内\n新{label}")]
    suffix = words.figures["labels"]["suffix"]
    rows = []
    for key, row in words.figures["cohorts"].items():
        cells: list[object] = [words.cohort_name(key), row["n"]]
        for role, _ in roles:
            cells += [row[role], row[f"{role}_rate"] or "—", row[f"{role}_in_{suffix}"]]
        rows.append(cells)
    paper.caption(f"项目履约情况表（期内指{words.year}年{words.months}）")
    paper.table(scaled(columns), rows, size=9)


def _column(heading: str) -> Column:
    """Wide enough for its heading."""
    return Column(heading, 3 + 4.2 * max(width(line) for line in heading.split("\n")))


def _signature(paper: Paper, words: Wording) -> None:
    if words.figures["status"] == "published":
        paper.signature(words.figures["issuer"], day(words.figures["published_on"]))


def _annex(paper: Paper, words: Wording) -> None:
    paper.new_page()
    paper.heading("附：口径说明")
    for text in words.definitions():
        paper.small(text)
    for text in words.figures["remarks"]:
        paper.small(f"注：{text}")
    if words.figures["input_hash"]:
        paper.small(f"数据校验码（SHA-256）：{words.figures['input_hash']}")
