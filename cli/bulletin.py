"""`zlf bulletin`: a month's figures, as a draft or published."""

from pathlib import Path
from typing import Annotated

import typer

from cli.people import ActorLogin, Json
from cli.say import remark


def bulletin(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="月份，如 2018-06")],
    as_json: Json = False,
    docx: Annotated[Path | None, typer.Option("--docx", metavar="OUT", help="写出 Word")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="OUT", help="写出 Excel")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="发布（须 --actor）")] = False,
    actor: ActorLogin = None,
) -> None:
    """月度通报：1月1日至月末，并列当月。发布前为草稿；发布后不再改变。"""
    remark("尚未接通")
    raise typer.Exit(1)
