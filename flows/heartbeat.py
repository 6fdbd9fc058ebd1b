"""The heartbeat: once a minute, deliver, seal, and do what is due and not done. Prefect runs, APScheduler guarantees.

APScheduler is nothing but the minute hand here: its own notion of missed jobs is not used (design: traps), the
Period table decides. While Prefect answers, it is given a grace before the heartbeat stands in for it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine

from flows.report import PeriodRun, TickReport
from flows.runner import tick
from flows.timetable import LABELS
from states.clock import local, wall
from states.db import reading
from states.errors import DomainError
from states.founding import installation_of

GRACE = timedelta(minutes=2)


class Heartbeat:
    """Beats until stopped. `prefect_lives` None: there is no Prefect here, so everything is done at once."""

    def __init__(
        self,
        engine: Engine,
        say: Callable[[str], None],
        prefect_lives: Callable[[], bool] | None = None,
        every: timedelta = timedelta(minutes=1),
    ) -> None:
        self._engine, self._say, self._prefect_lives = engine, say, prefect_lives
        self._every = every
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Beat from now on, in a thread of its own."""
        self._scheduler.start()
        self._scheduler.add_job(
            self.beat,
            IntervalTrigger(seconds=self._every.total_seconds()),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def stop(self) -> None:
        """Let a beat that runs come to its end, then stop."""
        self._scheduler.shutdown(wait=True)

    def first_beat(self) -> None:
        """At the start, before Prefect can answer: do what is due, and say so without blaming anybody."""
        report = self._safely(timedelta())
        for run in report.runs if report else ():
            if run.outcome not in ("running", "merged"):
                self._say(f"启动时办理：{LABELS[run.flow]} {run.told}")

    def beat(self) -> TickReport | None:
        """One beat; a failure is told and the next beat tries again."""
        lives = self._prefect_lives is not None and self._prefect_lives()
        report = self._safely(GRACE if lives else timedelta())
        for run in report.runs if report else ():
            self._tell(run)
        return report

    def _safely(self, grace: timedelta) -> TickReport | None:
        try:
            return self._tick(grace)
        except DomainError as error:
            self._say(f"心跳：{error.title}：{error.detail}")
        except Exception as error:  # the heart must go on; the database may be away for a while
            self._say(f"心跳未能完成，下次再试：{type(error).__name__}：{error}")
        return None

    def _tick(self, grace: timedelta) -> TickReport:
        instant = wall()
        with reading(self._engine) as session:
            now: datetime = instant + installation_of(session).offset
        return tick(self._engine, now, wall=instant, by="heartbeat", grace=grace)

    def _tell(self, run: PeriodRun) -> None:
        if run.outcome in ("running", "merged"):
            return
        why = "" if self._prefect_lives is None else "Prefect 未执行，由心跳代行："
        done = local(wall())
        self._say(f"[{done:%H:%M:%S}] {why}{LABELS[run.flow]} {run.told}")
