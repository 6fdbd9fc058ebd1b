"""Two hundred workbooks, each read and compared with what was put in."""

import json

import pytest

from documents.workbook.extract import extract
from documents.workbook.read import assemble, read_workbook
from states.projects.ledger import Sheet
from tests.documents.workbook.made import Made, make
from tests.documents.workbook.tables import TABLES


def _compare(made: Made, sheets: list[Sheet]) -> None:
    assert {(s.name, row.row): dict(row.values) for s in sheets for row in s.rows} == made.rows
    assert {(one.sheet, one.cell) for s in sheets for one in s.refused} == made.refused
    assert all(s.table == "ledger" for s in sheets)
    for sheet in sheets:
        said = [remark for remark in sheet.remarks if "不认识的列" in remark]
        assert bool(said) == bool(made.unknown[sheet.name])
        assert all(heading in said[0] for heading in made.unknown[sheet.name])


@pytest.mark.parametrize("seed", range(200))
def test_read_is_what_was_put_in(seed: int) -> None:
    made = make(seed)
    messages = [json.loads(json.dumps(message)) for message in extract(made.data, TABLES)]
    _compare(made, assemble(messages, TABLES))


@pytest.mark.parametrize("seed", [1001, 1002])
def test_the_worker_process_tells_the_same(seed: int) -> None:
    made = make(seed)
    _compare(made, read_workbook(made.data, TABLES))


def test_the_generator_makes_all_it_promises() -> None:
    made = [make(seed) for seed in range(200)]
    assert sum(len(one.refused) for one in made) > 300
    assert sum(len(one.rows) for one in made) > 3000
