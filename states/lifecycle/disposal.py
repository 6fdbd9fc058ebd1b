"""分类处置: for a backlog task the unit hands in a class and a promised date; the bureau confirms (default-pack.md, *Backlog*)."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session

from states.errors import Malformed, NotAllowedNow
from states.events import record
from states.instants import day_of
from states.lifecycle.access import claim, seen
from states.lifecycle.offramps import require_asker
from states.lifecycle.queue import Asked, file, open_decision, waiting_tasks
from states.lifecycle.tables import Request
from states.people.actor import Actor
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.projects import written
from states.projects.facts import latest
from states.projects.ledger import Day
from states.projects.tables import Project
from states.tasks.promises import promise, promises
from states.tasks.steps import step_task
from states.tasks.tables import Disposal, Task

DISPOSAL = "disposal"
DISPOSE = "dispose"
NAMES = {
    "class": "class",
    "分类": "class",
    "处置分类": "class",
    "promised_on": "promised_on",
    "承诺时限": "promised_on",
    "承诺日期": "promised_on",
}


def dispose(
    session: Session,
    actor: Actor,
    now: datetime,
    project_id: int,
    given: Mapping[str, object],
    version: int | None = None,
) -> Request:
    """Hand in the class and the promised date of the project's overdue backlog step.

    `given`: class (one of the pack's) and promised_on, under these names or 分类 and 承诺时限. NotFound · Forbidden ·
    Malformed · Stale · NotAllowedNow (no backlog task, or the pack's number of promises is used up).
    """
    today = day_of(now)
    project = seen(session, actor, project_id, today)
    require_asker(session, actor, project, today)
    claim(session, project, version)
    pack = pack_by_id(session, project.pack_id)
    task = _backlog_step(session, pack, project)
    evidence = _read(pack, given, today)
    request = file(
        session, actor, now, project, Asked(DISPOSAL, DISPOSE, evidence | {"task": task.id}, Day(today))
    )
    open_decision(session, actor, now, pack, request, "approver")
    return request


def apply_disposal(
    session: Session, actor: Actor, now: datetime, pack: Pack, project: Project, request: Request
) -> None:
    """The bureau confirms: the ladder starts on the promised date."""
    assert project.id is not None and request.id is not None
    task = _backlog_step(session, pack, project)
    if task.id != request.evidence["task"]:
        raise NotAllowedNow("该步骤已经变化，请退回后按现在的步骤重新填报分类处置表。")
    assert task.id is not None
    promised_on = date.fromisoformat(request.evidence["promised_on"])
    count = len(promises(session, task.id)) + 1
    event_id = record(
        session,
        "backlog_promised",
        actor_id=actor.account_id,
        at=now,
        project_id=project.id,
        task_id=task.id,
        occurred_on=promised_on,
        request=request.id,
        round=count,
        was=task.ladder_from_on.isoformat(),
        **{"class": request.evidence["class"]},
    )
    made = Disposal(
        task_id=task.id,
        round=count,
        class_=request.evidence["class"],
        promised_on=promised_on,
        request_id=request.id,
        event_id=event_id,
    )
    frozen = project.standing != "active" or task.id in waiting_tasks(session, project.id)
    promise(session, pack, task, latest(session, project.id).amount_yuan, made, day_of(now), frozen=frozen)


def _backlog_step(session: Session, pack: Pack, project: Project) -> Task:
    """The project's open step, if it is backlog and a promise is left. NotAllowedNow otherwise."""
    assert project.id is not None
    onward = pack.next_stage(project.stage)
    task = step_task(session, project.id, onward.key) if onward else None
    if task is None or not task.backlog:
        raise NotAllowedNow("本项目没有存量逾期的步骤，不需要填报分类处置表。")
    if len(promises(session, task.id)) >= pack.backlog.promises_at_most:
        raise NotAllowedNow(
            f"该步骤已承诺 {pack.backlog.promises_at_most} 次，不能再次承诺（{pack.clause_of(pack.backlog.clause)}）。"
        )
    return task


def _read(pack: Pack, given: Mapping[str, object], today: date) -> dict[str, object]:
    values = {NAMES[name]: value for name, value in given.items() if name in NAMES}
    unknown = [name for name in given if name not in NAMES]
    classes = "、".join(pack.backlog.classes)
    if unknown or set(values) != {"class", "promised_on"}:
        raise Malformed(f"分类处置表要填两项：class（分类：{classes}）和 promised_on（承诺时限，日期）。")
    if values["class"] not in pack.backlog.classes:
        raise Malformed(f"没有“{str(values['class'])[:20]}”这一分类；可填：{classes}。")
    try:
        promised = written.day(values["promised_on"])
    except written.Wrong as wrong:
        raise Malformed(f"承诺时限{wrong}。") from wrong
    if promised.on <= today or promised.precision != "day":
        raise Malformed(f"承诺时限应是今天（{today}）以后的某一日。")
    return {"class": values["class"], "promised_on": promised.on.isoformat()}
