"""The sample ledger as facts: what the workbook reader reads, written row by row."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from documents.workbook.read import read_workbook
from states.projects.ledger import Day, Sheet
from tests.documents.workbook.tables import TABLES
from tests.states.dispatch.facts import Book

EXAMPLES = Path(__file__).parents[3] / "examples"
STAGES = ("negotiation", "signed", "registered", "construction", "production")


def expected() -> Any:
    """The published figures."""
    return json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))


@cache
def sheets(name: str) -> tuple[Sheet, ...]:
    return tuple(read_workbook((EXAMPLES / name).read_bytes(), TABLES))


def fill(book: Book) -> None:
    """All rows but those that an import must refuse."""
    with book.at_once():
        _fill(book)


def _fill(book: Book) -> None:
    refused = {(row["sheet"], row["row"]) for row in expected()["imported"]["refused"]}
    by_contract: dict[object, int] = {}
    for sheet in sheets("ledger.xlsx"):
        for row in sheet.rows:
            if (row.sheet, row.row) not in refused:
                by_contract[row.values.get("contract_no")] = _project(book, dict(row.values))
    for row in sheets("funds.xlsx")[0].rows:
        month, yuan = row.values["month"], row.values["amount"]
        assert isinstance(month, Day) and isinstance(yuan, int)
        kind = str(row.values.get("fund_kind", ""))
        book.fund(by_contract[row.values["contract_no"]], month.on, yuan, kind)
    for row in sheets("targets.xlsx")[0].rows:
        value = row.values["value"]
        assert isinstance(value, int)
        book.target(str(row.values["subject"]), 2018, str(row.values["indicator"]), value)


def _project(book: Book, values: dict[str, Any]) -> int:
    reached = {key: values[key].on for key in STAGES if key in values}
    return book.project(values["name"], values["locality"], values["amount"], values["kind"], **reached)
