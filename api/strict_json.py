"""JSON without its loose ends: UTF-8 only, no duplicate keys, no NaN or Infinity, no lone surrogates, bounded."""

import json
import math
import re
from typing import Any

from states.errors import Malformed

LONGEST_NUMBER = 30  # digits
LONE = re.compile("[\ud800-\udfff]")


def read(body: bytes) -> Any:
    """The value, or Malformed that says what is wrong without repeating it."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("请求体不是 UTF-8 编码。") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole, parse_float=_finite
        )
        _whole_text(value)
    except json.JSONDecodeError as error:
        raise Malformed(f"请求体不是正确的 JSON（第 {error.lineno} 行第 {error.colno} 列）。") from None
    except RecursionError:
        raise Malformed("请求体嵌套过深。") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("请求体中有重复的键。")
    return found


def _no_constant(_name: str) -> Any:
    raise Malformed("数字不得为 NaN 或 Infinity。")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Malformed("数字过大。")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise Malformed("数字过大。")
    return value


def _whole_text(value: Any) -> None:
    if isinstance(value, str):
        if LONE.search(value):
            raise Malformed("文字中含有不完整的字符（孤立代理项）。")
    elif isinstance(value, dict):
        for key, item in value.items():
            _whole_text(key)
            _whole_text(item)
    elif isinstance(value, list):
        for item in value:
            _whole_text(item)
