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
from states.projects.ledger import Day
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


@pytest.mark.parametrize("part", range(4))
def test_what_was_put_in_stands_in_the_tables(office: Engine, part: int) -> None:
    with reading(office) as session:
        tables = tables_of(session, start_of(AS_OF))
    everything: dict[str, dict[str, Any]] = {}
    for seed in range(part * 50, part * 50 + 50):
        made = make(seed)
        sheets = assemble([json.loads(json.dumps(message)) for message in extract(made.data, tables)], tables)
        report = imported(office, *sheets, as_of=AS_OF)
        assert {(one.sheet, one.cell) for one in report.refused} == made.refused
        assert report.counts["projects"] == len(made.rows)
        everything |= wanted(made)
    assert recorded(office) == everything
    before = rows_of_all_tables(office)
    again = imported(office, *sheets, as_of=AS_OF)
    assert again.counts["unchanged"] == len(made.rows)
    assert rows_of_all_tables(office) == before
