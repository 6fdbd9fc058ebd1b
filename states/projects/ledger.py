"""What a table on paper may hold, and what was read from it: values only, no session, no workbook.

`documents.ledger` turns a workbook into these; `states.projects.intake` turns these into facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["text", "money", "date", "month", "count", "choice", "code"]
Precision = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Day:
    """A date as a person wrote it. A month without a day stands on its last day, precision `month`."""

    on: date
    precision: Precision = "day"


@dataclass(frozen=True, slots=True)
class Field:
    """One column a table may have.

    `headings` are the synonyms under which offices write it; a merged upper heading may precede
    ("进度节点" over "签约时间"). `required`: a sheet without the column is not this table.
    `filled`: an empty cell refuses the row. `choices`: the only values of a `choice`.
    `unit_in`: key of the field whose cell holds this number's unit (计量单位): 亿元 makes it yuan, 个 leaves it a count.
    """

    key: str
    label: str
    kind: Kind
    headings: tuple[str, ...]
    required: bool = False
    filled: bool = False
    choices: tuple[str, ...] = ()
    unit_in: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of sheet: `ledger`, `funds`, `targets`."""

    key: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose every cell could be read.

    `values`: field key → str (text, choice, code), int yuan (money), int (count: see `unit`), Day (date, month).
    An empty cell has no key. `cells`: field key → address ("G398") for every column of the table, empty ones too.
    """

    sheet: str
    row: int
    values: Mapping[str, object]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not taken: the cell, what is wrong with it and what would be right, in Chinese."""

    sheet: str
    row: int
    cell: str
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as read from a sheet: its columns (field key → column letter), rows, refusals and remarks.

    `table` is "" for a sheet that is none of ours. A sheet with two tables below each other makes two of these.
    """

    name: str
    table: str
    columns: Mapping[str, str]
    rows: Sequence[Row]
    refused: Sequence[Refusal] = field(default_factory=tuple)
    remarks: Sequence[str] = field(default_factory=tuple)
