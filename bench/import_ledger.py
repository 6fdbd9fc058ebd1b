"""100,000 ledger rows into the database: seconds and memory, beside a plain importer (openpyxl, one ORM row at a time).

    python bench/import_ledger.py [--rows 100000] [--naive 2000] [--database URL]

Without a URL: a SQLite file in a temporary folder. A PostgreSQL URL names an empty database. The plain importer takes
the first rows of the same workbook into a second database of the same kind: the same tables and values, one commit.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import xlsxwriter

from documents.workbook.read import read_workbook
from migrations import upgrade
from states.clock import start_of, today
from states.db import engine_for, reading, writing
from states.founding import OPERATOR, found, read_office
from states.intake_all import tables_of, take
from states.people.actor import Actor, actor_by_login

ROOT = Path(__file__).parent.parent
AS_OF = date(2018, 6, 30)
LOCALITIES = ("咸安区", "嘉鱼县", "通城县", "崇阳县", "通山县", "赤壁市", "咸宁高新区")
HEADINGS = (
    "序号", "项目名称", "投资方", "属地", "产业类别", "行业", "协议投资额(亿元)", "合同编号", "签约时间", "注册时间", "开工时间",
    "投产时间", "企业名称", "用地方式", "包保领导", "责任单位", "项目专员", "备注",
)  # fmt: skip


def make(path: Path, rows: int) -> None:
    """A ledger of that many projects, as an office would keep it."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet("台账")
    page.write_row(0, 0, HEADINGS)
    random = Random(1)
    for number in range(1, rows + 1):
        for column, value in enumerate(_row(random, number)):
            if isinstance(value, date):
                page.write_datetime(number, column, value)
            elif value is not None:
                page.write(number, column, value)
    book.close()


def _row(random: Random, number: int) -> list[Any]:
    place = random.choice(LOCALITIES)
    days: list[date | None] = [date(2014, 1, 2) + timedelta(days=random.randint(0, 1400))]
    for _ in range(3):
        last = days[-1]
        following = last + timedelta(days=random.randint(20, 300)) if last and random.random() < 0.7 else None
        days.append(following if following and following <= AS_OF else None)
    company = f"某企业{number:06}有限公司" if days[1] else None
    return [
        number, f"{place}项目{number:06}", f"投资方{number % 40000:05}有限公司", place, random.choice(("工业", "非工业")),
        random.choice(("电子信息", "新材料", "文化旅游", "食品饮料")), random.randint(5, 3000) / 100, f"HT-{number:06}", *days,
        company, random.choice(("标准厂房", "存量用地", "新增用地")), f"{place}领导{number % 9}", f"{place}招商局",
        f"{place}专员{number % 40:02}", "资料齐全" if number % 5 == 0 else None,
    ]  # fmt: skip


def office(url: str) -> Actor:
    """A fresh office; its operator."""
    engine = engine_for(url)
    upgrade(engine)
    with writing(engine) as session:
        found(session, read_office((ROOT / "examples" / "office.toml").read_text("utf-8")), start_of(AS_OF))
        return actor_by_login(session, OPERATOR, today(start_of(AS_OF)))


def ours(path: Path, url: str) -> tuple[float, float, int]:
    """Seconds to read, seconds to write, projects."""
    actor, engine, at = office(url), engine_for(url), start_of(AS_OF)
    with reading(engine) as session:
        tables = tables_of(session, at)
    began = time.perf_counter()
    sheets = read_workbook(path.read_bytes(), tables)
    read = time.perf_counter()
    with writing(engine) as session:
        report = take(session, actor, at, at, sheets)
    assert not report.refused, report.refused[:3]
    return read - began, time.perf_counter() - read, report.counts["projects"]


def again(path: Path, url: str) -> float:
    """Seconds to find that the same file changes nothing, reading included."""
    engine, at = engine_for(url), start_of(AS_OF)
    began = time.perf_counter()
    with writing(engine) as session:
        actor = actor_by_login(session, OPERATOR, AS_OF)
        sheets = read_workbook(path.read_bytes(), tables_of(session, at))
        report = take(session, actor, at, at, sheets)
    assert not report.wrote
    return time.perf_counter() - began


def naive(path: Path, url: str, rows: int) -> float:
    """Seconds of the plain importer for that many rows: the same rows in the same tables, one commit."""
    from bench.plain_import import plain_import

    actor, engine = office(url), engine_for(url)
    began = time.perf_counter()
    page = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    with writing(engine) as session:
        plain_import(session, actor, AS_OF, page.iter_rows(min_row=2, max_row=rows + 1, values_only=True))
    return time.perf_counter() - began


def peak() -> float:
    """MB: the most that this process and, separately, any child held; their sum bounds the whole."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + children) / 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """An import of `projects` rows and a plain one of `plain_rows`, in seconds; the memory peak of ours in MB."""

    projects: int
    seconds: float
    peak_mb: float
    plain_rows: int
    plain_seconds: float

    @property
    def ratio(self) -> float:
        """How many times faster a row is imported."""
        return (self.plain_seconds / self.plain_rows) / (self.seconds / self.projects)


def measure(rows: int, plain_rows: int, url: str, plain_url: str) -> Imported:
    """Both importers into two empty databases. In a process of its own: the peak is that of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        _make_apart(path, rows)
        read, wrote, projects = ours(path, url)
        memory = peak()
        return Imported(projects, read + wrote, memory, plain_rows, naive(path, plain_url, plain_rows))


def _make_apart(path: Path, rows: int) -> None:
    """In a process of its own, so that its memory is not taken for the import's."""
    code = (
        f"from pathlib import Path; from bench.import_ledger import make; make(Path({str(path)!r}), {rows})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--naive", type=int, default=2000)
    parser.add_argument("--database")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--plain-database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or Path(folder) / "ledger.xlsx"
        if not path.exists():
            _make_apart(path, given.rows)
        url = given.database or f"sqlite:///{folder}/ours.db"
        read, wrote, projects = ours(path, url)
        print(
            f"{projects} 行：读 {read:.1f} s，写 {wrote:.1f} s，共 {read + wrote:.1f} s；内存峰值 {peak():.0f} MB"
        )
        if given.again:
            print(f"同一文件再导入：{again(path, url):.1f} s；内存峰值 {peak():.0f} MB")
        if given.naive:
            plain = naive(path, given.plain_database or f"sqlite:///{folder}/plain.db", given.naive)
            each, own = plain / given.naive, (read + wrote) / projects
            print(
                f"逐行导入 {given.naive} 行：{plain:.1f} s，每行 {each * 1e3:.2f} ms；本程序每行 {own * 1e3:.3f} ms，快 {each / own:.0f} 倍"
            )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
