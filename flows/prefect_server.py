"""A local Prefect server as a child: `python -m flows.prefect_server PORT`. One process, loopback only.

`prefect server start` in the foreground does the same; here the child also ends with its parent.
"""

import sys

import uvicorn
from prefect.server.api.server import create_app

from flows.orphans import die_with_parent


def main() -> None:
    """Serve until terminated. Home, address and services come from the environment (PREFECT_…)."""
    die_with_parent()
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        timeout_keep_alive=5,
    )


if __name__ == "__main__":
    main()
