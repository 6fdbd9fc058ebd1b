"""For set-based writers, whose rows never leave the database: ids, JSON and temporary tables made in SQL.

Where SQLite and PostgreSQL differ in these, they differ here; rows that come from Python go by `bulk`.
"""

from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Integer, Table, cast, func, literal, select, type_coerce
from sqlalchemy import text as sql
from sqlalchemy.schema import CreateTable, DropTable
from sqlmodel import Session


def postgresql(session: Session) -> bool:
    """Whether this session speaks to PostgreSQL; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def new_ids(session: Session, column: Column[Any], *order: ColumnElement[Any]) -> ColumnElement[int]:
    """Ids for the rows of an INSERT…SELECT, as a column of it.

    SQLite: the highest id + row number (in `order`), safe under the writer's lock. PostgreSQL: the sequence;
    other transactions may draw ids in between.
    """
    if postgresql(session):
        sequence = func.pg_get_serial_sequence(column.table.name, column.name)
        return func.nextval(sequence, type_=Integer)
    highest = session.execute(select(func.coalesce(func.max(column), 0))).scalar_one()
    return literal(highest) + func.row_number().over(order_by=order)


def as_json(session: Session, text: ColumnElement[str]) -> ColumnElement[Any]:
    """Text built in SQL as the value of a JSON column."""
    return cast(text, JSON) if postgresql(session) else type_coerce(text, JSON)


def temporary(session: Session, *tables: Table) -> None:
    """Empty temporary tables, whatever an earlier use left on this connection."""
    for table in tables:
        session.execute(DropTable(table, if_exists=True))
        session.execute(CreateTable(table))
        for index in table.indexes:
            index.create(session.connection())


def analyze(session: Session, *tables: Table) -> None:
    """Tell PostgreSQL's planner how large freshly filled temporary tables are."""
    if postgresql(session):
        for table in tables:
            session.execute(sql(f"ANALYZE {table.name}"))


def runs(session: Session, column: Column[Any]) -> list[tuple[int, int]]:
    """The ids in a temporary table's column as first and last of each unbroken run, ascending."""
    numbered = select(column, (column - func.row_number().over(order_by=column)).label("run")).subquery()
    number = numbered.c[0]
    islands = select(func.min(number), func.max(number)).group_by(numbered.c.run).order_by(func.min(number))
    return [(first, last) for first, last in session.execute(islands)]
