"""Bulletins in Word and Excel: they open, hold every figure, and change nothing in a name but what cannot be kept."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from documents.bulletin_docx import bulletin_docx
from documents.bulletin_text import Wording, rose
from documents.bulletin_xlsx import bulletin_xlsx
from tests.documents.figures import bulletin

XLSX_ONLY = {"year_before_count", "month_amount_yi", "started_in_2018H1"}


def text_of(body: bytes) -> str:
    paper = docx.Document(BytesIO(body))
    cells = (cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def values_of(body: bytes) -> tuple[list[Any], list[Any]]:
    """What stands in the cells, as typed in (formulas) and as shown (their values)."""
    found = []
    for shown in (False, True):
        book = openpyxl.load_workbook(BytesIO(body), data_only=shown)
        found.append(
            [
                cell.value
                for sheet in book
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            ]
        )
    return found[0], found[1]


def formulas(body: bytes) -> list[str]:
    """What Excel would compute."""
    with ZipFile(BytesIO(body)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
    return [found for sheet in sheets for found in re.findall("<f>(.*?)</f>", sheet)]


def leaves(node: Any, skip: set[str]) -> list[Any]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() if key not in skip for leaf in leaves(value, skip)]
    if isinstance(node, list):
        return [leaf for value in node for leaf in leaves(value, skip)]
    return [] if node is None else [node]


KEYS = ("signed", "bands", "funds", "events", "locality_table")


def test_the_word_document_holds_every_figure() -> None:
    figures = bulletin()
    month = figures["month"]
    asked = [figures[key] for key in ("signed", "bands", "funds", "cohorts")]
    asked += [month[key] for key in ("signed", "funds")]
    asked += [
        [row["count"] for row in part[key].values()]
        for part in (figures, month)
        for key in ("bands", "events")
    ]
    text = text_of(bulletin_docx(figures))
    for leaf in [*leaves(asked, {"produced_named"}), *leaves(figures["locality_table"], XLSX_ONLY)]:
        assert str(leaf) in text, leaf
    assert "比上年同期提高7.7个百分点" in text
    assert "完成年度目标（1000亿元）的59.8%" in text
    assert figures["input_hash"] in text


def test_the_workbook_holds_every_figure_as_a_number() -> None:
    figures = bulletin()
    typed, shown = values_of(bulletin_xlsx(figures))
    numbers = [value for value in shown if isinstance(value, int | float)]
    for leaf in leaves(
        [figures[key] for key in (*KEYS, "cohorts", "month")],
        {"period", "localities_without_signing", "industrial_share", "industrial_share_change", "name"},
    ):
        if isinstance(leaf, int):
            assert leaf in numbers, leaf
        elif leaf.replace(".", "").isdigit():
            assert any(abs(number - float(leaf)) < 1e-9 for number in numbers), leaf
    assert "+7.7个百分点" in shown
    assert any(isinstance(value, str) and value.startswith("=SUM(") for value in typed)


def test_a_name_is_never_a_formula_and_never_breaks_the_file() -> None:
    body = bulletin_xlsx(bulletin())
    assert {"甲<项目>&", '=HYPERLINK("x")项目'} <= set(values_of(body)[1])
    assert "HYPERLINK" not in "".join(formulas(body))
    assert "甲<项目>&" in text_of(bulletin_docx(bulletin()))


def test_the_form_is_that_of_gbt_9704() -> None:
    paper = docx.Document(BytesIO(bulletin_docx(bulletin())))
    section = paper.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size.mm) for size in sizes if size] == [210, 297, 37, 28]
    title, body = paper.paragraphs[0], next(row for row in paper.paragraphs if "现将" in row.text)
    assert (title.runs[0].font.size.pt, body.runs[0].font.size.pt) == (22, 16)
    assert round(body.paragraph_format.line_spacing.pt, 2) == 28.95
    for run in (run for paragraph in paper.paragraphs for run in paragraph.runs if run.text.strip()):
        assert run._r.rPr.rFonts.get(qn("w:eastAsia"))
    assert [run.text for run in section.footer.paragraphs[0].runs][0] == "— "
    assert "PAGE" in section.footer._element.xml
    assert "Mincho" not in paper.styles.element.xml


@pytest.mark.parametrize(("ended", "mark"), [(True, "（草稿）"), (False, "（草稿·未满期）")])
def test_a_draft_says_so_and_is_not_signed(ended: bool, mark: str) -> None:
    made = bulletin(
        status="draft", ended=ended, number=None, published_at=None, published_on=None, input_hash=None
    )
    text = text_of(bulletin_docx(made))
    assert mark in text
    assert "某市招商局" not in text
    assert any(mark in str(value) for value in values_of(bulletin_xlsx(made))[0])


def test_a_published_one_is_signed_and_dated() -> None:
    text = text_of(bulletin_docx(bulletin()))
    assert "草稿" not in text
    assert "某市招商局\n2018年7月4日" in text


def test_january_has_no_month_beside_it() -> None:
    figures = bulletin(period="2018-01..2018-01")
    figures["month"]["period"] = "2018-01"
    words = Wording(figures)
    assert words.title == "某市2018年1月招商引资情况通报"
    assert "当月" not in "".join([*words.overall(), words.band(">=1亿"), words.funds()])


def test_a_tie_for_the_third_place_names_both() -> None:
    first = next(Wording(bulletin()).leaders())
    assert "甲县（8个）、乙区（4个）、丁县（3个）、戊县（3个）" in first


def test_a_higher_bands_names_stand_once() -> None:
    words = Wording(bulletin())
    assert "10亿元以上的见下" in words.cohort("2018 >=1亿")
    assert "甲<项目>" not in words.cohort("2018 >=1亿")
    assert "甲<项目>" in words.cohort("2018 >=10亿")


@pytest.mark.parametrize(
    ("growth", "said"),
    [("39.5%", "，同比增长39.5%"), ("-3.2%", "，同比下降3.2%"), ("0.0%", "，与上年同期持平"), (None, "")],
)
def test_growth_in_words(growth: str | None, said: str) -> None:
    assert rose(growth) == said


def test_a_pack_without_signing_still_makes_a_bulletin() -> None:
    figures = bulletin(cohorts={}, locality_table=[])
    figures["labels"]["stages"] = {"started": "竣工"}
    for part in (figures, figures["month"]):
        for key in (
            "signed",
            "bands",
            "year_before",
            "localities",
            "localities_without_signing",
            "industrial_share_change",
        ):
            del part[key]
    assert "新竣工138个" in text_of(bulletin_docx(figures))
    assert values_of(bulletin_xlsx(figures))
