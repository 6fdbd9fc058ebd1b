"""The sample's documents print what was published."""

from datetime import date
from typing import Any

from sqlmodel import Session

from documents.bulletin_docx import bulletin_docx
from documents.bulletin_xlsx import bulletin_xlsx
from states.dispatch.bulletins import bulletin
from states.instants import end_of
from tests.documents.test_bulletin import leaves, text_of, values_of
from tests.states.dispatch.facts import Book, operator
from tests.states.dispatch.sample import expected, fill


def test_every_published_figure_stands_in_word_and_excel(session: Session) -> None:
    fill(Book(session))
    known = end_of(date(2018, 6, 30))
    figures = bulletin(session, operator(session), "2018-06", known).as_json()
    wanted: dict[str, Any] = {
        key: expected()[key] for key in ("signed", "bands", "localities", "funds", "cohorts")
    }
    text = text_of(bulletin_docx(figures))
    _, shown = values_of(bulletin_xlsx(figures))
    numbers = [value for value in shown if isinstance(value, int | float)]
    for leaf in leaves(wanted, set()):
        assert str(leaf) in text, leaf
        assert leaf in shown or any(near(leaf, number) for number in numbers), leaf
    assert "工业项目233个，同比增长39.5%，投资额300.8亿元" in text
    assert "通山县" in text and "56.4" in text


def near(leaf: str | int, number: float) -> bool:
    """A percentage stands in Excel as the unrounded quotient, shown with as many decimals."""
    if isinstance(leaf, str) and leaf.endswith("%"):
        digits = len(leaf[:-1].partition(".")[2])
        return f"{number * 100:.{digits}f}%" == leaf or abs(number * 100 - float(leaf[:-1])) <= 0.0500001
    try:
        return abs(float(leaf) - number) < 1e-9
    except ValueError:
        return False
