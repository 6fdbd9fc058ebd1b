"""`zlf up`: the whole installation in one process tree."""

from typing import Annotated

import typer

from cli.say import remark


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="演示：样例台账，时钟自 2018-07-02 08:30 走起")
    ] = False,
    lite: Annotated[bool, typer.Option("--lite", help="不启动 Prefect，由心跳办理一切")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="接口端口")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="演示库重新建立")] = False,
) -> None:
    """启动接口、心跳与 Prefect；Ctrl-C 结束全部子进程。"""
    remark("尚未接通")
    raise typer.Exit(1)
