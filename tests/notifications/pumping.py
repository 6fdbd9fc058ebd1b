"""Pumps that are to be killed: imports once, then forks one for every line read (the wall time of its pump).

`python -m tests.notifications.pumping URL PORT` answers each line with the pid of the pump, and with how it ended.
"""

import os
import sys
from datetime import datetime

from notifications.announce import EMAIL
from notifications.channels.email import Email
from notifications.outbox import pump
from states.db import engine_for
from states.policy.load import parse, shipped
from tests.notifications.ledger import SWEPT_AT


def run(url: str, port: int, wall: datetime) -> None:
    channel = Email("127.0.0.1", port, "office@example.cn", lambda: wall)
    engine = engine_for(url)
    pump(engine, SWEPT_AT, {EMAIL: channel}, 10_000, wall=wall, public_url="http://office.example")


if __name__ == "__main__":
    parse(shipped())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(line.strip()))
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
