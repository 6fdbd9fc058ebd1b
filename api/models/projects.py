"""Projects as they are listed and shown, and how a list is asked for."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.texts import Asked, Cursor, Key, Limit, Out, Whole, Word, clear

Standing = Literal["active", "suspended", "terminated", "replaced"]
Shine = Literal["green", "yellow", "red", "black"]
Sort = Literal["id", "amount", "due"]
Search = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(clear)
]


class ProjectsAsked(Asked):
    """Filters, all of which must hold; order; page."""

    stage: Key | None = Field(None, description="阶段代码，如 signed")
    standing: Standing | None = Field(
        None, description="状态：active 在办、suspended 暂停、terminated 终止、replaced 置换"
    )
    locality: Word | None = Field(None, description="属地名称，含其下级")
    amount_from_yuan: Whole | None = Field(None, description="投资额下限，元，含本数")
    amount_below_yuan: Whole | None = Field(None, description="投资额上限，元，不含本数")
    light: Shine | None = Field(
        None, description="灯色：green 绿、yellow 黄、red 红、black 黑（只看在办项目的当前步骤）"
    )
    overdue: Literal["true", "false"] | None = Field(None, description="当前步骤是否逾期")
    q: Search | None = Field(None, description="项目名称、合同编号或投资方含有的文字，% 与 _ 按字面理解")
    sort: Sort = Field("id", description="id 录入先后；amount 投资额从大到小；due 到期日从早到晚")
    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="上一页答复中的 next，原样传回")


class LightOut(Out):
    """A light and why it shows."""

    key: Shine = Field(description="灯色代码")
    label: str = Field(description="灯色")
    why: str = Field(description="为什么是这个灯色")


class ProjectLineOut(Out):
    """One line of the list."""

    id: int = Field(description="项目编号")
    version: int = Field(description="项目版本，即 ETag 中的数字")
    name: str = Field(description="项目名称")
    contract_no: str | None = Field(description="合同编号")
    locality: str = Field(description="属地")
    amount_yuan: int = Field(description="投资额，元")
    stage: str = Field(description="阶段代码")
    stage_label: str = Field(description="阶段")
    standing: Standing = Field(description="状态")
    step: str | None = Field(description="当前步骤，如 签约→注册；没有待办步骤时为空")
    due_on: date | None = Field(description="当前步骤到期日")
    provisional: bool = Field(description="到期日暂定（所涉年份的放假通知未发布）")
    days_late: int = Field(description="逾期天数，未逾期为 0")
    light: LightOut | None = Field(description="灯色；暂停、终止、置换或没有待办步骤时为空")


class ProjectPageOut(Out):
    """One page."""

    items: list[ProjectLineOut] = Field(description="本页项目")
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


class ItemOut(Out):
    """One piece of evidence of a checklist."""

    key: str = Field(description="代码")
    label: str = Field(description="名称")
    kind: str = Field(description="类型：text、date、month、money、credit_code、contract_no")
    group: str | None = Field(description="同组任具其一")
    together: list[str] = Field(description="须一并提供的项")


class GapOut(Out):
    """One thing 待补."""

    milestone: str = Field(description="所属节点")
    field: str = Field(description="项")
    label: str = Field(description="名称")


class MissingOut(Out):
    """The checklist of the next step."""

    trigger: str | None = Field(description="下一步的动作代码；已到末阶段或当前不能上报时为空")
    trigger_label: str | None = Field(description="动作")
    step: str | None = Field(description="步骤，如 签约→注册")
    items: list[ItemOut] = Field(description="须提供的佐证")
    gaps: list[GapOut] = Field(description="待补")
    waits: bool = Field(description="有上报正待核定")


class ActionOut(Out):
    """Something the caller may do now."""

    trigger: str = Field(description="动作代码")
    label: str = Field(description="动作")
    kind: str = Field(description="report 上报、offramp 退出与变更")
    items: list[ItemOut] = Field(description="上报须提供的佐证")


class ReachedOut(Out):
    """A milestone with its three dates."""

    kind: str = Field(description="节点代码")
    label: str = Field(description="节点")
    run: int = Field(description="第几轮")
    occurred_on: date = Field(description="发生日期")
    precision: str = Field(description="日期精度：day 日、month 月")
    reported_at: datetime = Field(description="上报时刻")
    approved_at: datetime = Field(description="核定时刻")
    superseded_at: datetime | None = Field(description="不再采信的时刻")
    superseded_why: str | None = Field(description="不再采信的原因")
    evidence: dict[str, Any] = Field(description="佐证")
    request_id: int | None = Field(description="所据申请")


class AskedOut(Out):
    """A request in the project's story."""

    id: int = Field(description="申请编号")
    kind: str = Field(description="类别")
    trigger: str = Field(description="动作代码")
    label: str = Field(description="动作")
    evidence: dict[str, Any] = Field(description="佐证")
    occurred_on: date = Field(description="发生日期")
    requested_by: str = Field(description="申请人")
    requested_at: datetime = Field(description="申请时刻")
    decided_by: str | None = Field(description="办理人")
    decided_at: datetime | None = Field(description="办结时刻")
    outcome: str | None = Field(description="结果；空为待办")
    reason: str | None = Field(description="退回理由")


class DatedOut(Out):
    """A date that a task has had to meet."""

    due_on: date = Field(description="到期日")
    source: str = Field(description="来源：contract、extension、pack、suspension、calendar、migration")
    clause: str = Field(description="依据条款")
    known_at: datetime = Field(description="自何时起")
    superseded_at: datetime | None = Field(description="至何时止；空为现行")


class FiredOut(Out):
    """A rung fired or recorded."""

    rung: str = Field(description="级次")
    earned_on: date = Field(description="应发日")
    fired_on: date = Field(description="实发日")
    recorded: bool = Field(description="补记，未发消息")
    void: bool = Field(description="因改期作废")
    clause: str = Field(description="依据条款")


class OwedOut(Out):
    """A task of the project."""

    id: int = Field(description="事项编号")
    kind: str = Field(description="事项代码")
    label: str = Field(description="事项，如 签约→注册")
    run: int = Field(description="第几轮")
    start_on: date = Field(description="起算日")
    opened_on: date = Field(description="建立日")
    due_on: date = Field(description="到期日")
    provisional: bool = Field(description="到期日暂定")
    backlog: bool = Field(description="存量逾期")
    done_on: date | None = Field(description="完成日")
    outcome: str | None = Field(description="结果；空为在办")
    deadlines: list[DatedOut] = Field(description="历次到期日")
    rungs: list[FiredOut] = Field(description="督办级次")


class HeldOut(Out):
    """Who held a slot."""

    slot: str = Field(description="岗位代码")
    label: str = Field(description="岗位")
    name: str = Field(description="姓名或单位")
    from_on: date = Field(description="自")
    to_on: date | None = Field(description="至（不含）；空为现任")


class TimelineOut(Out):
    """The project's story."""

    milestones: list[ReachedOut] = Field(description="到达的节点")
    requests: list[AskedOut] = Field(description="申请")
    tasks: list[OwedOut] = Field(description="事项、期限与督办")
    slots: list[HeldOut] = Field(description="责任体系，含历任")


class ProjectOut(ProjectLineOut):
    """One project, whole."""

    kind: str | None = Field(description="产业类别")
    industry: str | None = Field(description="行业")
    land: str | None = Field(description="用地方式")
    credit_code: str | None = Field(description="统一社会信用代码")
    investors: list[str] = Field(description="投资方")
    imported_on: date | None = Field(description="由台账导入的日期")
    timeline: TimelineOut = Field(description="时间线")
    missing: MissingOut = Field(description="下一步还缺什么")
    actions: list[ActionOut] = Field(description="您现在可以做什么")
