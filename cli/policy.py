"""`zlf policy check|show`: a pack before it is activated, and the one in force."""

from pathlib import Path
from typing import Annotated

import typer

from cli.say import line, remark


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="规则包（TOML）")],
) -> None:
    """检查一个规则包；有误逐条说明。"""
    from cli.office import text_of
    from states.policy.load import parse

    pack = parse(text_of(file))
    stages = "→".join(stage.label for stage in pack.stage)
    remark(f"规则包 {pack.pack.key} 第 {pack.pack.version} 版（{pack.pack.label}）无误：{stages}。")


def show() -> None:
    """写出当前生效的规则包全文。"""
    from cli.desk import desk
    from states.policy.active import current_pack
    from states.policy.tables import PolicyPack

    with desk() as here, here.asking() as session:
        number, _ = current_pack(session, here.today)
        body = session.get_one(PolicyPack, number).body
    line(body.rstrip("\n"))


GROUP = (check, show)
