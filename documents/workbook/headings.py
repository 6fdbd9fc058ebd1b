"""Where a sheet's heading is, and which column is which field: by synonyms, never by position."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from documents.workbook.amounts import Unit, corner_unit, heading_unit, is_unit, without_unit
from documents.workbook.texts import is_empty, key, quote
from states.projects.ledger import Field, Table

SEARCHED_ROWS = 60
MAX_HEIGHT = 3
_SERIAL = frozenset({"序号", "序", "no.", "no", "№", "编次", "行号"})
_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_ORDINAL = re.compile(r"^\d{1,2}[.、]")
_COLUMN_MARK = re.compile(r"[(]?(?:\d{1,3}|[甲乙丙丁戊己庚辛壬癸]|[a-z])[)]?")

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column, all from 0."""
Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading found: rows `top` to `bottom` and columns count from 0.

    `columns`: field key → column. `units`: field key → unit of its money column. `labels`: column → every text
    of the heading above it. `unknown`: columns whose heading is no field's. `clashes`: a field and the two columns
    that claim it. `missing`: required fields without a column.
    """

    table: Table
    top: int
    bottom: int
    columns: Mapping[str, int]
    units: Mapping[str, Unit | None]
    labels: Mapping[int, frozenset[str]]
    unknown: Mapping[int, str]
    clashes: Sequence[tuple[Field, int, int]]
    missing: Sequence[Field]

    @property
    def usable(self) -> bool:
        return not self.clashes and not self.missing


def find(
    rows: Sequence[Cells], first: int, merges: Sequence[Merge], tables: Sequence[Table], tops: int
) -> Heading | None:
    """The best heading that begins in one of the first `tops` of `rows`, the first of which is the sheet's row `first`.

    None where no table has two of its headings there. More fields win; then the lower heading, then the earlier.
    """
    best: tuple[tuple[int, bool, int, int], Heading] | None = None
    for top in range(min(tops, len(rows))):
        if sum(not is_empty(value) for value in rows[top]) == 0:
            continue
        for height in range(1, min(MAX_HEIGHT, len(rows) - top) + 1):
            if height > 1 and not all(isinstance(value, str) for value in rows[top + height - 1]):
                break  # Numbers and dates are data.
            paths = _paths(rows, first, merges, top, height)
            for table in tables:
                heading = _match(table, paths, first + top, first + top + height - 1)
                found = len(heading.columns) + len(heading.clashes)
                rank = (found, not heading.missing, -height, -top)
                if found >= 2 and (best is None or rank > best[0]):
                    best = rank, heading
    return _whole(best[1], rows, first, merges) if best else None


def _paths(
    rows: Sequence[Cells], first: int, merges: Sequence[Merge], top: int, height: int
) -> dict[int, tuple[str, ...]]:
    """Column → the heading's texts from top to leaf, merged cells filled."""
    block = [list(row) for row in rows[top : top + height]]
    for r1, c1, r2, c2 in merges:
        if r1 - first < top + height and r2 - first >= top:
            _fill(block, r1 - first - top, c1, r2 - first - top, c2)
    _fill_groups(block)
    width = max(len(row) for row in block)
    paths = {}
    for column in range(width):
        texts = [str(row[column]).strip() for row in block if column < len(row) and _is_label(row[column])]
        path = tuple(text for n, text in enumerate(texts) if n == 0 or text != texts[n - 1])
        if path:
            paths[column] = path
    return paths


def _is_label(value: object) -> bool:
    return isinstance(value, str) and not is_empty(value)


def _fill(block: list[list[object]], r1: int, c1: int, r2: int, c2: int) -> None:
    if not 0 <= r1 < len(block) or c1 >= len(block[r1]):
        return
    for row in block[r1 : r2 + 1]:
        for column in range(c1, min(c2 + 1, len(row))):
            row[column] = block[r1][c1]


def _fill_groups(block: list[list[object]]) -> None:
    """A group's title typed over its first column only, not merged: 产业 | (blank) over 类别 | 行业."""
    for upper, lower in zip(block, block[1:], strict=False):
        for column in range(1, min(len(upper), len(lower))):
            beside = _is_label(lower[column]) and _is_label(lower[column - 1])
            if is_empty(upper[column]) and beside and upper[column - 1] != lower[column - 1]:
                upper[column] = upper[column - 1]


def _match(table: Table, paths: Mapping[int, tuple[str, ...]], top: int, bottom: int) -> Heading:
    """The table's fields among the columns. A reading without brackets counts only where no other column is firmer."""
    synonyms = _synonyms(table)
    claims: dict[str, list[tuple[int, int]]] = {}
    fields = {field.key: field for field in table.fields}
    tops = Counter(path[0] for path in paths.values())
    for column, path in paths.items():
        if claim := _claim(synonyms, path, tops[path[0]] == 1):
            claims.setdefault(claim[1], []).append((claim[0], column))
    columns, clashes = {}, []
    for name, claimed in claims.items():
        firm = [column for strength, column in claimed if strength > _LOOSE] or [
            column for _, column in claimed
        ]
        if len(firm) == 1:
            columns[name] = firm[0]
        else:
            clashes.append((fields[name], firm[0], firm[1]))
    taken = {*columns.values(), *(at for _, *pair in clashes for at in pair)}
    return Heading(
        table=table,
        top=top,
        bottom=bottom,
        columns=columns,
        units={name: _unit(paths[at]) for name, at in columns.items() if fields[name].kind == "money"},
        labels={at: frozenset(key(text) for text in path) for at, path in paths.items()},
        unknown={at: path[-1] for at, path in paths.items() if at not in taken and not _serial(path)},
        clashes=clashes,
        missing=[field for field in table.fields if field.required and field.key not in claims],
    )


def _serial(path: tuple[str, ...]) -> bool:
    return key(path[-1]) in _SERIAL or is_unit(path[-1])


def _unit(path: tuple[str, ...]) -> Unit | None:
    return next((unit for text in reversed(path) if (unit := heading_unit(text))), None)


@lru_cache(maxsize=64)
def _synonyms(table: Table) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for field in table.fields:
        for heading in (field.label, *field.headings):
            found.setdefault(without_unit(heading), set()).add(field.key)
    return {text: frozenset(keys) for text, keys in found.items()}


_LOOSE = 1


def _claim(
    synonyms: Mapping[str, frozenset[str]], path: tuple[str, ...], alone: bool
) -> tuple[int, str] | None:
    """The field that a heading means, with how firmly: the most specific reading that is not ambiguous."""
    for strength, text in _readings(path, alone):
        fields = synonyms.get(text)
        if fields is not None:
            return (strength, next(iter(fields))) if len(fields) == 1 else None
    return None


@lru_cache(maxsize=8192)
def _readings(path: tuple[str, ...], alone: bool) -> tuple[tuple[int, str], ...]:
    """How a column's heading may be read, most specific first: upper and leaf joined, the leaf, leaf and upper,
    a group title over this column alone; then the same without what stands in brackets."""
    texts = [without_unit(text) for text in path if not is_unit(text)]
    if not texts:
        return ()
    leaf, uppers = texts[-1], texts[:-1]
    joined = ["".join(texts[n:]) for n in range(len(uppers))] + [upper + leaf for upper in uppers[:-1]]
    firm = [(4, text) for text in joined] + [(3, leaf)] + [(2, leaf + upper) for upper in reversed(uppers)]
    loose = [bare(text) for _, text in firm] + ([texts[0], bare(texts[0])] if alone else [])
    return (*firm, *((_LOOSE, text) for text in loose))


def bare(text: str) -> str:
    """A heading's key less brackets, ordinal and marks."""
    return _ORDINAL.sub("", _BRACKETS.sub("", text)).strip("*★☆#:")


def _whole(heading: Heading, rows: Sequence[Cells], first: int, merges: Sequence[Merge]) -> Heading:
    """The heading with what belongs to its foot: merged cells that reach lower, a row of units, a row of column numbers."""
    bottom = heading.bottom
    reach = [r2 for r1, _, r2, _ in merges if heading.top <= r1 <= bottom < r2 <= r1 + MAX_HEIGHT]
    bottom = max([bottom, *reach])
    units = dict(heading.units)
    while bottom + 1 - first < len(rows) and _is_foot(row := rows[bottom + 1 - first]):
        bottom += 1
        for name in units:
            at = heading.columns[name]
            own = heading_unit(str(row[at])) if at < len(row) and isinstance(row[at], str) else None
            units[name] = own or units[name]
    return _replace(heading, bottom, units)


def _replace(heading: Heading, bottom: int, units: Mapping[str, Unit | None]) -> Heading:
    return Heading(
        heading.table, heading.top, bottom, heading.columns, units, heading.labels, heading.unknown, heading.clashes,
        heading.missing,
    )  # fmt: skip


def _is_foot(row: Cells) -> bool:
    filled = [value for value in row if not is_empty(value)]
    if not filled:
        return False
    if all(isinstance(value, str) and is_unit(value) for value in filled):
        return True
    return len(filled) >= 3 and (_counts(filled) or all(isinstance(v, str) and _marks(v) for v in filled))


def _counts(filled: Sequence[object]) -> bool:
    """1, 2, 3 … over the columns."""
    return (
        all(isinstance(value, int | float) for value in filled)
        and all(
            second == first + 1  # type: ignore[operator]
            for first, second in zip(filled, filled[1:], strict=False)
        )
    )


def _marks(text: str) -> bool:
    return bool(_COLUMN_MARK.fullmatch(key(text)))


def sheet_unit(rows: Sequence[Cells], heading: Heading, first: int) -> Unit | None:
    """The unit that a corner cell or sub-title gives for the sheet, from the rows of the heading and those above it."""
    texts = [value for row in rows[: heading.bottom + 1 - first] for value in row if isinstance(value, str)]
    units = {unit.yuan: unit for text in texts if "单" in text and (unit := corner_unit(text))}
    return next(iter(units.values())) if len(units) == 1 else None


def complaint(heading: Heading, letter: Mapping[int, str]) -> str:
    """Why a heading cannot be used: the fields that are missing, the columns that claim the same."""
    why = []
    if heading.missing:
        names = "、".join(f"“{field.label}”" for field in heading.missing)
        also = "；".join(
            f"{f.label}可写作：{'、'.join(f.headings[:4])}" for f in heading.missing if f.headings
        )
        why.append(
            f"像是{heading.table.label}，但缺少必需的列{names}：请补上这些列"
            + (f"（{also}）" if also else "")
        )
    for field, one, two in heading.clashes:
        why.append(f"{letter[one]} 列和 {letter[two]} 列都像是“{field.label}”：请改名或删去其中一列")
    return "；".join(why) or quote(heading.table.label)
