"""The account behind a token."""

from datetime import date

from pydantic import Field

from api.texts import Out


class GrantOut(Out):
    """A role over a region."""

    role: str = Field(description="角色代码")
    label: str = Field(description="角色")
    region: str = Field(description="辖区，含其下级")


class MeOut(Out):
    """The account, its roles and rights."""

    login: str = Field(description="账号")
    name: str = Field(description="姓名")
    roles: list[GrantOut] = Field(description="角色与辖区")
    rights: list[str] = Field(description="可做的事（代码）")
    today: date = Field(description="业务日期")
