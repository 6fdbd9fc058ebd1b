"""Write docs/lifecycle.md from the default rule pack; with --check, only say whether it is in step."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from states.policy.load import parse, shipped  # noqa: E402  # the path is set above
from states.policy.schema import DeadlineRow, Pack, RungRule, Stage, SubMilestone  # noqa: E402

PAGE = ROOT / "docs" / "lifecycle.md"
UNITS = {"workdays": "个工作日", "days": "天", "months": "个月"}
EVENTS = {
    "text": "",
    "date": "（日期）",
    "month": "（年月）",
    "money": "（金额）",
    "credit_code": "（校验码须正确）",
    "contract_no": "（全办唯一）",
}


def page(pack: Pack) -> str:
    """The whole page."""
    return "\n".join(
        [
            f"# 项目生命周期：{pack.pack.label}（{pack.pack.key} 第 {pack.pack.version} 版）",
            "",
            "本页由 `make docs` 从默认规则包生成，请勿手改；`make check` 会发现与规则包不一致之处。",
            "",
            *_diagram(pack),
            *_steps(pack),
            *_milestones(pack),
            *_rungs(pack),
            *_offramps(pack),
        ]
    )


def _diagram(pack: Pack) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{stage.label}" as {stage.key}' for stage in pack.stage]
    lines += [f"    [*] --> {pack.stage[0].key}: {pack.stage[0].trigger_label}"]
    for before, after in zip(pack.stage, pack.stage[1:], strict=False):
        lines.append(f"    {before.key} --> {after.key}: {after.trigger_label}")
    for ramp in pack.offramp:
        if ramp.key == "send_back":
            lines += [
                f"    {after.key} --> {before.key}: {ramp.label}"
                for before, after in zip(pack.stage, pack.stage[1:], strict=False)
            ]
    return [*lines, "```", ""]


def _steps(pack: Pack) -> list[str]:
    lines = ["## 步骤、佐证与期限", "", "| 步骤 | 动作 | 佐证 | 期限 | 条款 |", "|---|---|---|---|---|"]
    for stage in pack.stage:
        rows = pack.deadlines_of(stage.key)
        lines.append(
            f"| {pack.step_label(stage.key)} | {stage.trigger_label} `{stage.trigger}` | {_evidence(stage)} "
            f"| {'<br>'.join(_deadline(pack, row) for row in rows) or '—'} "
            f"| {'<br>'.join(row.clause + ('（待确认）' if row.assumed else '') for row in rows) or stage.clause} |"
        )
    return [*lines, ""]


def _milestones(pack: Pack) -> list[str]:
    if not pack.milestone:
        return []
    lines = ["## 子节点", "", "| 子节点 | 自 | 期限 |", "|---|---|---|"]
    for node in pack.milestone:
        rows = "<br>".join(_deadline(pack, row) for row in pack.deadlines_of(node.key))
        lines.append(
            f"| {node.label} `{node.key}` | {pack.stage_of(node.from_).label} | {rows or '只记日期，不设时钟'} |"
        )
    return [*lines, ""]


def _evidence(node: Stage | SubMilestone) -> str:
    parts = [
        item.label + EVENTS[item.kind] + _needed(item.from_on, item.land)
        for item in node.evidence
        if not item.group
    ]
    for group in dict.fromkeys(item.group for item in node.evidence if item.group):
        members = [item for item in node.evidence if item.group == group]
        seen: set[str] = set()
        choices = []
        for item in members:
            if item.key in seen:
                continue
            with_it = [item, *(other for other in members if other.key in item.together)]
            seen.update(other.key for other in with_it)
            choices.append("与".join(other.label for other in with_it) + _needed(item.from_on, item.land))
        parts.append("或".join(choices))
    return "；".join(parts) or "—"


def _needed(from_on: object, land: tuple[str, ...]) -> str:
    notes = ([f"{from_on} 起签订的合同"] if from_on else []) + (["限" + "、".join(land)] if land else [])
    return f"（{'；'.join(notes)}）" if notes else ""


def _deadline(pack: Pack, row: DeadlineRow) -> str:
    when = []
    if row.when.land:
        when.append("、".join(row.when.land))
    if row.when.kind:
        when.append("、".join(row.when.kind))
    if row.when.amount_from_yuan is not None:
        when.append(f"{row.when.amount_from_yuan / 1e8:g}亿元以上")
    if row.when.amount_below_yuan is not None:
        when.append(f"不足{row.when.amount_below_yuan / 1e8:g}亿元")
    if row.when.agreed:
        when.append(f"约定{pack.milestone_of(row.when.agreed).label}日期")
    ends = [
        ("最迟" if item.cap else "")
        + f"{pack.milestone_of(item.after).label}后{item.budget}{UNITS[item.unit]}"
        for item in row.candidates
    ]
    return (f"{'，'.join(when)}：" if when else "") + "，".join(ends)


def _rungs(pack: Pack) -> list[str]:
    lines = ["## 督办阶梯", "", "| 级次 | 何时 | 文书 | 条款 |", "|---|---|---|---|"]
    for rung in pack.rung:
        lines.append(f"| {rung.key} {rung.label} | {_when(rung)} | {rung.paper} | {rung.clause} |")
    return [*lines, ""]


def _when(rung: RungRule) -> str:
    anchor = "到期日" if rung.anchor == "due" else "阶梯起算日"
    if rung.offset is not None and rung.unit is not None:
        side = "前" if rung.offset < 0 else "后"
        text = f"{anchor}{side}{abs(rung.offset)}{UNITS[rung.unit]}"
        return text + (
            f"（起算日至到期日超过{rung.min_workdays}个工作日的）" if rung.min_workdays is not None else ""
        )
    steps = [
        (f"{step.amount_from_yuan / 1e8:g}亿元以上" if step.amount_from_yuan else "其余")
        + f"{step.offset}{UNITS[step.unit]}"
        for step in rung.steps
    ]
    return f"{anchor}后：" + "，".join(steps)


def _offramps(pack: Pack) -> list[str]:
    lines = ["## 退出与变更", "", "| 事项 | 决定人 | 时钟后果 |", "|---|---|---|"]
    names = {"approver": "招商局核定人", "supervision": "督查室"}
    lines += [
        f"| {ramp.label} `{ramp.key}` | {names[ramp.decided_by]} | {ramp.consequence} |"
        for ramp in pack.offramp
    ]
    return [*lines, ""]


def main() -> int:
    """0 in step or written, 1 stale."""
    text = page(parse(shipped()))
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.stderr.write("docs/lifecycle.md 与默认规则包不一致，请运行 make docs。\n")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
