"""目标任务 on paper → facts: a unit (the office or a locality), an indicator of the bulletin, a year, a value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from states.dispatch.goals import FUNDS, measure_of, signed_in
from states.dispatch.intake import Believed, Figure, Key, Kind, settle
from states.dispatch.tables import Target
from states.people.tables import Region
from states.policy.schema import Pack
from states.projects.intake import refusal, unknown_name
from states.projects.intake_report import ImportReport
from states.projects.intake_write import Frame
from states.projects.ledger import Refusal, Row, Sheet

TARGETS = Kind(Target, ("region_id", "year", "indicator"), "value", "targets", "targets_imported")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_MONEY = re.compile("元|亿|万(?!个|项|家|户|人)")


def take_targets(session: Session, frame: Frame, sheets: Sequence[Sheet], report: ImportReport) -> None:
    """Import the rows of the target sheets. The year: a column, else the sheet's name, else the as-of year."""
    regions = dict(session.execute(select(col(Region.name), col(Region.id))).all())
    figures: list[Figure] = []
    for sheet in sheets:
        judge = _Judge(frame.pack, regions, _year_of(sheet, frame, report))
        for row in sheet.rows:
            wrong = list(judge.wrong(row))
            report.refused += wrong
            if not wrong:
                figures.append(judge.figure(row))
    settle(session, frame, TARGETS, figures, _believed(session), report)


def measures(pack: Pack) -> dict[str, str]:
    """Measure → how an office writes it."""
    return {signed_in(band): f"{band.label}新签约项目" for band in pack.band} | {FUNDS: "到位资金"}


def _year_of(sheet: Sheet, frame: Frame, report: ImportReport) -> int:
    named = _YEAR.search(sheet.name)
    if named is None and "year" not in sheet.columns and sheet.rows:
        report.remark(
            f"“{sheet.name}”没有写明年度，按 {frame.today.year} 年导入；如不是，请在表名或“年度”列注明"
        )
    return int(named[1]) if named else frame.today.year


def _believed(session: Session) -> dict[Key, Believed]:
    query = select(
        col(Target.region_id),
        col(Target.year),
        col(Target.indicator),
        col(Target.id),
        col(Target.value),
        col(Target.known_at),
    ).where(col(Target.superseded_at).is_(None))
    return {
        (region_id, year, indicator): Believed(target_id, value, known_at)
        for region_id, year, indicator, target_id, value, known_at in session.execute(query)
        if target_id is not None
    }


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges the rows of one sheet; `year` is the sheet's."""

    pack: Pack
    regions: Mapping[str, int | None]
    year: int

    def wrong(self, row: Row) -> Iterator[Refusal]:
        region = str(row.values.get("region", ""))
        if region not in self.regions:
            known = {name: region_id or 0 for name, region_id in self.regions.items()}
            yield refusal(row, "region", unknown_name(region, "本办公室及其属地名单", known))
        measure = measure_of(self.pack, str(row.values.get("indicator", "")))
        if measure is None:
            known_ones = "、".join(measures(self.pack).values())
            why = f"“{row.values.get('indicator', '')}”不是通报所用的指标：可填{known_ones}"
            yield refusal(row, "indicator", why)
        else:
            yield from self._unit(row, measure)
        if not isinstance(row.values.get("value"), int):
            yield refusal(row, "value", "年度目标为空：请填写数字")
        if "year" in row.values and _YEAR.search(str(row.values["year"])) is None:
            yield refusal(row, "year", f"年度“{row.values['year']}”应为四位年份，如 2018")

    def _unit(self, row: Row, measure: str) -> Iterator[Refusal]:
        unit = str(row.values.get("measure", ""))
        if measure == FUNDS and not _MONEY.search(unit):
            yield refusal(row, "measure", f"到位资金的计量单位“{unit}”应为金额单位，如 亿元、万元")
        if measure != FUNDS and _MONEY.search(unit):
            yield refusal(row, "measure", f"项目数的计量单位“{unit}”应为 个")

    def figure(self, row: Row) -> Figure:
        measure = measure_of(self.pack, str(row.values["indicator"]))
        region, value = str(row.values["region"]), row.values["value"]
        region_id, written = self.regions[region], _YEAR.search(str(row.values.get("year", "")))
        assert measure is not None and region_id is not None and isinstance(value, int)
        year = int(written[1]) if written else self.year
        label = f"{year}年{measures(self.pack)[measure]}"
        return Figure(row, (region_id, year, measure), value, "value", region, label)
