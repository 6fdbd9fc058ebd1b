"""Whether it lives, and how it is. Open to anyone; tells states and ages, nothing of the content."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import PUBLIC, needs
from api.models.health import HealthOut, LiveOut, PartOut
from api.vitals import DOWN, examine, overall
from states import clock

router = APIRouter(tags=["健康"])
DOWN_TOO: dict[int | str, dict[str, Any]] = {503: {"model": HealthOut, "description": "不可用（down）"}}


@router.get("/health/live", summary="进程是否存活", openapi_extra=needs(PUBLIC))
def live() -> LiveOut:
    """只说明进程在应答，不查数据库。"""
    return LiveOut(status="ok")


@router.get("/health", summary="整体是否正常", responses=DOWN_TOO, openapi_extra=needs(PUBLIC))
def health(request: Request, response: Response) -> HealthOut:
    """数据库、库结构、心跳、待发消息。200：ok 或 degraded；503：down。"""
    parts = examine(request.app.state.engine, clock.wall())
    whole = overall(parts)
    response.status_code = 503 if whole == DOWN else 200
    return HealthOut(status=whole, parts=[PartOut.model_validate(part) for part in parts])
