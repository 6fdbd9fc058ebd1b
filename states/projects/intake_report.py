"""What came of an import: counts, refusals, changes, gaps, and whom the office must confirm."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from states.policy.schema import Pack
from states.projects.ledger import Day, Refusal

REMARKED = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a known project that the file changed: shown values, and the cell that says so."""

    project: str
    project_id: int
    field: str
    was: str | None
    now: str | None
    sheet: str
    cell: str


@dataclass(slots=True)
class ImportReport:
    """The report of one file. Counts of stages and signing years are of the projects newly made."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    units: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def took_any(self) -> bool:
        """Whether any row was taken or found unchanged: exit status 0."""
        return any(count for key, count in self.counts.items() if key in _ROWS)

    @property
    def wrote(self) -> bool:
        """Whether the file changed anything."""
        return any(self.counts[key] for key in _WRITTEN)

    def remark(self, text: str) -> None:
        """Say something about a row; at most `REMARKED` remarks are kept, and the last says that there were more."""
        if len(self.remarks) < REMARKED:
            self.remarks.append(text)
        elif len(self.remarks) == REMARKED:
            self.remarks.append("说明过多，其余从略")

    def count_new(self, pack: Pack, stage: str, reached: Mapping[str, Day]) -> None:
        """Count a new project: in all, as a lead (first lead stage 意向, second 洽谈) or by its signing year."""
        self.counts["projects"] += 1
        leads = [each.key for each in pack.stage if each.lead]
        if stage in leads[:2]:
            self.counts[("leads", "negotiating")[leads.index(stage)]] += 1
        signing = pack.stage_in_role("signed") or next((each for each in pack.stage if not each.lead), None)
        if signing is not None and signing.key in reached and stage not in leads:
            self.counts[f"signed_{reached[signing.key].on.year}"] += 1

    def as_json(self) -> dict[str, Any]:
        """As `zlf import --json` prints it."""
        counts = {key: self.counts[key] for key in dict.fromkeys((*_ROWS, *sorted(self.counts)))}
        return {
            "imported": counts | {"refused": len(self.refused)},
            "refused": [asdict(one) for one in self.refused],
            "changed": [asdict(one) for one in self.changed],
            "unconfirmed": {"units": self.units, "persons": self.persons},
            "gaps": dict(self.gaps.most_common()),
            "remarks": self.remarks,
        }


_WRITTEN = ("projects", "updated", "funds", "funds_updated", "targets", "targets_updated")
_ROWS = ("projects", "updated", "unchanged", "funds", "funds_updated", "funds_unchanged", "targets", "targets_updated", "targets_unchanged")  # fmt: skip
