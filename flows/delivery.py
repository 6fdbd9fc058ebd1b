"""What was announced leaves the machine. A restored database in HOLD sends nothing until it is released."""

from datetime import datetime

from sqlalchemy import Engine

from states.db import reading
from states.founding import installation_of


def deliver(engine: Engine, now: datetime, wall: datetime) -> dict[str, int]:
    """Send what is due at `now` (business time); counts by outcome."""
    with reading(engine) as session:
        if installation_of(session).held_since is not None:
            return {}
    return {}
