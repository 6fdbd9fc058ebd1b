"""What is asked and how it is decided."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.texts import Asked, Cursor, Day, Id, In, Key, Limit, Out, Value, Word, Words

Evidence = Annotated[
    dict[Word, Value],
    Field(
        min_length=1,
        max_length=40,
        description="佐证：名称（代码、标签或台账表头均可）→ 值；occurred_on 为发生日期，金额可写 1.5亿元，整数按元计",
        examples=[
            {"occurred_on": "2018-06-28", "enterprise_name": "某某有限公司", "credit_code": "91421200…"}
        ],
    ),
]
Trigger = Annotated[str, StringConstraints(pattern=r"^(done:)?[A-Za-z][A-Za-z0-9_-]{0,39}$")]
OffRamp = Literal["send_back", "suspend", "resume", "terminate", "reopen", "replace"]


class ReportIn(In):
    """上报一个节点。"""

    trigger: Trigger = Field(
        description="动作代码，如 register；子节点写 done:land_right", examples=["register"]
    )
    evidence: Evidence


class LeadIn(In):
    """登记一条线索；核定后成为项目。"""

    evidence: Evidence


class OffRampIn(In):
    """申请退回、暂停、恢复、终止、重启或置换。"""

    kind: OffRamp = Field(
        description="send_back 退回、suspend 暂停、resume 恢复、terminate 终止、reopen 重启、replace 置换"
    )
    reason: Words = Field(description="理由")
    to: Key | None = Field(None, description="退回到哪个阶段（退回时必填）")
    cause: Word | None = Field(None, description="暂停原因：政府原因、企业原因、不可抗力")
    successor_id: Id | None = Field(None, description="接替的项目编号（置换时必填）")
    on: Day | None = Field(None, description="暂停首日，或恢复首日；不填为当天")


class ReturnIn(In):
    """退回一件申请。"""

    reason: Words = Field(description="退回理由")


class WaitingOut(Out):
    """One undecided request of the list."""

    id: int = Field(description="申请编号")
    kind: str = Field(description="类别：report 上报、lead 线索，或退出与变更的代码")
    trigger: str = Field(description="动作代码")
    label: str = Field(description="动作")
    project_id: int | None = Field(description="项目编号；线索核定前为空")
    project: str = Field(description="项目名称")
    occurred_on: date = Field(description="发生日期")
    requested_by: str = Field(description="申请人")
    requested_at: datetime = Field(description="申请时刻")
    due_on: date | None = Field(description="办理期限")
    days_late: int = Field(description="办理逾期天数，未逾期为 0")


class WaitingPageOut(Out):
    """One page of undecided requests, oldest first."""

    items: list[WaitingOut] = Field(description="待办的申请")
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


class RequestsAsked(Asked):
    """Which undecided requests."""

    project_id: Id | None = Field(None, description="只看某个项目的")
    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="上一页答复中的 next，原样传回")


class RequestOut(Out):
    """A request as it stands."""

    id: int = Field(description="申请编号")
    kind: str = Field(description="类别：report 上报、lead 线索，或退出与变更的代码")
    project_id: int | None = Field(description="项目编号；线索核定前为空")
    trigger: str = Field(description="动作代码")
    evidence: dict[str, Any] = Field(description="佐证")
    occurred_on: date = Field(description="发生日期")
    precision: str = Field(description="日期精度：day 日、month 月")
    requested_at: datetime = Field(description="上报时刻")
    outcome: str | None = Field(description="结果：approved 核定、returned 退回、withdrawn 撤回；空为待办")
    reason: str | None = Field(description="退回理由")
    decided_at: datetime | None = Field(description="办结时刻")
    version: int = Field(description="申请自身的版本（线索以此作 If-Match）")
    project_version: int | None = Field(None, description="项目版本，即 ETag 中的数字")
