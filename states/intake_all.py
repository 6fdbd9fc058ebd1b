"""A workbook of an office into the database, for edges: ledger, funds and targets of one file in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from states.bulk import alone, batches, settled_memory
from states.dispatch.funds import take_funds
from states.dispatch.tables import Bulletin
from states.dispatch.targets import take_targets
from states.errors import NotAllowedNow
from states.events import record
from states.instants import day_of, local
from states.lifecycle.onboarding import start_clocks
from states.lifecycle.reonboarding import kinds_ever, move_clocks, refuse_waiting, reports_waiting, unclocked
from states.people.actor import Actor
from states.people.naming import Names
from states.people.rights import require
from states.people.tables import Region
from states.policy.active import current_pack, pack_by_id
from states.policy.schema import Pack
from states.projects.intake import Entry, Judge, without_contract
from states.projects.intake_apply import apply
from states.projects.intake_change import Differ, Plan
from states.projects.intake_detail import Detail, details
from states.projects.intake_known import Known, Matcher
from states.projects.intake_report import Change, ImportReport
from states.projects.intake_write import Frame, gaps_of, write_gaps, write_new
from states.projects.ledger import Refusal, Sheet, Table
from states.projects.missing import GapKey, gap_label
from states.projects.tables_on_paper import tables

BATCH = 2000
IMPORT_LOCK = 7_201_806
Progress = Callable[[int, int], None]
Matched = tuple[Entry, int | None]


def tables_of(session: Session, as_of: datetime) -> tuple[Table, ...]:
    """The tables that a workbook may hold by the pack then in force, for `read_workbook`."""
    return tables(current_pack(session, day_of(as_of))[1])


def take(
    session: Session,
    actor: Actor,
    now: datetime,
    as_of: datetime,
    sheets: Sequence[Sheet],
    *,
    sha256: str = "",
    progress: Progress | None = None,
) -> ImportReport:
    """Import the sheets of one file: every row whole or refused; the same file again changes nothing.

    `as_of` is the instant of knowledge (reported_at = approved_at); `now` is when it was really entered. Forbidden
    without the right; NotAllowedNow where a bulletin published later has already counted.
    """
    require(actor, "import")
    alone(session, IMPORT_LOCK)
    _before_no_bulletin(session, as_of)
    pack_id, pack = current_pack(session, day_of(as_of))
    run = Run(session, Frame(actor, as_of, day_of(as_of), pack_id, pack), progress)
    for sheet in sheets:
        run.report.refused += sheet.refused
        run.report.remarks += sheet.remarks
    with settled_memory():
        run.ledger([sheet for sheet in sheets if sheet.table == "ledger"])
        run.figures(sheets)
    if run.report.wrote:
        run.log(now, sha256)
    run.report.refused.sort(key=_place(sheets))
    return run.report


@dataclass(slots=True)
class Run:
    """One file on its way in."""

    session: Session
    frame: Frame
    progress: Progress | None
    report: ImportReport = field(default_factory=ImportReport)
    _differs: dict[int, Differ] = field(default_factory=dict)

    def ledger(self, sheets: Sequence[Sheet]) -> None:
        """Judge, match and write the ledger's rows, a batch at a time."""
        if not sheets:
            return
        localities = _localities(self.session)
        judge = Judge.of(self.frame.pack, localities, self.frame.today)
        matcher = Matcher(Known.read(self.session), without_contract(sheets, localities))
        names = Names(self.session)
        done, total = 0, sum(len(sheet.rows) for sheet in sheets)
        for batch in batches(self._matched(judge, matcher, sheets), BATCH):
            self._write(batch, names)
            done += len(batch)
            if self.progress is not None:
                self.progress(done, total)
        self._unconfirmed(names)

    def figures(self, sheets: Sequence[Sheet]) -> None:
        """Funds and targets, after the projects to which they belong."""
        for key, take_them in (("funds", take_funds), ("targets", take_targets)):
            some = [sheet for sheet in sheets if sheet.table == key]
            if some:
                take_them(self.session, self.frame, some, self.report)

    def _matched(self, judge: Judge, matcher: Matcher, sheets: Sequence[Sheet]) -> Iterator[Matched]:
        for judged in (each for sheet in sheets for each in judge.entries(sheet)):
            if isinstance(judged, list):
                self.report.refused += judged
                continue
            found = matcher.match(judged)
            if isinstance(found, Refusal):
                self.report.refused.append(found)
                continue
            if found is None and matcher.namesakes(judged):
                self.report.remark(
                    f"“{judged.row.sheet}”{judged.row.cells.get('name', '')}：“{judged.name}”与已有项目的名称、属地、"
                    "投资方相同而合同编号不同，作为另一项目导入；若为同一项目，请核对合同编号"
                )
            yield judged, found

    def _write(self, batch: Sequence[Matched], names: Names) -> None:
        self._start([entry for entry, found in batch if found is None], names)
        self._update({found: entry for entry, found in batch if found is not None}, names)

    def _start(self, entries: Sequence[Entry], names: Names) -> None:
        started = write_new(self.session, self.frame, entries, names)
        gaps = [(one.project_id, gap) for one in started for gap in gaps_of(self.frame.pack, one)]
        gaps += start_clocks(self.session, self.frame, started)
        write_gaps(self.session, self.frame, gaps)
        self._note(self.frame.pack, (gap for _, gap in gaps))
        for one in started:
            self.report.count_new(self.frame.pack, one.stage, one.entry.reached)

    def _update(self, entries: Mapping[int, Entry], names: Names) -> None:
        ids = list(entries)
        known = details(self.session, ids)
        waiting, ever = reports_waiting(self.session, ids), kinds_ever(self.session, ids)
        plans: list[Plan] = []
        for project_id, entry in entries.items():
            plan = self._plan(entry, known[project_id], waiting.get(project_id, set()))
            if plan is None:
                continue
            for text in plan.aside:
                self.report.remark(text)
            if plan.changes or self._unclocked(plan, ever.get(project_id, set())):
                plans.append(plan)
            else:
                self.report.counts["unchanged"] += 1
        self._apply(plans, waiting, names)

    def _unclocked(self, plan: Plan, ever: set[str]) -> bool:
        return unclocked(self._differ(plan.detail.pack_id).pack, plan, ever)

    def _plan(self, entry: Entry, detail: Detail, waiting: set[int]) -> Plan | None:
        plan = self._differ(detail.pack_id).plan(entry, detail)
        if isinstance(plan, list):
            self.report.refused += plan
            return None
        refused = refuse_waiting(plan, waiting)
        if refused is not None:
            self.report.refused.append(refused)
            return None
        return plan

    def _apply(self, plans: Sequence[Plan], waiting: Mapping[int, set[int]], names: Names) -> None:
        changing = [plan for plan in plans if plan.changes]
        apply(self.session, self.frame, changing, names)
        for plan in plans:
            told: list[Change] = []
            if plan.moves_clocks or not plan.changes:
                pack = self._differ(plan.detail.pack_id).pack
                told = move_clocks(
                    self.session, self.frame, pack, plan, waiting.get(plan.detail.project_id, set())
                )
            self.report.changed += [*plan.said, *told]
            self.report.counts["updated" if plan.changes or told else "unchanged"] += 1
            self._note(self.frame.pack, plan.noted)

    def _differ(self, pack_id: int) -> Differ:
        if pack_id not in self._differs:
            pack = pack_by_id(self.session, pack_id)
            places = {region_id: name for name, region_id in _all_regions(self.session).items()}
            self._differs[pack_id] = Differ.of(pack, places, self.frame.as_of)
        return self._differs[pack_id]

    def _note(self, pack: Pack, gaps: Iterable[GapKey]) -> None:
        for gap, count in Counter(gaps).items():
            self.report.gaps[gap_label(pack, gap)] += count

    def _unconfirmed(self, names: Names) -> None:
        places = {region_id: name for name, region_id in _all_regions(self.session).items()}
        self.report.units += [name for name, _ in names.new_units]
        self.report.persons += [f"{name}（{places[region_id]}）" for name, region_id in names.new_people]

    def log(self, now: datetime, sha256: str) -> None:
        """One event for the file, with what it brought."""
        record(
            self.session,
            "ledger_imported",
            actor_id=self.frame.actor.account_id,
            at=self.frame.as_of,
            counts=dict(sorted(self.report.counts.items())),
            refused=len(self.report.refused),
            sha256=sha256,
            entered_at=now.isoformat(),
        )


def _before_no_bulletin(session: Session, as_of: datetime) -> None:
    newest = session.execute(select(func.max(col(Bulletin.known)))).scalar_one()
    if newest is not None and as_of < newest:
        raise NotAllowedNow(
            f"数据截至时间 {local(as_of):%Y-%m-%d %H:%M} 早于最近一期已发布通报的数据时间 {local(newest):%Y-%m-%d %H:%M}，"
            "不能再导入；请用 --as-of 给出之后的日期。"
        )


def _localities(session: Session) -> dict[str, int]:
    query = select(col(Region.name), col(Region.id)).where(col(Region.parent_id).is_not(None))
    return dict(session.execute(query.order_by(col(Region.id))).all())


def _all_regions(session: Session) -> dict[str, int]:
    query = select(col(Region.name), col(Region.id)).order_by(col(Region.id))
    return dict(session.execute(query).all())


def _place(sheets: Sequence[Sheet]) -> Callable[[Refusal], Any]:
    order: Mapping[str, int] = {sheet.name: at for at, sheet in enumerate(sheets)}
    return lambda one: (order.get(one.sheet, len(order)), one.row)
