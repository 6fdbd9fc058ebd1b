"""`zlf account`, `zlf token`, `zlf people`: who may log in, and who was only named by a ledger."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.say import give, line, remark, table

if TYPE_CHECKING:
    pass

ActorLogin = Annotated[
    str | None, typer.Option("--actor", metavar="LOGIN", help="以谁的身份办理，默认办公室操作员")
]
MustActor = Annotated[str, typer.Option("--actor", metavar="LOGIN", help="以谁的身份办理")]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 写标准输出")]


def account(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="账号")],
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="姓名；台账中已有的人即与其绑定")],
    role: Annotated[
        str,
        typer.Option("--role", help="leader、specialist、approver、supervision、verifier、readonly、admin"),
    ],
    scope: Annotated[
        str | None, typer.Option("--scope", metavar="REGION", help="管辖区域，默认全办公室")
    ] = None,
    actor: ActorLogin = None,
    as_json: Json = False,
) -> None:
    """建立账号并授予角色；已有的账号再授一个角色。"""
    from cli.desk import desk
    from states.people.accounts import create_account

    with desk() as here, here.changing() as session:
        made = create_account(
            session,
            here.actor(session, actor),
            here.now,
            here.today,
            login=login,
            person=person,
            role=role,
            region=scope,
        )
    if as_json:
        give({"login": login, "person": person, "role": role, "account": made.account, "granted": made.role})
    remark(f"账号 {login}（{person}）：" + ("已授予角色 " + role if made.role else "原已具有该角色") + "。")


def token(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="账号")],
    actor: ActorLogin = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="吊销该账号的全部令牌")] = False,
) -> None:
    """签发接口访问令牌（只显示这一次）。"""
    from cli.desk import desk
    from states.people import tokens

    with desk() as here, here.changing() as session:
        who = here.actor(session, actor)
        if revoke:
            gone = tokens.revoke(session, who, login, now=here.now, wall=here.wall)
        else:
            issued = tokens.issue(session, who, login, now=here.now, wall=here.wall)
    if revoke:
        remark(f"已吊销 {login} 的 {gone} 个令牌。")
        return
    line(issued.secret)
    remark(f"令牌有效至 {issued.expires_at:%Y-%m-%d}，请妥善保管，不会再次显示。")


def list_(
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="只列待确认的")] = False,
    actor: ActorLogin = None,
    as_json: Json = False,
) -> None:
    """列出人员与单位；台账中首次出现的有待确认。"""
    from cli.desk import desk
    from states.people.confirmation import named

    with desk() as here, here.asking() as session:
        rows = named(session, here.actor(session, actor), unconfirmed=unconfirmed)
    if as_json:
        give([{"what": row.what, "id": row.id, "name": row.name, "confirmed": row.confirmed} for row in rows])
        return
    table(
        ("类别", "编号", "名称", "状态"),
        [(row.label, row.id, row.name, "已确认" if row.confirmed else "待确认") for row in rows],
    )


def confirm(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="姓名或单位名称")],
    actor: ActorLogin = None,
) -> None:
    """确认台账中首次出现的人员或单位。"""
    from cli.desk import desk
    from states.people.confirmation import confirm as confirm_named

    with desk() as here, here.changing() as session:
        done = confirm_named(session, here.actor(session, actor), here.now, names)
    remark(f"已确认 {done} 项。")


GROUP = (list_, confirm)
