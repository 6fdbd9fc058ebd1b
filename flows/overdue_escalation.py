"""Prefect flow: the escalation that is due. Thin: cut-off → sweep → what was done, as the run's own record.

Prefect only triggers and observes. Runs that start late, or all at once after downtime, find nothing left to do.
"""

import asyncio
from datetime import datetime
from typing import Any

from prefect import flow, get_run_logger, task

from flows.edge import due_now
from flows.report import TickReport
from flows.timetable import ESCALATION


@task(retries=3, retry_delay_seconds=10, task_run_name="sweep")
async def sweep_due(as_of: datetime | None) -> TickReport:
    """The sweeps due and not done; tasks are retried, never the flow."""
    return await asyncio.to_thread(due_now, (ESCALATION,), as_of, "prefect")


@flow(name="overdue_escalation", log_prints=False)
async def overdue_escalation(as_of: datetime | None = None) -> dict[str, Any]:
    """Fire what is overdue at `as_of`; None = business time now, by which late runs need no old parameters."""
    report = await sweep_due(as_of)
    for told in report.lines():
        get_run_logger().info(told)
    return report.as_json()
