"""`zlf tick`, `release`, `escalations`, `deliveries`: what falls due, and what came of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.moments import AsOf, asked
from cli.people import ActorLogin, Json, MustActor
from cli.say import give, line, remark, save, table

if TYPE_CHECKING:
    from states.supervision.report import EscalationReport


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
    from cli.desk import desk
    from states.clock import today
    from states.people.directory import office_name
    from states.supervision.report import escalation_report

    at = asked(as_of) if as_of else None
    with desk() as here, here.asking() as session:
        known = at or here.now
        report = escalation_report(session, here.actor(session, actor), today(known), known)
        office = office_name(session)
    figures = report.as_json()
    if docx is not None:
        from documents.escalation_docx import escalation_docx

        save(docx, escalation_docx(figures, office))
    if xlsx is not None:
        from documents.escalation_xlsx import escalation_xlsx

        save(xlsx, escalation_xlsx(figures, office))
    if as_json:
        give(figures)
    elif docx is None and xlsx is None:
        _show(report)


def _show(report: "EscalationReport") -> None:
    """Totals, then localities and units: a table each."""
    rungs = list(report.rungs)
    for what, groups in (("属地", report.localities), ("责任单位", report.units)):
        table(
            (what, "逾期", "其中存量", *rungs),
            [
                (group.name, group.overdue.n, group.backlog.n, *(group.by_rung[key].n for key in rungs))
                for group in groups
            ],
        )
        line("")
    remark(f"截至 {report.on}：逾期 {report.totals.overdue.n} 项，其中存量 {report.totals.backlog.n} 项。")


def list_(as_json: Json = False, actor: ActorLogin = None) -> None:
    """列出未送达与结果不明的消息。"""
    from cli.desk import desk
    from notifications import undelivered
    from notifications.unresolved import STATES
    from states.people.rights import require

    with desk() as here, here.asking() as session:
        require(here.actor(session, actor), "see_escalations")
        rows = undelivered(session)
    if as_json:
        give(
            [
                {
                    "id": row.id,
                    "channel": row.channel,
                    "person": row.name,
                    "state": row.state,
                    "tries": row.tries,
                    "due_at": row.due_at,
                    "outcome": row.outcome,
                }
                for row in rows
            ]
        )
        return
    table(
        ("编号", "渠道", "收件人", "状态", "次数", "末次结果"),
        [(row.id, row.channel, row.name, STATES[row.state], row.tries, row.outcome) for row in rows],
    )


def resolve(
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", min=1, max=2**31 - 1, help="消息的编号")],
    how: Annotated[
        Literal["resend", "done"], typer.Argument(metavar="HOW", help="resend 重发，或 done 已另行送达")
    ],
    actor: MustActor,
) -> None:
    """处理一条未送达或结果不明的消息（督查室）。"""
    from cli.desk import desk
    from notifications import resolve as resolved

    with desk() as here, here.changing() as session:
        resolved(session, here.actor(session, actor), here.now, delivery, how)
    remark(f"第 {delivery} 条消息：{'将重发' if how == 'resend' else '已结案'}。")


GROUP = (list_, resolve)
