"""Projects: listed, shown, reported on, taken off the ordinary course."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import cursor
from api.deps import SCOPE, Desk, Done, DoorDep, Idempotency, IfMatch, etag, expected, needs
from api.models.problem import READS, WRITES
from api.models.projects import ProjectLineOut, ProjectOut, ProjectPageOut, ProjectsAsked
from api.models.requests import LeadIn, OffRampIn, ReportIn, RequestOut
from api.showing import shown, whole
from api.texts import Id
from states.lifecycle.requests import ask_offramp, register_lead, report
from states.tasks.portfolio import Line, Sort, Wanted, portfolio

router = APIRouter(prefix="/api/v1", tags=["项目"])
ProjectId = Annotated[Id, Path(description="项目编号")]


@router.get("/projects", summary="项目列表", responses=READS, openapi_extra=needs(SCOPE))
def list_projects(asked: Annotated[ProjectsAsked, Query()], door: DoorDep) -> ProjectPageOut:
    """本人范围内的项目，可筛选、排序、翻页；每个项目带当前步骤、到期日和灯色。"""
    with door.asking() as desk:
        found = portfolio(desk.session, desk.actor, desk.today, _wanted(asked))
    page = found[: asked.limit]
    onward = _next(page[-1], asked.sort) if len(found) > asked.limit else None
    return ProjectPageOut(items=[ProjectLineOut.model_validate(line) for line in page], next=onward)


@router.get("/projects/{project_id}", summary="一个项目", responses=READS, openapi_extra=needs(SCOPE))
def one(project_id: ProjectId, door: DoorDep, response: Response) -> ProjectOut:
    """资料、时间线、责任体系、事项与期限、下一步还缺什么、您现在可以做什么。ETag 为项目版本。"""
    with door.asking() as desk:
        found = whole(desk, project_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.post(
    "/projects/{project_id}/reports",
    summary="上报一个节点",
    status_code=201,
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs("report"),
)
def report_step(
    project_id: ProjectId, body: ReportIn, door: DoorDep, if_match: IfMatch = None, key: Idempotency = None
) -> Response:
    """本项目当日的项目专员上报，附佐证；由招商局另一人核定。核定前不再催办。"""

    def act(desk: Desk) -> Done:
        version = expected(if_match)
        made = report(
            desk.session, desk.actor, desk.now, project_id, body.trigger, dict(body.evidence), version
        )
        return _made(desk, shown(desk.session, made))

    return door.doing(act)


@router.post(
    "/projects/{project_id}/offramps",
    summary="申请退回、暂停、恢复、终止、重启或置换",
    status_code=201,
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs("ask_offramp"),
)
def ask(
    project_id: ProjectId, body: OffRampIn, door: DoorDep, if_match: IfMatch = None, key: Idempotency = None
) -> Response:
    """本项目的项目专员或包保领导申请，写明理由；由规则包指定的角色决定。"""

    def act(desk: Desk) -> Done:
        made = ask_offramp(
            desk.session,
            desk.actor,
            desk.now,
            project_id,
            body.kind,
            body.reason,
            to=body.to,
            cause=body.cause,
            successor_id=body.successor_id,
            on=body.on,
            version=expected(if_match),
        )
        return _made(desk, shown(desk.session, made))

    return door.doing(act)


@router.post(
    "/leads",
    summary="登记线索",
    status_code=201,
    response_model=RequestOut,
    responses=WRITES,
    openapi_extra=needs("report"),
)
def lead(body: LeadIn, door: DoorDep, key: Idempotency = None) -> Response:
    """属地的项目专员登记；招商局核定后成为项目，此前只是一件申请。"""

    def act(desk: Desk) -> Done:
        made = register_lead(desk.session, desk.actor, desk.now, dict(body.evidence))
        return _made(desk, shown(desk.session, made))

    return door.doing(act)


def _made(_desk: Desk, request: RequestOut) -> Done:
    return Done(request, 201, request.project_version or request.version, f"/api/v1/requests/{request.id}")


def _wanted(asked: ProjectsAsked) -> Wanted:
    """The domain's question, one line more than asked for: whether there is a next page."""
    return Wanted(
        stage=asked.stage,
        standing=asked.standing,
        locality=asked.locality,
        amount_from_yuan=asked.amount_from_yuan,
        amount_below_yuan=asked.amount_below_yuan,
        light=asked.light,
        overdue=None if asked.overdue is None else asked.overdue == "true",
        text=asked.q,
        sort=asked.sort,
        after=None if asked.cursor is None else _after(asked.cursor, asked.sort),
        limit=asked.limit + 1,
    )


def _next(line: Line, sort: Sort) -> str:
    value, line_id = line.position(sort)
    return cursor.write(sort, value, line_id)


def _after(given: str, sort: Sort) -> tuple[int | date, int]:
    return cursor.place(given, sort, date if sort == "due" else int)
