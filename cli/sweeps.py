"""`zlf tick`, `release`, `escalations`, `deliveries`: what falls due, and what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.moments import AsOf, asked
from cli.people import ActorLogin, Json, MustActor
from cli.say import give, line, remark


def tick(as_of: AsOf = None, as_json: Json = False) -> None:
    """办理此刻到期的一切：逾期督办、月度调度、消息发送、日志封存。不需要 Prefect。"""
    from cli.desk import desk
    from flows.runner import tick as run
    from states.people.rights import require

    instant = asked(as_of) if as_of else None
    with desk() as here:
        with here.asking() as session:
            require(here.actor(session), "tick")
        if instant is not None and instant > here.now:
            remark("注意：所给时刻晚于当前业务时间，至该时刻为止的周期今后不再办理。")
        report = run(here.engine, instant or here.now, wall=here.wall, by="zlf tick")
    if as_json:
        give(report.as_json())
    for told in report.lines():
        (remark if as_json else line)(told)


def release(
    actor: MustActor,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """放行被保险丝拦下的督办（督查室），随即发出。"""
    from cli.desk import desk
    from flows.runner import tick as run
    from flows.sweeping import release as release_held
    from states.people.rights import require

    instant = asked(as_of) if as_of else None
    with desk() as here:
        at = instant or here.now
        with here.changing(at) as session:
            who = here.actor(session, actor)
            require(who, "release")
            period = release_held(session, who, at)
        if period is None:
            remark("没有待放行的督办。")
            raise typer.Exit(1)
        remark(f"已放行 {period} 的督办。")
        report = run(here.engine, at, wall=here.wall, by="zlf release")
    if as_json:
        give(report.as_json())
    for told in report.lines():
        (remark if as_json else line)(told)


def escalations(
    as_of: AsOf = None,
    as_json: Json = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="OUT", help="写出 Excel")] = None,
    docx: Annotated[Path | None, typer.Option("--docx", metavar="OUT", help="写出 Word")] = None,
    actor: ActorLogin = None,
) -> None:
    """督查室报告：按属地、单位、级次，每个数字附名单。"""
    remark("尚未接通")
    raise typer.Exit(1)


GROUP = ()
