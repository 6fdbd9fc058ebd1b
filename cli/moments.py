"""Dates and instants as a person types them on the command line; anything else is wrong usage (exit 2)."""

from datetime import date, datetime
from typing import Annotated

import typer

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="以此日（或时刻）为准，默认现在")]


def day(text: str) -> date:
    """2018-06-30 as a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，应写作 2018-06-30。") from None


def put_in(text: str) -> datetime:
    """The instant of what is put in: a date stands for its 00:00, Asia/Shanghai."""
    from states.clock import start_of

    return start_of(day(text)) if len(text) <= 10 else instant(text)


def asked(text: str) -> datetime:
    """The instant of what is asked: a date stands for its 23:59:59, Asia/Shanghai."""
    from states.clock import end_of

    return end_of(day(text)) if len(text) <= 10 else instant(text)


def instant(text: str) -> datetime:
    """2018-07-02T08:30, in Asia/Shanghai unless it names its offset; as UTC."""
    from datetime import UTC

    from states.clock import SHANGHAI

    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"“{text}”不是时刻，应写作 2018-07-02T08:30 或 2018-07-02。") from None
