"""The API in a thread of its own, answering before the block begins and stopped when it ends."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from sqlalchemy import Engine

from states.errors import NotAllowedNow

PATIENCE = 30.0


@contextmanager
def serving_api(engine: Engine, host: str, port: int) -> Iterator[str]:
    """Serve the API; yields its address. NotAllowedNow when the port is taken."""
    listening = _bind(host, port)
    from api.app import create_app

    server = uvicorn.Server(
        uvicorn.Config(create_app(engine), log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    )
    thread = threading.Thread(target=server.run, args=([listening],), name="api", daemon=True)
    thread.start()
    try:
        _await(server, thread)
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listening.close()


def _bind(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise NotAllowedNow(
            f"端口 {port} 已被占用或不可用（{error.strerror}），请用 --port 另选。"
        ) from error
    return listening


def _await(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise NotAllowedNow("接口未能启动，详见上方错误。")
        time.sleep(0.02)
