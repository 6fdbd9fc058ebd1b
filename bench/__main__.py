"""Every benchmark in one run: `python -m bench [--quick] [--databases sqlite postgresql]`, or `make bench`.

The sweep and the import beside the program one would write first, and a sweep with nothing to do on few and on many
tasks, on SQLite and, where one answers at ZLF_TEST_POSTGRES, on PostgreSQL. Exits 1 when a goal is missed.
`--quick`: small sizes, to see that it runs; its ratios mean nothing and are held to no goal.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError

from bench.import_ledger import Imported, measure
from bench.sweep import WRITTEN, Compared, Kept, Took, compare, empty, idle, ping

KINDS = ("sqlite", "postgresql")
FASTER = {"sqlite": 40.0, "postgresql": 25.0}
FLAT, IMPORT_SECONDS, IMPORT_MB = 1.5, 60.0, 500.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: tasks and due ones, tasks and due ones of the small office, ledger rows, plain rows."""

    tasks: int = 1_000_000
    due: int = 50_000
    few: int = 10_000
    few_due: int = 500
    rows: int = 100_000
    plain: int = 2_000


FULL, QUICK = Sizes(), Sizes(tasks=20_000, due=1_000, few=2_000, few_due=100, rows=2_000, plain=200)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the last table. `met` None: held to no goal."""

    what: str
    ours: str
    rival: str
    found: str
    goal: str
    met: bool | None


def swept(kind: str, sizes: Sizes, folder: Path, say: Say) -> Iterator[Line]:
    """The sweep beside the ORM, and with nothing to do."""
    say(f"{kind}：造 {sizes.tasks} 项任务")
    large = Kept.make(kind, folder, sizes.tasks, sizes.due)
    small = Kept.make(kind, folder, sizes.few, sizes.few_due)
    try:
        took = compare(large, say)
        say(f"{kind}：写入 {took.rows}" + ("" if took.same else f"，ORM 写入 {took.orm_rows}"))
        yield from _compared(kind, sizes, took)
        few, many = idle(small, large, say)
    finally:
        large.drop()
        small.drop()
    grew = many / few
    yield Line(
        f"{kind} 无事可做 {sizes.tasks} 项，对 {sizes.few} 项", f"{many:.3f} ms", f"{few:.3f} ms", f"{grew:.2f} 倍", f"≤ {FLAT}", grew <= FLAT
    )  # fmt: skip


def _compared(kind: str, sizes: Sizes, took: Compared) -> Iterator[Line]:
    wanted, cpu = FASTER[kind], took.ratio_cpu
    by_cpu = f"（CPU {cpu:.1f} 倍）" if cpu else ""
    yield Line(
        f"{kind} 扫描 {sizes.tasks} 项（到期 {sizes.due}），对逐项 ORM", _took(took.ours), _took(took.orm), f"{took.ratio:.1f} 倍{by_cpu}",
        f"≥ {wanted:.0f}", took.ratio >= wanted,
    )  # fmt: skip
    ours, orm = (str(sum(rows[name] for name in WRITTEN)) for rows in (took.rows, took.orm_rows))
    yield Line(f"{kind} 扫描写入的行", ours, orm, "相同" if took.same else "不同", "相同", took.same)


def _took(took: Took) -> str:
    return f"{took.wall:.1f} s" + (f"（CPU {took.cpu:.1f} s）" if took.cpu is not None else "")


def imported(kind: str, sizes: Sizes, folder: Path, say: Say) -> Iterator[Line]:
    """The import, in a process of its own so that its memory is its own."""
    say(f"{kind}：导入 {sizes.rows} 行")
    with (
        empty(kind, folder) as url,
        empty(kind, folder) as plain_url,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
    ):
        took: Imported = pool.submit(measure, sizes.rows, sizes.plain, url, plain_url).result()
    yield Line(
        f"{kind} 导入 {took.projects} 行，对逐行导入 {sizes.plain} 行", f"{took.seconds:.1f} s", f"{took.plain_seconds:.1f} s",
        f"每行 {took.ratio:.1f} 倍", f"< {IMPORT_SECONDS:.0f} s", took.seconds < IMPORT_SECONDS,
    )  # fmt: skip
    yield Line(
        f"{kind} 导入的内存峰值",
        f"{took.peak_mb:.0f} MB",
        "",
        "",
        f"≤ {IMPORT_MB:.0f} MB",
        took.peak_mb <= IMPORT_MB,
    )


def table(lines: list[Line], quick: bool) -> Table:
    """What was measured, what was wanted, whether it was reached."""
    made = Table(title="基准" + ("（--quick：规模太小，不作判断）" if quick else ""))
    for heading in ("项目", "本程序", "对照", "结果", "要求", "达到"):
        made.add_column(heading)
    for line in lines:
        verdict = "—" if quick else "[green]是[/]" if line.met else "[red]否[/]"
        made.add_row(line.what, line.ours, line.rival, line.found, "—" if quick else line.goal, verdict)
    return made


def answering(kinds: list[str], console: Console) -> list[str]:
    """The databases that are there; a missing PostgreSQL is said loudly."""
    try:
        if "postgresql" in kinds:
            ping()
    except OperationalError:
        console.print("[bold red]!!! PostgreSQL 没有应答（ZLF_TEST_POSTGRES）：它的各项没有测 !!![/]")
        return [kind for kind in kinds if kind != "postgresql"]
    return kinds


def main() -> int:
    """Run, print, and say by the exit code whether every goal was reached."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="小规模试跑，不作判断")
    parser.add_argument("--databases", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--only", nargs="+", default=["sweep", "import"], choices=("sweep", "import"))
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 150)
    lines: list[Line] = []
    sizes = QUICK if given.quick else FULL
    runs = {"sweep": swept, "import": imported}
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with tempfile.TemporaryDirectory() as folder, Progress(*columns, console=console) as progress:
        doing = progress.add_task("", total=None)

        def say(what: str) -> None:
            progress.update(doing, description=what)
            if not console.is_terminal:
                console.print(what)

        for kind in answering(given.databases, console):
            for name in given.only:
                lines += runs[name](kind, sizes, Path(folder), say)
    console.print(table(lines, given.quick))
    return 0 if given.quick or all(line.met for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
