"""Sheets made by hand, and imports of them: what stands on paper, without a workbook."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, func, inspect, select, table, text
from sqlmodel import Session

from states.clock import start_of, today
from states.db import reading, writing
from states.intake_all import take
from states.people.actor import actor_by_login
from states.projects.intake_report import ImportReport
from states.projects.ledger import Day, Row, Sheet

AS_OF = date(2018, 6, 30)
SIGNED = {
    "name": "甲项目",
    "locality": "嘉鱼县",
    "amount": 150_000_000,
    "investor": "某集团",
    "kind": "工业",
    "industry": "新材料",
    "contract_no": "HT-1",
    "credit_code": None,
    "land": "存量用地",
    "leader": "李县长",
    "responsible_unit": "嘉鱼县招商局",
    "specialist": "王专员",
    "on:signed": Day(date(2018, 3, 5)),
    "on:registered": None,
    "on:construction": None,
    "on:production": None,
    "enterprise_name": None,
}
LEAD = {
    "name": "乙线索",
    "locality": "通山县",
    "amount": 30_000_000,
    "investor": "某公司",
    "kind": "非工业",
    "industry": "文化旅游",
    "responsible_unit": "通山县招商局",
    "specialist": "赵专员",
    "on:intent": Day(date(2018, 6, 4)),
    "on:negotiation": None,
}


def sheet(*rows: dict[str, Any], of: str = "ledger", name: str = "台账", first: int = 2) -> Sheet:
    """A sheet whose columns are the keys of its first row, from A on; None is an empty cell."""
    columns = {key: chr(ord("A") + at) for at, key in enumerate(rows[0])}
    made = [
        Row(
            name,
            number,
            {key: value for key, value in row.items() if value is not None},
            {key: f"{letter}{number}" for key, letter in columns.items()},
        )
        for number, row in enumerate(rows, start=first)
    ]
    return Sheet(name, of, columns, made)


def imported(
    engine: Engine, *sheets: Sheet, as_of: date = AS_OF, login: str = "operator", sha256: str = ""
) -> ImportReport:
    """Import the sheets as one file in one transaction."""
    at = start_of(as_of)
    with writing(engine) as session:
        return take(session, actor_by_login(session, login, today(at)), at, at, sheets, sha256=sha256)


def refused(report: ImportReport) -> list[tuple[str, str]]:
    """Cell and reason of every refusal."""
    return [(one.cell, one.why) for one in report.refused]


def rows_of_all_tables(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with reading(engine) as session:
        return {
            name: session.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in inspect(engine).get_table_names()
        }


def ask(session: Session, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of a plain statement; dates as text on both databases."""
    return [tuple(_plain(cell) for cell in row) for row in session.execute(text(query), values)]


def _plain(cell: Any) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    return bool(cell) if isinstance(cell, bool) else cell


def told(engine: Engine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of a plain statement in a transaction of its own."""
    with reading(engine) as session:
        return ask(session, query, **values)
