"""What is owed: mine, overdue, by unit, as of any day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api import cursor
from api.deps import SCOPE, DoorDep, needs
from api.models.problem import READS
from api.models.tasks import TaskOut, TaskPageOut, TasksAsked
from states.tasks.worklist import Wish, worklist

router = APIRouter(prefix="/api/v1", tags=["事项"])


@router.get("/tasks", summary="在办事项", responses=READS, openapi_extra=needs(SCOPE))
def tasks(asked: Annotated[TasksAsked, Query()], door: DoorDep) -> TaskPageOut:
    """本人范围内未了结的事项，到期早的在前；可只看本人的、逾期的、某单位的，可回看任何一日。"""
    wish = Wish(
        mine=asked.mine == "true",
        overdue=asked.overdue == "true",
        unit=asked.unit,
        project_id=asked.project_id,
        after=None if asked.cursor is None else cursor.place(asked.cursor, "due", date),
        limit=asked.limit + 1,
    )
    with door.asking() as desk:
        on, known = desk.as_of(asked.as_of)
        found = worklist(desk.session, desk.actor, on, known, wish)
    page = found[: asked.limit]
    onward = cursor.write("due", page[-1].due_on, page[-1].id) if len(found) > asked.limit else None
    return TaskPageOut(as_of=on, items=[TaskOut.model_validate(row) for row in page], next=onward)
