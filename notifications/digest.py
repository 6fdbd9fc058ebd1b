"""A leader's one message of a working day: red first, the ten weightiest, counts and a link."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from notifications.messages import Told
from states.clock import today

TOP = 10


def digest(name: str, items: Sequence[Told], now: datetime, public_url: str) -> tuple[str, str]:
    """(subject, text)."""
    late = [item for item in items if item.weight[1] > 0]
    subject = f"每日提要 {today(now).isoformat()}：{len(items)} 件，其中逾期 {len(late)} 件"
    ordered = sorted(items, key=lambda item: (item.weight, -item.event_id), reverse=True)
    lines = [f"{name}：", subject, _counts(items), ""]
    for number, item in enumerate(ordered[:TOP], 1):
        lines += [f"{number}. {item.subject}", *(f"   {line}" for line in item.lines)]
    if len(ordered) > TOP:
        lines.append(f"……另有 {len(ordered) - TOP} 件。")
    lines += ["", f"全部：{public_url.rstrip('/')}/inbox"]
    return subject, "\n".join(lines)


def _counts(items: Sequence[Told]) -> str:
    kinds = Counter(item.subject.partition("：")[0] for item in items)
    return "；".join(f"{kind} {count} 件" for kind, count in kinds.most_common()) + "。"
