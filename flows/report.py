"""What a tick did, as it is told: to people in Chinese, to programs as JSON."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.timetable import LABELS
from states.clock import local

OUTCOMES = {"done": "已办", "merged": "并入", "held": "待放行", "running": "正由其他进程办理"}

SENT = {
    "sent": "已发",
    "failed": "待重试",
    "dead": "未送达",
    "uncertain": "结果不明",
    "waiting": "渠道未设置",
}


@dataclass(frozen=True, slots=True)
class PeriodRun:
    """One period as this tick left it: done, merged (并入), held (待放行) or running (another process has it)."""

    flow: str
    period: str
    outcome: str
    late: bool = False
    fired: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)
    why: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What became of the period, in words."""
        text = self.period + ("（补办）" if self.late and self.outcome != "merged" else "")
        text += f"：{OUTCOMES[self.outcome]}"
        if self.outcome in ("done", "held"):
            verb = "拟发" if self.outcome == "held" else "发出"
            text += f"；{verb} {_counts(self.fired)}" if self.fired else ""
            text += f"；补记 {_counts(self.recorded)}" if self.recorded else ""
        return text + (f"；{self.why}" if self.why else "") + "。"


@dataclass(slots=True)
class TickReport:
    """Everything that one tick did; empty where nothing was due."""

    as_of: datetime
    runs: list[PeriodRun] = field(default_factory=list)
    delivered: dict[str, int] = field(default_factory=dict)
    sealed: int = 0

    def total(self, what: str) -> dict[str, int]:
        """Rungs `fired` or `recorded`, over all periods that were not held."""
        counts: Counter[str] = Counter()
        for run in self.runs:
            if run.outcome == "done":
                counts.update(getattr(run, what))
        return dict(sorted(counts.items()))

    @property
    def held(self) -> PeriodRun | None:
        """The sweep that waits for its release, if this tick held one."""
        return next((run for run in reversed(self.runs) if run.outcome == "held"), None)

    def as_json(self) -> dict[str, Any]:
        """The form of the command contract."""
        held = self.held
        return {
            "as_of": local(self.as_of).isoformat(),
            "periods": [_period(run) for run in self.runs],
            "fired": self.total("fired"),
            "recorded": self.total("recorded"),
            "held": None
            if held is None
            else {"period": held.period, "would_fire": held.fired, "why": held.why},
            "delivered": self.delivered,
            "sealed": self.sealed,
        }

    def lines(self) -> list[str]:
        """The same for people."""
        if not self.runs and not self.sealed and not any(self.delivered.values()):
            return [f"{local(self.as_of):%Y-%m-%d %H:%M} 没有到期的事项。"]
        merged = [run.period for run in self.runs if run.outcome == "merged"]
        told = [f"{LABELS[run.flow]} {run.told}" for run in self.runs if run.outcome != "merged"]
        if merged:
            told.insert(0, f"漏办 {len(merged)} 期（{merged[0]} 至 {merged[-1]}），并入最近一期。")
        if any(self.delivered.values()):
            told.append("消息：" + "，".join(f"{SENT[key]} {n}" for key, n in self.delivered.items()) + "。")
        return [*told, f"已封存日志 {self.sealed} 条。"] if self.sealed else told


def _period(run: PeriodRun) -> dict[str, Any]:
    shown = {"flow": run.flow, "period": run.period, "outcome": run.outcome, "late": run.late}
    if run.outcome == "done" and run.flow == "overdue_escalation":
        shown |= {"fired": run.fired, "recorded": run.recorded}
    return shown | ({"why": run.why} if run.why else {}) | run.facts


def _counts(counts: dict[str, int]) -> str:
    return "，".join(f"{rung} {n}" for rung, n in counts.items())
