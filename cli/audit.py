"""`zlf audit verify`, `zlf doctor`: whether log and present hold."""

import typer

from cli.moments import AsOf, asked
from cli.people import ActorLogin, Json
from cli.say import give, line, remark


def verify(actor: ActorLogin = None, as_json: Json = False) -> None:
    """核验全部日志封存：任何改动、删除、插入都会指明在第几号封存。"""
    from cli.desk import desk
    from states.keyfile import seal_key
    from states.people.rights import require
    from states.seals import verify as verify_seals
    from states.settings import settings

    with desk() as here, here.asking() as session:
        require(here.actor(session, actor), "verify_audit")
        found = verify_seals(session, seal_key(settings()))
    if as_json:
        give(
            {
                "sound": found.sound,
                "seals": found.seals,
                "events": found.events,
                "unsealed": found.unsealed,
                "problems": found.problems,
            }
        )
    for problem in found.problems:
        remark(problem)
    told = f"封存 {found.seals} 批、日志 {found.events} 条，未封存 {found.unsealed} 条"
    if not found.sound:
        remark(f"核验未通过：{told}，发现 {len(found.problems)} 处问题。")
        raise typer.Exit(1)
    (remark if as_json else line)(f"核验通过：{told}。")


def doctor(as_of: AsOf = None, as_json: Json = False) -> None:
    """体检：现状与历史是否一致（不一致则退出码 1）；心跳、漏办、待补、空岗为提醒。"""
    from cli.desk import desk
    from flows.doctor import examine

    with desk() as here, here.asking() as session:
        found = examine(session, asked(as_of) if as_of else here.now, here.wall)
    if as_json:
        give(found.as_json())
    for warning in found.warnings:
        remark(f"提醒：{warning}")
    for error in found.errors:
        remark(f"不一致：{error}")
    if found.errors:
        remark(f"体检未通过：现状与历史有 {len(found.errors)} 处不一致。")
        raise typer.Exit(1)
    (remark if as_json else line)("体检通过：现状与历史一致。")


GROUP = (verify,)
