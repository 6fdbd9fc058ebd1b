"""A month's bulletin: read, downloaded, published."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.deps import Desk, Done, DoorDep, Idempotency, needs
from api.files import attachment, told
from api.models.problem import READS, WRITES, refusals
from api.models.reports import AsOfAsked, BulletinOut, Period
from documents.bulletin_docx import bulletin_docx
from documents.bulletin_xlsx import bulletin_xlsx
from states.dispatch.bulletins import Bulletin, bulletin, publish

router = APIRouter(prefix="/api/v1/bulletins", tags=["通报"])
PeriodIn = Annotated[Period, Path(description="月份，如 2018-06", examples=["2018-06"])]
RIGHT = "see_bulletin"
ANSWERS = READS | refusals(409)


@router.get("/{period}", summary="月度通报", responses=ANSWERS, openapi_extra=needs(RIGHT))
def one(period: PeriodIn, asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> BulletinOut:
    """1月1日至月末，并列当月（month）。发布前为草稿，随数据变化；发布后不再改变。"""
    return BulletinOut.model_validate(_read(period, asked, door).as_json())


@router.get(
    "/{period}/docx",
    summary="月度通报（Word）",
    response_class=Response,
    responses=ANSWERS | told("docx"),
    openapi_extra=needs(RIGHT),
)
def as_docx(period: PeriodIn, asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> Response:
    """草稿在文中注明。"""
    return attachment(bulletin_docx(_read(period, asked, door).as_json()), f"通报{period}", "docx")


@router.get(
    "/{period}/xlsx",
    summary="月度通报（Excel）",
    response_class=Response,
    responses=ANSWERS | told("xlsx"),
    openapi_extra=needs(RIGHT),
)
def as_xlsx(period: PeriodIn, asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> Response:
    """草稿在表中注明。"""
    return attachment(bulletin_xlsx(_read(period, asked, door).as_json()), f"通报{period}", "xlsx")


@router.post(
    "/{period}/publication",
    summary="发布月度通报",
    status_code=201,
    response_model=BulletinOut,
    responses=WRITES,
    openapi_extra=needs("publish"),
)
def publication(period: PeriodIn, door: DoorDep, key: Idempotency = None) -> Response:
    """以此刻所知的数据定稿；此后无论导入什么都不再改变，补报计入以后各期。"""

    def act(desk: Desk) -> Done:
        made = publish(desk.session, desk.actor, desk.now, period)
        return Done(BulletinOut.model_validate(made.as_json()), 201, location=f"/api/v1/bulletins/{period}")

    return door.doing(act)


def _read(period: str, asked: AsOfAsked, door: DoorDep) -> Bulletin:
    with door.asking() as desk:
        return bulletin(desk.session, desk.actor, period, desk.as_of(asked.as_of)[1])
