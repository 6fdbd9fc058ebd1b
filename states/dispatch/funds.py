"""到位资金 on paper → facts: by contract number, else project name; one amount a project, month and kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import Session, col

from states.dispatch.intake import Believed, Figure, Key, Kind, settle
from states.dispatch.tables import Fund
from states.projects.intake import contract_key, earliest, folded, refusal, shown
from states.projects.intake_report import ImportReport
from states.projects.intake_write import Frame
from states.projects.ledger import Day, Refusal, Row, Sheet
from states.projects.tables import ProjectRevision

FUNDS = Kind(Fund, ("project_id", "month_on", "kind"), "amount_yuan", "funds", "funds_imported")
LONGEST_KIND = 40


def take_funds(session: Session, frame: Frame, sheets: Sequence[Sheet], report: ImportReport) -> None:
    """Import the rows of the funds sheets. A row of an unknown project, or of a month to come, is refused."""
    judge = _Judge.read(session, frame)
    figures: list[Figure] = []
    for row in (row for sheet in sheets for row in sheet.rows):
        wrong = list(judge.wrong(row))
        if wrong:
            report.refused += wrong
        else:
            figures.append(judge.figure(row))
    settle(session, frame, FUNDS, figures, _believed(session), report)


def _believed(session: Session) -> dict[Key, Believed]:
    query = select(
        col(Fund.project_id),
        col(Fund.month_on),
        col(Fund.kind),
        col(Fund.id),
        col(Fund.amount_yuan),
        col(Fund.known_at),
    ).where(col(Fund.superseded_at).is_(None))
    return {
        (project_id, month_on, kind): Believed(fund_id, yuan, known_at)
        for project_id, month_on, kind, fund_id, yuan, known_at in session.execute(query)
        if fund_id is not None
    }


@dataclass(slots=True)
class _Judge:
    """Which project a row means. `named`: folded name → ids; `titles`: id → name."""

    today: date
    contracts: dict[str, int] = field(default_factory=dict)
    named: dict[str, set[int]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session, frame: Frame) -> "_Judge":
        judge = cls(frame.today)
        query = select(
            col(ProjectRevision.project_id), col(ProjectRevision.name), col(ProjectRevision.contract_no)
        ).where(col(ProjectRevision.superseded_at).is_(None), col(ProjectRevision.to_on).is_(None))
        for project_id, name, contract_no in session.execute(query):
            judge.titles[project_id] = name
            judge.named.setdefault(folded(name), set()).add(project_id)
            if contract_no is not None:
                judge.contracts[contract_no] = project_id
        return judge

    def wrong(self, row: Row) -> Iterator[Refusal]:
        month = row.values.get("month")
        if not isinstance(month, Day):
            yield refusal(row, "month", "到位月份为空：请填写到位月份")
        elif earliest(month) > self.today:
            why = f"到位月份 {shown(month)} 晚于数据截至日 {self.today.isoformat()}：请核对"
            yield refusal(row, "month", why)
        if not isinstance(row.values.get("amount"), int):
            yield refusal(row, "amount", "到位资金为空：请填写金额")
        if len(_kind(row)) > LONGEST_KIND:
            yield refusal(row, "kind", f"资金类别超过 {LONGEST_KIND} 个字：请精简")
        found = self.project(row)
        if isinstance(found, Refusal):
            yield found

    def project(self, row: Row) -> int | Refusal:
        number = contract_key(row.values.get("contract_no"))
        if number is not None:
            found = self.contracts.get(number)
            return (
                found if found is not None else refusal(row, "contract_no", _unknown(number, self.contracts))
            )
        name = row.values.get("name")
        if name is None:
            key = "contract_no" if "contract_no" in row.cells else "name"
            return refusal(row, key, "合同编号和项目名称都为空：请至少填写一项")
        named = self.named.get(folded(str(name)), set())
        if len(named) > 1:
            return refusal(row, "name", f"名为“{name}”的项目有 {len(named)} 个：请填写合同编号")
        return next(iter(named), None) or refusal(
            row, "name", f"台账中没有名为“{name}”的项目：请先导入台账，或核对名称"
        )

    def figure(self, row: Row) -> Figure:
        project_id, month, amount = self.project(row), row.values["month"], row.values["amount"]
        assert isinstance(project_id, int) and isinstance(month, Day) and isinstance(amount, int)
        kind = _kind(row)
        on = _month_end(month)
        label = f"到位资金 {on.year}年{on.month}月{'·' if kind else ''}{kind}"
        return Figure(
            row, (project_id, on, kind), amount, "amount", self.titles[project_id], label, project_id
        )


def _month_end(month: Day) -> date:
    year, following = month.on.year + month.on.month // 12, month.on.month % 12 + 1
    return date.fromordinal(date(year, following, 1).toordinal() - 1)


def _kind(row: Row) -> str:
    return str(row.values.get("kind", ""))


def _unknown(number: str, known: Mapping[str, int]) -> str:
    near = get_close_matches(number, list(known)[:20000], n=1, cutoff=0.85)
    hint = f"是否为 {near[0]}？" if near else "请先导入台账，或核对编号"
    return f"没有合同编号为“{number}”的项目：{hint}"
