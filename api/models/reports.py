"""The supervision office's report and the bulletin."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.texts import Asked, Day


class AsOfAsked(Asked):
    """As of which day."""

    as_of: Day | None = Field(None, description="以哪一日终了为准；不填为此刻")


Period = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


Rows = list[dict[str, Any]]


class EscalationsOut(BaseModel):
    """Figures by locality, unit, step and rung; `behind` names the tasks that each figure counts."""

    as_of: date = Field(description="以哪一日为准")
    rungs: dict[str, str] = Field(description="级次代码 → 级次，自低到高")
    totals: dict[str, Any] = Field(description="合计")
    localities: Rows = Field(description="按属地")
    units: Rows = Field(description="按责任单位")
    steps: Rows = Field(description="按步骤")
    below_100m: Rows = Field(description="各单位 1 亿元以下项目的逾期率")
    list: Rows = Field(description="名单：每个数字都由其中的行计成")
    behind: dict[str, Any] = Field(description="数字的代码 → 它所计的事项编号")


class BulletinOut(BaseModel):
    """A bulletin: its state, and beside it the figures."""

    model_config = ConfigDict(extra="allow")

    status: Literal["draft", "published"] = Field(description="draft 草稿、published 已发布")
    number: int | None = Field(description="期号；草稿为空")
    published_at: datetime | None = Field(description="发布时刻；草稿为空")
    input_hash: str | None = Field(description="所据数据的摘要；草稿为空")
