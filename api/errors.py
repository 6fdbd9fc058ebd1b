"""Every refusal as `application/problem+json` (RFC 9457), in Chinese, without echoing what was sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from states.errors import Busy, DomainError

MEDIA = "application/problem+json"
RETRY_AFTER = "2"  # seconds


class PreconditionRequired(DomainError):
    """A write that changes a project came without If-Match."""

    status = 428
    code = "precondition_required"
    title = "缺少 If-Match"


class TooLarge(DomainError):
    """More than the body may hold."""

    status = 413
    code = "too_large"
    title = "请求体过大"


class WrongMedia(DomainError):
    """A body that is not JSON in UTF-8."""

    status = 415
    code = "unsupported_media_type"
    title = "请求体类型不支持"


class KeyReused(DomainError):
    """An Idempotency-Key that already stands for another request."""

    status = 422
    code = "idempotency_key_reused"
    title = "幂等键已用于另一请求"


SAID = {
    400: ("bad_request", "请求无法识别", "请求无法识别，请对照接口说明检查。"),
    404: ("not_found", "未找到", "没有这个地址，或不在您的权限范围内。"),
    405: ("method_not_allowed", "方法不允许", "此地址不支持该方法，可用的方法见 Allow。"),
    500: ("internal", "内部错误", "服务内部出错，未写入任何内容；请把请求编号告知管理员。"),
}


def problem(
    request_id: str, status: int, code: str, title: str, detail: str, headers: dict[str, str], **facts: Any
) -> Response:
    """One problem document; `facts` never take the place of its own members."""
    body = {**facts, "type": f"urn:zhaoluofu:problem:{code}", "title": title, "status": status}
    body |= {"code": code, "detail": detail, "request_id": request_id}
    return JSONResponse(body, status_code=status, media_type=MEDIA, headers=headers)


def refusal(request_id: str, error: DomainError) -> Response:
    """A domain error as a problem; what a 500 hides stays in the log."""
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="zhaoluofu"'
    if error.status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return problem(
        request_id, error.status, error.code, error.title, error.detail, headers, **_facts(error.facts)
    )


def crash(request_id: str) -> Response:
    """What is told of a fault that nobody foresaw."""
    return problem(request_id, 500, *SAID[500], {})


def translated(error: Exception) -> DomainError | None:
    """What a fault of the database means to the caller; None for one that is none."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return Busy("数据库忙、已满或无法连接，本次操作没有写入任何内容，请稍后重试。")
    return None


def install(app: FastAPI, gate: Callable[[Request], object]) -> None:
    """Register the handlers. `gate` raises Unauthenticated: what is wrong with a request is told to no stranger."""

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if request.url.path.startswith("/api/"):
            try:
                gate(request)
            except DomainError as stranger:
                return refusal(_id(request), stranger)
        return _invalid(request, error)

    app.add_exception_handler(DomainError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(IntegrityError, _collided)


def _id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value if _plain(value) else str(value) for key, value in facts.items()}


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return refusal(_id(request), error)


def _collided(request: Request, _error: Exception) -> Response:
    return problem(
        _id(request),
        409,
        "conflict",
        "与现有数据冲突",
        "另一请求刚写入了相同的内容，本次没有写入；请刷新后再试。",
        {},
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    headers = dict(error.headers or {})
    if status == 405:
        headers["Allow"] = ", ".join(allowed(request))
    name = HTTPStatus(status).name.lower()
    return problem(_id(request), status, *SAID.get(status, (name, "请求未被接受", "请求未被接受。")), headers)


def allowed(request: Request) -> list[str]:
    """Every method that the address takes: routes of one path stand apart, the router names only the first's."""
    path = request.url.path.strip("/").split("/")
    methods: set[str] = set()
    for template, operations in request.app.openapi()["paths"].items():
        parts = template.strip("/").split("/")
        if len(parts) == len(path) and all(
            part.startswith("{") or part == given for part, given in zip(parts, path, strict=True)
        ):
            methods |= {method.upper() for method in operations}
    return sorted(methods | ({"HEAD"} if "GET" in methods or not methods else set()) or {"GET", "HEAD"})


def _invalid(request: Request, error: RequestValidationError) -> Response:
    wrong = [_wrong(item) for item in error.errors()[:50]]
    detail = f"有 {len(wrong)} 处不符合要求，见 errors。"
    return problem(_id(request), 422, "malformed", "输入格式不对", detail, {}, errors=wrong)


def _wrong(item: Any) -> dict[str, str]:
    where, *path = item["loc"] or ("body",)
    return {"in": str(where), "pointer": _pointer(path), "detail": _said(item)}


def _pointer(path: list[Any]) -> str:
    parts = [str(part).encode("ascii", "backslashreplace").decode()[:60] for part in path[:8]]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _said(item: Any) -> str:
    context = item.get("ctx") or {}
    kind = item["type"]
    if kind.startswith("zlf_"):
        return str(item["msg"])
    try:
        return WORDS.get(kind, "取值不对").format(**context)
    except KeyError:
        return "取值不对"


WORDS = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识此项，请删去",
    "string_type": "应为文字",
    "string_unicode": "含有不能使用的字符",
    "string_too_long": "最长 {max_length} 个字符",
    "string_too_short": "最短 {min_length} 个字符",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "date_type": "应为日期，如 2018-07-02",
    "literal_error": "只能是：{expected}",
    "enum": "只能是：{expected}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "too_long": "最多 {max_length} 项",
    "too_short": "最少 {min_length} 项",
    "json_invalid": "不是正确的 JSON",
}
