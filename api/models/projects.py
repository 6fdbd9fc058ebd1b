"""Projects as they are listed and shown, and how a list is asked for."""

from datetime import date
from typing import Annotated, Literal

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
    cursor: Cursor | None = None


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
