"""What can go wrong by rule. Every message is Chinese and says what to do; one handler makes problem+json of it."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with its reason. `status` is the HTTP status, `code` a stable English word for programs.

    `facts` are values that a program may need (the current version, the missing fields); never a secret.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "请求未被接受"

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class Malformed(DomainError):
    """Input that has not the form asked for."""

    status = 422
    code = "malformed"
    title = "输入格式不对"


class NotFound(DomainError):
    """No such thing, or outside the actor's scope: the two are never told apart."""

    status = 404
    code = "not_found"
    title = "未找到"


class Forbidden(DomainError):
    """In scope, but not this actor's right."""

    status = 403
    code = "forbidden"
    title = "无此权限"


class Unauthenticated(DomainError):
    """No valid token."""

    status = 401
    code = "unauthenticated"
    title = "未登录"


class NotAllowedNow(DomainError):
    """The state of things does not allow it (wrong stage, already decided, period frozen)."""

    status = 409
    code = "not_allowed_now"
    title = "当前状态不允许"


class Stale(DomainError):
    """Somebody changed it first: `facts["version"]` is the current version."""

    status = 412
    code = "stale"
    title = "数据已被他人更新"


class EvidenceMissing(DomainError):
    """The evidence asked for a step is missing or does not hold: `facts["fields"]` maps key → what is wrong."""

    status = 409
    code = "evidence"
    title = "佐证不全或不符"


class PackError(DomainError):
    """A policy pack that does not hold; the message names the rule meant by the wrong line."""

    status = 422
    code = "pack"
    title = "规则包有误"


class Busy(DomainError):
    """The database is locked, full or away: try again."""

    status = 503
    code = "busy"
    title = "数据库暂不可用"
