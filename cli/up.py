"""`zlf up`: the whole installation in one process tree. The API at once, then the heartbeat, then Prefect."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.say import line, remark

if TYPE_CHECKING:
    from cli.demo import Demo
    from cli.desk import Desk


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="演示：样例台账，时钟自 2018-07-02 08:30 走起")
    ] = False,
    lite: Annotated[bool, typer.Option("--lite", help="不启动 Prefect，由心跳办理一切")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="接口端口")] = 8000,
    host: Annotated[str, typer.Option("--host", help="接口监听地址")] = "127.0.0.1",
    fresh: Annotated[bool, typer.Option("--fresh", help="演示库重新建立")] = False,
) -> None:
    """启动接口、心跳与 Prefect；Ctrl-C 结束全部子进程。"""
    stop = _stop_on_signals()
    shown = None
    if demo:
        from cli.demo import set_up_demo

        shown = set_up_demo(fresh=fresh)
    from cli.desk import desk

    with desk() as here:
        _run(here, shown, stop, host=host, port=port, lite=lite)
    remark("已停止。")


def _run(
    here: "Desk", demo: "Demo | None", stop: threading.Event, *, host: str, port: int, lite: bool
) -> None:
    from cli.prefect_child import Prefect, running_prefect
    from cli.serving import serving_api
    from flows.heartbeat import Heartbeat
    from states.settings import settings

    with ExitStack() as stack:
        address = stack.enter_context(serving_api(here.engine, host, port))
        prefect: Prefect | None = None
        if not lite:
            prefect = stack.enter_context(running_prefect(data_folder() / "prefect", remark))
        _greet(here, address, prefect.url if prefect else None, demo)
        heart = Heartbeat(here.engine, line, prefect.lives if prefect else None, settings().heartbeat)
        heart.first_beat()
        heart.start()
        stack.callback(heart.stop)
        stop.wait()
        remark("正在停止……")


def data_folder() -> Path:
    """Where what is not the database is kept: beside a SQLite file, else ./var."""
    from sqlalchemy import make_url

    from states.settings import settings

    url = make_url(settings().database_url)
    file = url.database if url.get_backend_name() == "sqlite" else None
    return Path(file).parent if file and file != ":memory:" else Path("var")


def _greet(here: "Desk", address: str, prefect: str | None, demo: "Demo | None") -> None:
    from states.clock import local, now

    at = f"{local(now(here.office.offset)):%Y-%m-%d %H:%M}"
    line(
        f"【演示】业务时间 {at}，自此走动；数据为样例，请勿录入真实或涉密信息。"
        if demo
        else f"业务时间 {at}。请勿录入涉密信息。"
    )
    line(f"接口      {address}")
    line(f"接口文档  {address}/docs")
    line(
        f"Prefect   {prefect}（启动约需 20 秒）" if prefect else "Prefect   未启用（--lite），由心跳办理一切"
    )
    if demo is not None:
        for text in demo.lines(address):
            line(text)
    line("Ctrl-C 停止。")


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    return stop
