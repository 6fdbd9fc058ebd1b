"""How the installation is."""

from typing import Literal

from pydantic import Field

from api.texts import Out

State = Literal["ok", "degraded", "down"]


class PartOut(Out):
    """One part of the installation."""

    name: str = Field(
        description="部件：process、database、migrations、office、heartbeat、outbox、deliveries"
    )
    status: State = Field(description="ok 正常；degraded 部分不正常；down 不可用")
    detail: str = Field(description="说明")
    age_seconds: int | None = Field(default=None, description="距上次心跳，或最早一件未发消息到期至今，秒")


class HealthOut(Out):
    """All parts; the worst of them is the whole."""

    status: State = Field(description="各部件中最差的状态")
    parts: list[PartOut] = Field(description="各部件")


class LiveOut(Out):
    """The process answers."""

    status: Literal["ok"] = Field(description="进程在应答")
