"""What was announced leaves the machine: journalled before each attempt, nothing while the installation is on HOLD."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from notifications import channels_from, pump
from states.clock import wall as wall_clock
from states.settings import settings

AT_ONCE = 500
COUNTED = ("sent", "failed", "dead", "uncertain")


def deliver(engine: Engine, now: datetime, wall: datetime) -> dict[str, int]:
    """Send all that is due at `now` (business time); counts by outcome, `waiting` for channels nobody has set up."""
    channels = channels_from(settings(), wall_clock)
    counts: Counter[str] = Counter()
    while True:
        done = pump(engine, now, channels, AT_ONCE, wall=wall, public_url=settings().public_url)
        for what in COUNTED:
            counts[what] += getattr(done, what)
        if done.sent + done.failed + done.dead < AT_ONCE:
            counts["waiting"] = sum(done.unconfigured.values())
            return {what: count for what, count in counts.items() if count}
