"""A process that pumps until it is killed: `python -m tests.notifications.pumping URL PORT WALL`."""

import sys
from datetime import datetime

from notifications.announce import EMAIL
from notifications.channels.email import Email
from notifications.outbox import pump
from states.db import engine_for
from tests.notifications.ledger import SWEPT_AT

if __name__ == "__main__":
    url, port, wall = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    channel = Email("127.0.0.1", port, "office@example.cn", lambda: wall)
    engine = engine_for(url)
    print("ready", flush=True)
    sys.stdin.readline()
    pump(engine, SWEPT_AT, {EMAIL: channel}, 10_000, wall=wall, public_url="http://office.example")
    print("done", flush=True)
