"""Prefect flow: the month whose dispatch opens. Opening is the program's act, publishing a person's."""

import asyncio
from datetime import datetime
from typing import Any

from prefect import flow, get_run_logger, task

from flows.edge import due_now, open_by_command
from flows.report import TickReport
from flows.timetable import DISPATCH


@task(retries=3, retry_delay_seconds=10, task_run_name="open")
async def open_due(period: str | None, as_of: datetime | None) -> TickReport:
    """The months due and not opened, or the one named."""
    if period is not None:
        return await asyncio.to_thread(open_by_command, DISPATCH, period, as_of)
    return await asyncio.to_thread(due_now, (DISPATCH,), as_of, "prefect")


@flow(name="monthly_dispatch", log_prints=False)
async def monthly_dispatch(period: str | None = None, as_of: datetime | None = None) -> dict[str, Any]:
    """Open what is due at `as_of` (None = business time now); a `period` such as "2018-06" opens that month, once."""
    report = await open_due(period, as_of)
    for told in report.lines():
        get_run_logger().info(told)
    return report.as_json()
