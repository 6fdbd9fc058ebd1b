"""`zlf init`: the schema, the seal key and the office."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.say import remark

if TYPE_CHECKING:
    from sqlalchemy import Engine


def init(
    office: Annotated[
        Path | None, typer.Option("--office", metavar="FILE", help="办公室设定（office.toml）")
    ] = None,
) -> None:
    """建库（或升级）、生成封存密钥；给出 --office 时设立办公室。重复运行不改变已有内容。"""
    from migrations import upgrade
    from states.db import engine_for
    from states.keyfile import make_key
    from states.settings import settings

    engine = engine_for(settings().database_url)
    try:
        upgrade(engine)
        made = make_key(settings())
        if made is not None:
            remark(f"已生成封存密钥 {made}，请与数据库分开备份。")
        set_up(engine, office)
    finally:
        engine.dispose()


def set_up(engine: "Engine", office: Path | None) -> None:
    """Found the office of the file, unless this database has one."""
    from states.clock import now
    from states.db import reading, writing
    from states.founding import found, installation_of, read_office
    from states.keyfile import seal_key
    from states.people.tables import Region
    from states.periods import Installation
    from states.sealing import seal_all
    from states.settings import settings

    spec = read_office(text_of(office)) if office is not None else None
    with reading(engine) as session:
        founded = session.get(Installation, 1) is not None
        name = session.get_one(Region, installation_of(session).office_id).name if founded else None
    if founded:
        remark(
            f"已初始化：{name}。"
            + (
                ""
                if spec is None or spec.name == name
                else f"{spec.name} 未设立，一个数据库只对应一个办公室。"
            )
        )
        if spec is not None and spec.name != name:
            raise typer.Exit(1)
    elif spec is None:
        remark("数据库已就绪。请运行 zlf init --office FILE 设立办公室。")
    else:
        instant = now()
        with writing(engine) as session:
            found(session, spec, instant)
        seal_all(engine, seal_key(settings()), instant)
        remark(f"已设立{spec.name}：{len(spec.locality)} 个属地，操作员账号 operator。")


def text_of(path: Path) -> str:
    """A text file that a user names. Malformed with the reason where it cannot be read."""
    from states.errors import Malformed

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(
            f"无法读取 {path}：{getattr(error, 'strerror', None) or '不是 UTF-8 文本'}。"
        ) from error
