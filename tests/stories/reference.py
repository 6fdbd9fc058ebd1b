"""The default pack's arithmetic once more, slowly and from its text alone: nothing here imports the program.

Working days come from chinese_calendar, the ledger from openpyxl. One project is one dict; days are walked one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import chinese_calendar
import openpyxl

YI = 10**8
DAY = timedelta(days=1)
STEPS = ["意向", "洽谈", "签约", "注册", "开工", "投产"]
DIGITS = {mark: number for number, mark in enumerate("〇一二三四五六七八九")}


def worked(on: date) -> bool:
    return bool(chinese_calendar.is_workday(on))


def workdays(on: date, n: int) -> date:
    step = DAY if n > 0 else -DAY
    while n:
        on += step
        if worked(on):
            n -= 1 if n > 0 else -1
    return on


def rolled(on: date) -> date:
    while not worked(on):
        on += DAY
    return on


def months(on: date, n: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + n, 12)
    day = on.day
    while True:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1


def between(after: date, through: date) -> int:
    return sum(worked(after + DAY * n) for n in range(1, (through - after).days + 1))


@dataclass
class Claim:
    """One project's open step on the day of its import."""

    name: str
    contract: str | None
    amount: int
    step: str
    lead: bool
    start: date
    due: date
    imported: date
    rungs: list[tuple[str, date]] = field(default_factory=list)

    @property
    def backlog(self) -> bool:
        return self.due <= self.imported


def _chinese(text: str) -> int:
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)
    return int("".join(str(DIGITS[mark]) for mark in text))


def day_of(cell: Any) -> date | None:
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    year, month, day = re.findall(r"[0-9]+|[〇一二三四五六七八九十]+", cell)
    return date(*(int(part) if part.isdigit() else _chinese(part) for part in (year, month, day)))


def yuan(cell: Any) -> int:
    text = str(cell).translate(str.maketrans("０１２３４５６７８９．", "0123456789.")).replace(",", "")
    number = Decimal(re.match(r"[0-9.]+", text).group())  # type: ignore[union-attr]
    unit = 10**4 if "万" in text else YI
    return int(number * unit)


def ledger(path: Path, refused: set[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    """The good rows of the sample by column position: this file is known, the program must not know it."""
    for sheet in openpyxl.load_workbook(BytesIO(path.read_bytes())):
        lead = sheet.title == "在谈信息"
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number < (3 if lead else 5) or (sheet.title, number) in refused or row[1] is None:
                continue
            dates = [day_of(cell) for cell in (row[7:9] if lead else row[8:12])]
            reached = dict(zip(STEPS[:2] if lead else STEPS[2:], dates, strict=True))
            yield {
                "name": row[1],
                "contract": None if lead else row[7],
                "amount": yuan(row[6]),
                "land": None if lead else row[14],
                "reached": {step: on for step, on in reached.items() if on},
                "sheet": sheet.title,
                "row": number,
            }


def due_of(project: dict[str, Any]) -> tuple[str, date, date] | None:
    """The open step, its start and its due date by the table of the default pack; None when produced."""
    at = max(STEPS.index(step) for step in project["reached"])
    if at == len(STEPS) - 1:
        return None
    start, following = project["reached"][STEPS[at]], STEPS[at + 1]
    if following == "洽谈":
        due = workdays(start, 15)
    elif following == "签约":
        due = rolled(start + 180 * DAY)
    elif following == "注册":
        due = rolled(start + 60 * DAY)
    elif following == "开工":
        own = {"标准厂房": 3, "存量用地": 6}.get(project["land"], 9)
        ends = [months(start, own)]
        if "签约" in project["reached"]:
            ends.append(months(project["reached"]["签约"], 12))
        due = rolled(min(ends))
    else:
        due = rolled(months(start, 24 if project["amount"] >= 10 * YI else 18))
    return following, start, due


def claims(path: Path, imported: date, refused: set[tuple[str, int]]) -> list[Claim]:
    """Every open step of the ledger with its rungs."""
    made = []
    for project in ledger(path, refused):
        found = due_of(project)
        if found:
            step, start, due = found
            claim = Claim(
                project["name"],
                project["contract"],
                project["amount"],
                step,
                step in ("洽谈", "签约"),
                start,
                due,
                imported,
            )
            claim.rungs = list(_rungs(claim))
            made.append(claim)
    return made


def _rungs(claim: Claim) -> Iterator[tuple[str, date]]:
    if not claim.backlog:
        if between(claim.start, claim.due) > 45:
            yield "R0-15", workdays(claim.due, -15)
        yield "R0-3", workdays(claim.due, -3)
        begin = max(claim.due, claim.imported)
    elif claim.amount >= 10 * YI and not claim.lead:
        begin = workdays(claim.imported, 10)
    elif claim.amount >= YI or claim.lead:
        begin = rolled(claim.imported + 30 * DAY)
    else:
        begin = rolled(claim.imported + 60 * DAY)
    yield "R1", workdays(begin, 1)
    if claim.lead:
        yield "L30", rolled(begin + 30 * DAY)
    elif claim.amount >= YI:
        yield "R2", rolled(begin + 7 * DAY)
        yield "R3", rolled(begin + 30 * DAY)
    else:
        yield "R2", rolled(begin + 30 * DAY)


def simulate(
    found: list[Claim], first: date, last: date
) -> Iterator[tuple[date, list[tuple[Claim, str, bool]]]]:
    """For each working day the rungs that fire (True) and are recorded as passed (False), if nobody acts."""
    reached = {id(claim): 0 for claim in found}
    on = first
    while on <= last:
        if worked(on):
            happened = []
            for claim in found:
                earned = [
                    n for n, (_, day) in enumerate(claim.rungs) if n >= reached[id(claim)] and day <= on
                ]
                if earned:
                    happened += [(claim, claim.rungs[n][0], n == earned[-1]) for n in earned]
                    reached[id(claim)] = earned[-1] + 1
            yield on, happened
        on += DAY
