"""From a pack's text to a checked pack, with errors that name what the wrong line means."""

import hashlib
import tomllib
from functools import lru_cache
from importlib import resources

from pydantic import ValidationError

from states.errors import PackError
from states.policy.schema import Pack

DEFAULT = "default.toml"
SECTIONS = {
    "pack": "规则包名称与版本",
    "stage": "阶段",
    "milestone": "子节点",
    "evidence": "佐证",
    "deadline": "期限",
    "candidates": "期限的计算",
    "when": "适用条件",
    "approval": "核定时限",
    "extension": "延期",
    "lights": "灯色",
    "rung": "督办级次",
    "steps": "级次的间隔",
    "backlog": "存量逾期",
    "batch": "存量批次",
    "fuse": "保险丝",
    "hours": "发送时间",
    "periods": "周期",
    "band": "档次",
    "rounding": "取舍",
    "offramp": "退出与变更",
}
REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请检查拼写",
    "int_type": "应为整数",
    "string_type": "应为文字（加引号）",
    "bool_type": "应为 true 或 false",
    "date_type": "应为日期，如 2024-08-01（不加引号）",
    "time_type": "应为时刻，如 08:30:00（不加引号）",
    "literal_error": "不在允许的取值之内",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "应为英文字母开头的标识",
    "too_short": "至少要有一项",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
}


def shipped(name: str = DEFAULT) -> str:
    """The text of a pack that comes with the program."""
    return (resources.files("states.policy") / "packs" / name).read_text(encoding="utf-8")


def digest(body: str) -> str:
    """SHA-256 of a pack's text, by which an activated pack is known to be unchanged."""
    return hashlib.sha256(body.encode()).hexdigest()


@lru_cache(maxsize=64)
def parse(body: str) -> Pack:
    """A checked pack from its TOML text. Raises PackError that names section, entry and rule."""
    try:
        return Pack.model_validate(tomllib.loads(body))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"规则包不是正确的 TOML 文本：{error}") from error
    except ValidationError as error:
        raise PackError(
            "规则包有误：\n" + "\n".join(_explain(item, body) for item in error.errors())
        ) from error


def _explain(item: object, body: str) -> str:
    assert isinstance(item, dict)
    if item["type"] == "value_error":
        return f"- {_place(item['loc'], body)}{item['ctx']['error']}"
    reason = REASONS.get(item["type"], item["msg"])
    shown = f"（现为 {item['input']!r}）" if isinstance(item["input"], str | int | float) else ""
    return f"- {_place(item['loc'], body)}{reason}{shown}"


def _place(loc: tuple[object, ...], body: str) -> str:
    """Where in words: “阶段”第4项（registered）的“佐证”第2项 → ."""
    words: list[str] = []
    node: object = tomllib.loads(body)
    for part in loc:
        if isinstance(part, int):
            node = node[part] if isinstance(node, list) and part < len(node) else None
            name = (
                node.get("key") or node.get("task") or node.get("clause") if isinstance(node, dict) else None
            )
            words.append(f"第{part + 1}项" + (f"（{name}）" if name else ""))
        else:
            node = node.get(str(part)) if isinstance(node, dict) else None
            words.append(f"“{SECTIONS.get(str(part), part)}”")
    return "".join(words) + "：" if words else ""
