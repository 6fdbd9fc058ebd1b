"""Two hundred made workbooks from the file to the tables: what stands in the database is what was put in."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from documents.workbook.extract import extract
from documents.workbook.read import assemble
from states.clock import start_of
from states.db import reading
from states.intake_all import tables_of
from states.projects.ledger import Day, Sheet
from tests.documents.workbook.made import STEPS, Made, make
from tests.states.intake.paper import imported, rows_of_all_tables, told

AS_OF = date(2020, 1, 2)
COLUMNS = ("amount", "kind", "industry", "contract_no", "credit_code", "land")
HELD = {"leader": "leader", "unit": "responsible_unit", "specialist": "specialist"}


def expected(row: dict[str, object]) -> dict[str, Any]:
    """A row as put in, in the words of the tables."""
    dates = {
        step: (day.on.isoformat(), day.precision) for step in STEPS if isinstance(day := row.get(step), Day)
    }
    held = {slot: row[name] for name, slot in HELD.items() if name in row}
    facts = tuple(row.get(key) for key in COLUMNS)
    return {"facts": facts, "investor": row.get("investor"), "dates": dates, "held": held}


def recorded(engine: Engine) -> dict[str, dict[str, Any]]:
    """Every project by its name, as the tables hold it."""
    found: dict[str, dict[str, Any]] = {}
    names: dict[int, str] = {}
    facts = (
        "SELECT r.project_id, r.name, l.name, r.amount_yuan, r.kind, r.industry, r.contract_no, r.credit_code, r.land,"
        " i.name FROM project_revision r JOIN region l ON l.id = r.locality_id"
        " LEFT JOIN project_investor pi ON pi.project_id = r.project_id LEFT JOIN investor i ON i.id = pi.investor_id"
    )
    for project_id, name, locality, *columns, investor in told(engine, facts):
        names[project_id] = f"{name}@{locality}"
        found[names[project_id]] = {"facts": tuple(columns), "investor": investor, "dates": {}, "held": {}}
    for project_id, kind, on, precision in told(
        engine, "SELECT project_id, kind, occurred_on, precision FROM milestone"
    ):
        found[names[project_id]]["dates"][kind] = (on, precision)
    held = (
        "SELECT r.project_id, r.slot, COALESCE(p.name, u.name) FROM responsibility r"
        " LEFT JOIN person p ON p.id = r.person_id LEFT JOIN unit u ON u.id = r.unit_id"
    )
    for project_id, slot, name in told(engine, held):
        found[names[project_id]]["held"][slot] = name
    return found


def wanted(made: Made) -> dict[str, dict[str, Any]]:
    return {f"{row['name']}@{row['locality']}": expected(row) for row in made.rows.values()}


def without_investor(sheets: list[Sheet]) -> dict[tuple[str, str], tuple[str, dict[str, object]]]:
    """Rows whose investor cell was emptied on purpose: not wrong but 待补. Cell → name and values as read."""
    words = {"on:" + step: step for step in STEPS} | {slot: name for name, slot in HELD.items()}
    return {
        (row.sheet, row.cells["investor"]): (
            f"{row.values['name']}@{row.values['locality']}",
            {words.get(key, key): value for key, value in row.values.items()},
        )
        for sheet in sheets
        for row in sheet.rows
        if "investor" not in row.values
    }


def investor_cells(sheets: list[Sheet]) -> set[tuple[str, str]]:
    """The investor's cell of every row down to where no sheet reaches."""
    return {(sheet.name, f"{sheet.columns['investor']}{row}") for sheet in sheets for row in range(1, 200)}


@pytest.mark.parametrize("part", range(4))
def test_what_was_put_in_stands_in_the_tables(office: Engine, part: int) -> None:
    with reading(office) as session:
        tables = tables_of(session, start_of(AS_OF))
    everything: dict[str, dict[str, Any]] = {}
    for seed in range(part * 50, part * 50 + 50):
        made = make(seed)
        sheets = assemble([json.loads(json.dumps(message)) for message in extract(made.data, tables)], tables)
        nameless = without_investor(sheets)
        report = imported(office, *sheets, as_of=AS_OF)
        cells = {(one.sheet, one.cell) for one in report.refused}
        assert (
            cells <= made.refused
            and made.refused - cells <= investor_cells(sheets)
            and set(nameless) <= made.refused
        )
        assert report.counts["projects"] == len(made.rows) + len(nameless)
        everything |= wanted(made) | {name: expected(row) for name, row in nameless.values()}
    assert recorded(office) == everything
    before = rows_of_all_tables(office)
    again = imported(office, *sheets, as_of=AS_OF)
    assert again.counts["unchanged"] == len(made.rows) + len(nameless)
    assert rows_of_all_tables(office) == before
