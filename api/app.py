"""The application: `create_app()` puts frame, refusals, routers and the Chinese OpenAPI document together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline
from sqlalchemy import Engine

from api.deps import WORDS, signed_in
from api.errors import install
from api.frame import Frame
from api.models.problem import PROBLEM
from api.routers import ROUTERS, TAGS
from states.db import engine_for
from states.people.actor import ROLES
from states.people.rights import RIGHTS
from states.settings import Settings

TITLE = "招落服接口"
ABOUT = """招商引资项目从线索到投产的全流程接口。

* 令牌：`zlf token LOGIN` 发放，放在 `Authorization: Bearer …`。
* 看到的只有本人范围内的项目；范围外的编号一律答 404。
* 会改变项目的操作须以 `If-Match` 给出读取时的 ETag；POST 可带 `Idempotency-Key`，重发不会重复办理。
* 拒绝一律是 `application/problem+json`，`detail` 说明哪里不对、应当怎样。
* 请勿录入涉密内容。
"""


def create_app(engine: Engine | None = None) -> FastAPI:
    """The ASGI application over `engine`, or over the database of ZLF_DATABASE_URL. Connects on the first request."""
    own = engine is None
    used = engine_for(Settings().database_url) if engine is None else engine

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if own:
            used.dispose()

    app = FastAPIOffline(
        title=TITLE,
        description=ABOUT,
        version="1",
        openapi_tags=TAGS,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.engine = used
    install(app, signed_in)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Frame)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: problem schema added, rights named, If-Match marked as demanded."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                _finish(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _finish(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "If-Match":
            parameter["required"] = True
    right = operation.get("x-right", "")
    roles = "、".join(sorted(ROLES[role] for role in RIGHTS.get(right, ())))
    said = WORDS.get(right) or f"角色：{roles}"
    operation["description"] = f"{operation.get('description', '')}\n\n权限：{said}。".strip()
