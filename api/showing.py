"""From the domain's values to what goes out."""

from dataclasses import asdict

from sqlmodel import Session

from api.deps import Desk
from api.models.projects import ProjectOut
from api.models.requests import RequestOut
from states.lifecycle.access import seen
from states.lifecycle.checklist import missing, permitted_actions
from states.lifecycle.tables import Request
from states.lifecycle.timeline import Timeline, timeline
from states.people.responsibility import SLOTS
from states.projects.facts import latest
from states.projects.investors import investors
from states.projects.tables import Project
from states.tasks.portfolio import Wanted, portfolio


def shown(session: Session, request: Request) -> RequestOut:
    """A request, with the version its project has now."""
    session.flush()
    out = RequestOut.model_validate(request)
    if request.project_id is not None:
        out.project_version = session.get_one(Project, request.project_id).version
    return out


def whole(desk: Desk, project_id: int) -> ProjectOut:
    """One project with its story, its checklist and what the caller may do. NotFound out of scope."""
    project = seen(desk.session, desk.actor, project_id, desk.today)
    line = portfolio(desk.session, desk.actor, desk.today, Wanted(project_id=project_id, limit=1))[0]
    facts = latest(desk.session, project_id)
    return ProjectOut.model_validate(
        asdict(line)
        | {name: getattr(facts, name) for name in ("kind", "industry", "land", "credit_code")}
        | {
            "investors": investors(desk.session, project_id),
            "imported_on": project.imported_on,
            "timeline": _told(timeline(desk.session, project)),
            "missing": asdict(missing(desk.session, project, desk.today)),
            "actions": [
                asdict(act) for act in permitted_actions(desk.session, desk.actor, desk.now, project)
            ],
        }
    )


def _told(story: Timeline) -> dict[str, object]:
    told = asdict(story)
    return told | {
        "slots": [slot | {"label": SLOTS.get(slot["slot"], slot["slot"])} for slot in told["slots"]]
    }
