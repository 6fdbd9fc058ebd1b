"""The deployments, served by one process: `python -m flows.deployments`. Schedules come from the timetable.

Business hours are turned into wall-clock hours (a demo's clock is offset); which days count, the timetable says.
"""

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.monthly_dispatch import monthly_dispatch
from flows.orphans import die_with_parent
from flows.overdue_escalation import overdue_escalation
from flows.timetable import cron
from states.clock import now, today
from states.db import engine_for, reading
from states.founding import installation_of
from states.policy.active import current_pack
from states.settings import settings


def main() -> None:
    """Register the deployments and run their flows until stopped. A stop must not pause the schedules."""
    die_with_parent()
    engine = engine_for(settings().database_url)
    with reading(engine) as session:
        offset = installation_of(session).offset
        _, pack = current_pack(session, today(now(offset)))
    engine.dispose()
    schedule = Cron(cron(pack.periods.sweep_at, offset), timezone="Asia/Shanghai")
    made = [
        flow.to_deployment("timetable", schedule=schedule, entrypoint_type=EntrypointType.MODULE_PATH)
        for flow in (overdue_escalation, monthly_dispatch)
    ]
    serve(
        *(each for each in made if isinstance(each, RunnerDeployment)),  # never a coroutine outside a loop
        pause_on_shutdown=False,
        print_starting_message=False,
    )


if __name__ == "__main__":
    main()
