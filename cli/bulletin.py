"""`zlf bulletin`: a month's figures, as a draft or published."""

from pathlib import Path
from typing import Annotated

import typer

from cli.moments import AsOf, asked
from cli.people import ActorLogin, Json
from cli.say import give, line, remark, save


def bulletin(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="月份，如 2018-06")],
    as_json: Json = False,
    docx: Annotated[Path | None, typer.Option("--docx", metavar="OUT", help="写出 Word")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="OUT", help="写出 Excel")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="发布（须 --actor）")] = False,
    actor: ActorLogin = None,
    as_of: AsOf = None,
) -> None:
    """月度通报：1月1日至月末，并列当月。发布前为草稿；发布后不再改变。"""
    from cli.desk import desk
    from states.dispatch import bulletins

    if publish and actor is None:
        raise typer.BadParameter("发布须以本人身份办理，请加 --actor LOGIN。")
    at = asked(as_of) if as_of else None
    with desk() as here:
        known = at or here.now
        if publish:
            with here.changing(known) as session:
                made = bulletins.publish(session, here.actor(session, actor), known, period)
        else:
            with here.asking() as session:
                made = bulletins.bulletin(session, here.actor(session, actor), period, known)
    figures = made.as_json()
    if docx is not None:
        from documents.bulletin_docx import bulletin_docx

        save(docx, bulletin_docx(figures))
    if xlsx is not None:
        from documents.bulletin_xlsx import bulletin_xlsx

        save(xlsx, bulletin_xlsx(figures))
    if as_json:
        give(figures)
    elif docx is None and xlsx is None:
        from documents.bulletin_text import Wording

        words = Wording(figures)
        for text in (words.title, words.opening, *words.overall()):
            line(text)
    remark(f"{period} 通报：{'已发布' if made.status == 'published' else '草稿，未发布'}。")
