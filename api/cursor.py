"""Opaque cursors: where a list goes on, as base64url of a small JSON list."""

import base64
import binascii
import json
from typing import Any

from states.errors import Malformed


def write(*values: Any) -> str:
    """A cursor of plain values."""
    body = json.dumps(values, ensure_ascii=True, separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def read(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Its values, of these kinds; Malformed for anything that `write` never made."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise Malformed("cursor 不是本接口给出的翻页标记，请从第一页重新查询。")
    if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values):
        raise Malformed("cursor 不是本接口给出的翻页标记，请从第一页重新查询。")
    return tuple(values)
