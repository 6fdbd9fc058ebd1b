"""The escalation report's words, from its JSON alone (`EscalationReport.as_json()`)."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from documents.bulletin_text import day

Json = dict[str, Any]
NONE = "none"
NO_RUNG = "未触发"
NO_UNIT = "（责任单位未填）"
CLAUSES = ("clause", "rung_clause")
CITED = re.compile(r"^(《[^》]+》)(.+)$")


class Report:
    """The words of one report; `office` stands in the title."""

    def __init__(self, report: Json, office: str = "") -> None:
        self.report = report
        self.office = office
        self.rungs: dict[str, str] = {**report["rungs"], NONE: NO_RUNG}
        self.days: list[str] = list(report["totals"]["by_days_late"])

    @property
    def title(self) -> str:
        return f"{self.office}招商引资项目逾期督办情况报告"

    @property
    def as_of(self) -> str:
        return f"截至{day(self.report['as_of'])}"

    def overall(self) -> Iterator[str]:
        """一、总体情况."""
        totals = self.report["totals"]
        backlog = f"（其中存量逾期{totals['backlog']}项）" if totals["backlog"] else ""
        yield f"{self.as_of}，在办节点中逾期{totals['overdue']}项{backlog}。"
        if totals["overdue"]:
            late = "、".join(f"{days_late(band)}{n}项" for band, n in totals["by_days_late"].items())
            yield f"按逾期天数分：{late}。"
        rungs = [
            (self.rungs[key], n)
            for key, n in totals["by_rung"].items()
            if key != NONE and n and key in self.rungs
        ]
        if rungs:
            fired = "、".join(f"{label}{n}项" for label, n in rungs)
            yield f"按所处督办级次分（每项只计最高一级，含未到期先行提醒的）：{fired}；未触发级次{totals['by_rung'][NONE]}项。"

    def columns(self) -> list[tuple[str, str]]:
        """Rungs that occur, low to high, then none: key and heading."""
        by_rung = self.report["totals"]["by_rung"]
        return [(key, label) for key, label in self.rungs.items() if by_rung.get(key)]

    def legend(self) -> str:
        """What the keys over the columns stand for."""
        return "；".join(f"{key} {label}" for key, label in self.columns() if label != NO_RUNG)

    def rung_of(self, line: Json) -> str:
        """ "R2 催办", "未触发"."""
        key = line["rung"]
        return f"{key} {self.rungs.get(key, '')}".strip() if key else NO_RUNG

    @cached_property
    def document(self) -> str:
        """The one document that all clauses come from, else empty."""
        found = {CITED.match(line[key]) for line in self.report["list"] for key in CLAUSES if line[key]}
        names = {match[1] if match else "" for match in found}
        return names.pop() if len(names) == 1 else ""

    def cited(self, line: Json) -> str:
        """The deadline's clause and the rung's, without the document where all come from one."""
        clauses = [line[key].removeprefix(self.document) for key in CLAUSES if line[key]]
        return "；".join(dict.fromkeys(clauses))


def days_late(band: str) -> str:
    """ "31-90" → "31—90天", "181+" → "181天以上"."""
    return f"{band[:-1]}天以上" if band.endswith("+") else f"{band.replace('-', '—')}天"


def due(line: Json) -> str:
    """The due date, 暂定 where a year in it has no calendar yet."""
    return f"{line['due_on']}（暂定）" if line["provisional"] else str(line["due_on"])


def unit_of(line: Json) -> str:
    """The name under which the line is counted."""
    return line["unit"] or NO_UNIT
