"""`zlf import`, `zlf template`: workbooks in, and the form to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from cli.moments import AsOf
from cli.people import ActorLogin, Json
from cli.say import remark


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
    remark("尚未接通")
    raise typer.Exit(1)


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="ledger、funds 或 targets")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="写到此文件（.xlsx）")],
) -> None:
    """写出空白填报模板。"""
    remark("尚未接通")
    raise typer.Exit(1)
