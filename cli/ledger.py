"""`zlf import`, `zlf template`: workbooks in, and the form to fill in."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.moments import AsOf, put_in
from cli.people import ActorLogin, Json
from cli.say import give, remark, save

if TYPE_CHECKING:
    from datetime import datetime

    from cli.desk import Desk
    from states.projects.intake_report import ImportReport
    from states.projects.ledger import Sheet

COUNTED = {
    "projects": "新增项目",
    "updated": "更新",
    "unchanged": "未变",
    "funds": "新增到位资金",
    "funds_updated": "更新到位资金",
    "funds_unchanged": "未变到位资金",
    "targets": "新增目标",
    "targets_updated": "更新目标",
    "targets_unchanged": "未变目标",
}
SHOWN = 50


@dataclass(slots=True)
class File:
    """A workbook on its way in: as read, and what came of it."""

    path: Path
    data: bytes
    sheets: "list[Sheet]" = field(default_factory=list)
    report: "ImportReport | None" = None
    refused_whole: str | None = None


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="台账、到位资金或目标任务工作簿")],
    as_of: AsOf = None,
    annotate: Annotated[
        Path | None, typer.Option("--annotate", metavar="OUT", help="写出标注了错误单元格的原表")
    ] = None,
    actor: ActorLogin = None,
    as_json: Json = False,
) -> None:
    """导入工作簿。每个文件一次事务：好的行全部收下，错的行逐格说明。"""
    from cli.desk import desk

    if annotate is not None and len(files) > 1:
        raise typer.BadParameter("--annotate 一次只能用于一个文件。")
    at = put_in(as_of) if as_of else None
    with desk() as here:
        done = import_files(here, files, at or here.now, actor)
    if annotate is not None and done[0].report is not None:
        from documents.workbook.annotate import annotate as marked

        save(annotate, marked(done[0].data, done[0].report.refused))
    if as_json:
        give(_as_json(done))
    for file in done:
        _tell(file)
    if not any(file.report is not None and file.report.took_any for file in done):
        raise typer.Exit(1)


def import_files(here: "Desk", paths: list[Path], as_of: "datetime", actor: str | None = None) -> list[File]:
    """Read all files, then take each in a transaction of its own, ledgers before what refers to them."""
    from documents.workbook.read import read_workbook
    from documents.workbook.refused import WorkbookRefused
    from states.intake_all import tables_of

    files = [File(path, _bytes(path)) for path in paths]
    with here.asking() as session:
        tables = tables_of(session, as_of)
    for file in files:
        try:
            with _progress(f"读取 {file.path.name}") as progress:
                file.sheets = read_workbook(file.data, tables, progress=progress)
        except WorkbookRefused as error:
            file.refused_whole = error.detail
    order = sorted(files, key=lambda file: all(sheet.table != "ledger" for sheet in file.sheets))
    for file in order:
        if file.refused_whole is None:
            _take(here, file, as_of, actor)
    return files


def _take(here: "Desk", file: File, as_of: "datetime", actor: str | None) -> None:
    from states.intake_all import take

    with _progress(f"导入 {file.path.name}") as progress, here.changing() as session:
        file.report = take(
            session,
            here.actor(session, actor),
            here.now,
            as_of,
            file.sheets,
            sha256=hashlib.sha256(file.data).hexdigest(),
            progress=progress,
        )


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ledger、funds 或 targets")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="写到此文件（.xlsx）")],
) -> None:
    """写出空白填报模板。"""
    from sqlalchemy import select
    from sqlmodel import col

    from cli.desk import desk
    from documents.workbook.template import template as blank
    from states.intake_all import tables_of
    from states.people.tables import Region

    with desk() as here, here.asking() as session:
        known = {table.key: table for table in tables_of(session, here.now)}
        names = list(session.execute(select(col(Region.name)).order_by(col(Region.code))).scalars())
    if kind not in known:
        raise typer.BadParameter(f"没有“{kind}”模板；可用：{'、'.join(known)}。")
    save(out, blank([known[kind]], choices={"locality": names[1:]}))


@contextmanager
def _progress(label: str) -> "Iterator[Callable[[int, int], None]]":
    """A bar on standard error; nothing is left of it."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        bar = shown.add_task(label, total=None)
        yield lambda done, total: shown.update(bar, completed=done, total=total)


def _bytes(path: Path) -> bytes:
    from states.errors import Malformed

    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(f"无法读取 {path}：{error.strerror}。") from error


def _as_json(files: list[File]) -> dict[str, Any]:
    """One document for all files; with several, each refusal and change names its file."""
    imported: Counter[str] = Counter()
    whole: dict[str, Any] = {
        "imported": imported,
        "refused": [],
        "changed": [],
        "gaps": Counter(),
        "remarks": [],
    }
    whole["unconfirmed"] = {"units": [], "persons": []}
    for file in files:
        name = {"file": str(file.path)} if len(files) > 1 else {}
        if file.refused_whole is not None:
            whole["refused"].append({"sheet": "", "row": 0, "cell": "", "why": file.refused_whole} | name)
        if file.report is None:
            continue
        one = file.report.as_json()
        for key, count in one["imported"].items():
            imported[key] += count
        whole["gaps"].update(one["gaps"])
        whole["remarks"] += one["remarks"]
        for key in ("refused", "changed"):
            whole[key] += [entry | name for entry in one[key]]
        for key, names in one["unconfirmed"].items():
            whole["unconfirmed"][key] += names
    return whole


def _tell(file: File) -> None:
    if file.report is None:
        remark(f"{file.path.name}：{file.refused_whole}")
        return
    report = file.report
    counts = "，".join(
        f"{label} {report.counts[key]}" for key, label in COUNTED.items() if report.counts[key]
    )
    remark(f"{file.path.name}：{counts or '没有可导入的行'}，退回 {len(report.refused)} 行。")
    _some("退回", [f"{one.sheet} {one.cell}：{one.why}" for one in report.refused])
    _some(
        "变更",
        [
            f"{one.project} {one.field}：{one.was or '空'} → {one.now or '空'}（{one.sheet} {one.cell}）"
            for one in report.changed
        ],
    )
    _some("说明", report.remarks)
    if report.gaps:
        remark("  待补：" + "，".join(f"{gap} {n}" for gap, n in report.gaps.most_common(10)))
    if report.units or report.persons:
        remark(
            f"  待确认：单位 {len(report.units)} 个、人员 {len(report.persons)} 人，"
            "可用 zlf people list --unconfirmed 查看。"
        )


def _some(what: str, lines: list[str]) -> None:
    for text in lines[:SHOWN]:
        remark(f"  {what}：{text}")
    if len(lines) > SHOWN:
        remark(f"  {what}：其余 {len(lines) - SHOWN} 项从略，可用 --json 查看全部。")
