"""What a row below the heading is, when it is not plainly a project: blank, repeated heading, total or note."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from documents.workbook.headings import Heading, bare
from documents.workbook.texts import is_empty, key
from states.projects.ledger import Field

RowKind = Literal["data", "blank", "heading", "total", "note", "numbered"]

# The word ends the text, but for a colon, a count or a bracket: 合计科技园 is a project.
_TOTAL = re.compile(r".{0,16}(?:合计|小计|总计|共计|累计)(?:[:(\d].{0,16})?")
_NOTE = re.compile(
    r"(?:附?注|备注|说明|填表说明|附件|填报(?:人|单位|日期|时间)?|填表人?|制表人?|审核人?|审批人?|复核人?|联系人|联系电话|电话|"
    r"(?:单位|部门)?负责人|分管领导|经办人|签字|盖章|(?:金额|计量|货币)?单位)[\d一二三四五六七八九十]{0,2}(?:\([^)]*\))?[:.、]"
)
_SECTION = re.compile(r"[(]?[一二三四五六七八九十]{1,3}(?:[)]|[、.])|第[一二三四五六七八九十\d]+(?:部分|类)")
_LONG = 60
_SAYS_DATA = frozenset({"date", "month", "code", "choice"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What telling rows apart needs of a heading. `known`: every spelling of a field's heading, as compared."""

    heading: Heading
    fields: Mapping[int, Field]
    known: Set[str]


def row_kind(row: Sequence[object], shape: Shape, *, spread: Set[int], after_note: bool) -> RowKind:
    """`spread`: columns of this row where a merge over several columns begins."""
    filled = [at for at, value in enumerate(row) if not is_empty(value)]
    if not filled:
        return "blank"
    if is_heading(row, filled, shape):
        return "heading"
    if _is_total(row, filled, shape.fields):
        return "total"
    if _is_note(row, filled, shape.fields, spread, after_note):
        return "note"
    if len(filled) == 1 and filled[0] not in shape.fields:
        return "numbered"
    return "data"


def is_heading(row: Sequence[object], filled: Sequence[int], shape: Shape) -> bool:
    """Half of the cells, and two at least, are headings of fields or stand in this heading."""
    if len(filled) < 2:
        return False
    labels = shape.heading.labels
    texts = [(at, key(value)) for at in filled if isinstance(value := row[at], str) and len(value) < 40]
    hits = sum(text in labels.get(at, ()) or bare(text) in shape.known for at, text in texts)
    return hits >= 2 and 2 * hits >= len(filled)


def repeats(row: Sequence[object], heading: Heading) -> bool:
    """Every cell says what the heading above it says."""
    cells = [(at, value) for at, value in enumerate(row) if not is_empty(value)]
    return all(isinstance(value, str) and key(value) in heading.labels.get(at, ()) for at, value in cells)


def _is_total(row: Sequence[object], filled: Sequence[int], fields: Mapping[int, Field]) -> bool:
    texts = [at for at in filled if isinstance(row[at], str)]
    words = [
        at
        for at in texts
        if (at == texts[0] or at not in fields or fields[at].filled) and _TOTAL.fullmatch(key(str(row[at])))
    ]
    return bool(words) and not any(
        fields[at].kind in _SAYS_DATA for at in filled if at in fields and at not in words
    )


def _is_note(
    row: Sequence[object],
    filled: Sequence[int],
    fields: Mapping[int, Field],
    spread: Set[int],
    after_note: bool,
) -> bool:
    first = row[filled[0]]
    if not isinstance(first, str):
        return False
    if len(filled) == 1:
        text = key(first)
        aside = filled[0] not in fields or filled[0] in spread or after_note or len(first) > _LONG
        return aside or bool(_NOTE.match(text) or _SECTION.match(text))
    texts = [key(value) for at in filled if isinstance(value := row[at], str)]
    signed = sum(bool(_NOTE.match(text)) for text in texts)
    said = sum(fields[at].filled or fields[at].kind == "money" for at in filled if at in fields)
    return bool(_NOTE.match(texts[0])) and (2 * signed >= len(texts) or said <= 1)
