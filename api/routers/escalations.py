"""The supervision office's report, as values and as documents."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import DoorDep, needs
from api.files import attachment, told
from api.models.problem import READS
from api.models.reports import AsOfAsked, EscalationsOut
from documents.escalation_docx import escalation_docx
from documents.escalation_xlsx import escalation_xlsx
from states.people.directory import office_name
from states.supervision.report import EscalationReport, escalation_report

router = APIRouter(prefix="/api/v1/escalations", tags=["督办"])
RIGHT = "see_escalations"


@router.get("", summary="督办报告", responses=READS, openapi_extra=needs(RIGHT))
def escalations(asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> EscalationsOut:
    """按属地、责任单位、步骤和级次；每个数字附其背后的名单。"""
    return EscalationsOut.model_validate(_report(asked, door)[0].as_json())


@router.get(
    "/docx",
    summary="督办报告（Word）",
    response_class=Response,
    responses=READS | told("docx"),
    openapi_extra=needs(RIGHT),
)
def as_docx(asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> Response:
    """名单超过 3000 行时截断并注明，全部名单见 Excel。"""
    report, office = _report(asked, door)
    return attachment(escalation_docx(report.as_json(), office), f"督办报告{report.on}", "docx")


@router.get(
    "/xlsx",
    summary="督办报告（Excel）",
    response_class=Response,
    responses=READS | told("xlsx"),
    openapi_extra=needs(RIGHT),
)
def as_xlsx(asked: Annotated[AsOfAsked, Query()], door: DoorDep) -> Response:
    """含全部名单。"""
    report, office = _report(asked, door)
    return attachment(escalation_xlsx(report.as_json(), office), f"督办报告{report.on}", "xlsx")


def _report(asked: AsOfAsked, door: DoorDep) -> tuple[EscalationReport, str]:
    with door.asking() as desk:
        on, known = desk.as_of(asked.as_of)
        report = escalation_report(desk.session, desk.actor, on, known)
        return report, office_name(desk.session)
