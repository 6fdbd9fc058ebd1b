"""Opaque cursors: where a list goes on, as base64url of a small JSON list [order, value, id]."""

import base64
import json
from datetime import date
from typing import Any

from states.errors import Malformed


def write(order: str, value: int | date, line_id: int) -> str:
    """The cursor after a line with this sort value and id."""
    plain = value.isoformat() if isinstance(value, date) else value
    body = json.dumps([order, plain, line_id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def place(cursor: str, order: str, kind: type) -> tuple[Any, int]:
    """Sort value (of `kind`: int or date) and id. Malformed for what `write` never made, or for another order."""
    try:
        made, value, line_id = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        )
        found = date.fromisoformat(value) if kind is date else _whole(value)
        line_id = _whole(line_id)
    except (ValueError, TypeError, RecursionError):
        made, found, line_id = None, None, 0
    if made != order:
        raise Malformed("cursor 不是本接口为此排序给出的翻页标记，请从第一页重新查询。")
    return found, line_id


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(value)
    return value
