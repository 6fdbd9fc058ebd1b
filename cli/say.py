"""What a command says: JSON to standard output alone, remarks and refusals to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer


def give(value: object) -> None:
    """JSON on standard output, one document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def line(text: str) -> None:
    """A line for a person, on standard output."""
    typer.echo(text)


def remark(text: str) -> None:
    """Progress or a remark, on standard error."""
    typer.echo(text, err=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output; full-width characters are lined up."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    width = None if sys.stdout.isatty() else 200
    shown = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    Console(width=width, soft_wrap=False).print(shown)


def save(path: Path, body: bytes) -> None:
    """Write a document a user asked for. Malformed with the reason where the path does not take it."""
    from states.errors import Malformed

    try:
        path.write_bytes(body)
    except OSError as error:
        raise Malformed(f"无法写入 {path}：{error.strerror}。") from error
    remark(f"已写入 {path}。")


def refuse(error: Exception) -> int:
    """Say why, exit 1. What is no refusal of ours is raised again: it is a defect, and its traceback is wanted."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from states.errors import DomainError

    if isinstance(error, DomainError):
        remark(f"{error.title}：{error.detail}")
        for field, why in dict(error.facts.get("fields") or {}).items():
            remark(f"- {field}：{why}")
        return 1
    if isinstance(error, OperationalError | ProgrammingError):
        remark(_database(error))
        return 1
    raise error


def _database(error: Exception) -> str:
    told = str(getattr(error, "orig", error))
    if "no such table" in told or "does not exist" in told and "relation" in told:
        return "当前状态不允许：尚未初始化，请先运行 zlf init --office FILE。"
    return f"数据库暂不可用：{told.strip().splitlines()[0]}"


WRONG = {
    "MissingParameter": "缺少参数",
    "NoSuchOption": "没有这个选项",
    "BadParameter": "参数不对",
}


def wrong_usage(error: Any) -> int:
    """Say what is wrong with the command line, exit 2."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        remark(error.ctx.get_help())
        return 2
    remark(f"{WRONG.get(kind, '用法不对')}：{_what(error)}")
    if error.ctx is not None:
        remark(f"用法详见 {error.ctx.command_path} --help")
    return 2


def _what(error: Any) -> str:
    """The option or argument meant; typer's own English words only where there is nothing better."""
    param = getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter" and param is not None:
        return str(param.opts[-1] if param.param_type_name == "option" else param.metavar or param.name)
    option = getattr(error, "option_name", None)
    return str(option or (error.message if param is None else error.format_message()))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value)}")
