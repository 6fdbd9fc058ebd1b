"""The form of a refusal, as the OpenAPI document tells it."""

from typing import Any

MEDIA = "application/problem+json"

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "拒绝的原因（RFC 9457）。detail 供人阅读，code 供程序判断；另可带 version、fields 等事实。",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "问题类别"},
        "title": {"type": "string", "description": "一句话"},
        "status": {"type": "integer", "description": "HTTP 状态码"},
        "code": {"type": "string", "description": "稳定的英文代码"},
        "detail": {"type": "string", "description": "哪里不对、应当怎样"},
        "request_id": {"type": "string", "description": "请求编号，报障时请告知"},
        "version": {"type": "integer", "description": "项目当前版本（412 时）"},
        "errors": {
            "type": "array",
            "description": "逐处说明（422 时）",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "detail"],
                "properties": {
                    "in": {"type": "string", "description": "body、query、path 或 header"},
                    "pointer": {"type": "string", "description": "JSON Pointer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

MEANT = {
    400: "请求无法识别",
    401: "没有有效的访问令牌",
    403: "无此权限",
    404: "没有，或不在范围内",
    405: "方法不允许",
    409: "当前状态不允许，或佐证不全",
    412: "项目已被他人更新",
    413: "请求体过大",
    415: "请求体类型不支持",
    422: "输入格式不对",
    428: "缺少 If-Match",
    503: "数据库暂不可用，请稍后重试",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that may refuse in these ways."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": MEANT[status], "content": {MEDIA: schema}} for status in statuses}


READS = refusals(400, 401, 403, 404, 422, 503)
WRITES = refusals(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)
