"""The sample office's files, read by the reader alone: what needs the other rows is the domain's to refuse."""

from pathlib import Path

import pytest

from documents.workbook.read import read_workbook
from states.projects.ledger import Day, Sheet
from tests.documents.workbook.tables import TABLES

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    read = read_workbook((EXAMPLES / "ledger.xlsx").read_bytes(), TABLES)
    return {sheet.name: sheet for sheet in read}


def test_every_row_but_the_three_whose_cells_are_wrong(sheets: dict[str, Sheet]) -> None:
    taken = {name: len(sheet.rows) for name, sheet in sheets.items()}
    # Rows 396 and 400 to 402 are whole; repeated, out of order or unknown is not for a reader to say.
    assert taken == {"2018年签约": 391 + 4, "2017年签约": 622, "在谈信息": 274}
    refused = [(one.sheet, one.cell) for sheet in sheets.values() for one in sheet.refused]
    assert refused == [("2018年签约", "B397"), ("2018年签约", "G398"), ("2018年签约", "I399")]
    assert [sheet.remarks for sheet in sheets.values()] == [[], [], []]


def test_values_of_a_row(sheets: dict[str, Sheet]) -> None:
    row = sheets["2018年签约"].rows[2]
    assert (row.row, row.values["amount"], row.values["kind"]) == (7, 3_000_000, "工业")
    assert isinstance(row.values["signed"], Day)
    assert row.cells["registered"] == "J7"


def test_funds_and_targets() -> None:
    funds = read_workbook((EXAMPLES / "funds.xlsx").read_bytes(), TABLES)[0]
    assert (funds.table, len(funds.rows), funds.refused) == ("funds", 1520, [])
    assert funds.rows[0].values["amount"] == 360_000
    targets = read_workbook((EXAMPLES / "targets.xlsx").read_bytes(), TABLES)[0]
    assert [row.values["value"] for row in targets.rows] == [100, 10, 1000 * 10**8]
