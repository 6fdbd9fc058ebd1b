"""Notifications as their reader sees them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.texts import Asked, Cursor, Limit, Out


class InboxAsked(Asked):
    """Which notifications."""

    unread: Literal["true", "false"] = Field("false", description="true：只看未读的")
    limit: Limit = 50
    cursor: Cursor | None = Field(None, description="上一页答复中的 next，原样传回")


class NoticeOut(Out):
    """One notification."""

    id: int = Field(description="通知编号")
    event_id: int = Field(description="所据事件")
    project_id: int | None = Field(description="项目编号")
    to: str = Field(description="收件人，或本人代收的单位收件箱")
    why: str = Field(description="为何发给您")
    subject: str = Field(description="标题")
    text: str = Field(description="正文")
    created_at: datetime = Field(description="送达收件箱的时刻")
    read_at: datetime | None = Field(description="已读时刻")
    acked_at: datetime | None = Field(description="签收时刻")


class InboxOut(Out):
    """One page, newest first."""

    items: list[NoticeOut] = Field(description="通知")
    unread: int = Field(description="未读总数")
    next: str | None = Field(description="下一页的 cursor；没有下一页时为空")


class MarkedOut(Out):
    """What was done to a notification."""

    id: int = Field(description="通知编号")
    done: Literal["read", "acknowledged"] = Field(description="read 已读、acknowledged 已签收")
