"""What is owed, and how it is asked for."""

from datetime import date
from typing import Literal

from pydantic import Field

from api.texts import Asked, Cursor, Day, Id, Limit, Out, Word

YesNo = Literal["true", "false"]


class TasksAsked(Asked):
    """Which tasks, as of which day."""

    mine: YesNo = Field("false", description="true：只看本人所负的（本人担任的岗位、本人所在单位、指名本人）")
    overdue: YesNo = Field("false", description="true：只看逾期的")
    unit: Word | None = Field(None, description="单位全称：该单位自己的事项，及其任责任单位的项目的事项")
    project_id: Id | None = Field(None, description="只看某个项目的")
    as_of: Day | None = Field(None, description="以哪一日终了为准；不填为此刻")
    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="上一页答复中的 next，原样传回")


class StandingOut(Out):
    """The highest rung that stands."""

    rung: str = Field(description="级次代码")
    label: str = Field(description="级次")
    earned_on: date = Field(description="应发日")
    fired_on: date = Field(description="实发日")
    recorded: bool = Field(description="补记，未发消息")
    clause: str = Field(description="依据条款")


class TaskOut(Out):
    """One open task."""

    id: int = Field(description="事项编号")
    project_id: int | None = Field(description="项目编号")
    project: str = Field(description="项目名称")
    amount_yuan: int = Field(description="投资额，元")
    kind: str = Field(description="事项代码")
    step: str = Field(description="事项，如 签约→注册")
    due_on: date = Field(description="到期日")
    provisional: bool = Field(description="到期日暂定")
    days_late: int = Field(description="逾期天数，未逾期为 0")
    owner: str = Field(description="责任者")
    specialist: str | None = Field(description="项目专员")
    leader: str | None = Field(description="包保领导")
    unit: str | None = Field(description="责任单位")
    locality: str = Field(description="属地")
    backlog: bool = Field(description="存量逾期")
    clause: str = Field(description="期限的依据条款")
    standing: StandingOut | None = Field(description="现有的最高督办级次")


class TaskPageOut(Out):
    """One page."""

    as_of: date = Field(description="以哪一日为准")
    items: list[TaskOut] = Field(description="事项，到期早的在前")
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")
