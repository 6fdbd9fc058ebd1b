"""From the domain's rows to what goes out."""

from sqlmodel import Session

from api.models.requests import RequestOut
from states.lifecycle.tables import Request
from states.projects.tables import Project


def shown(session: Session, request: Request) -> RequestOut:
    """A request, with the version its project has now."""
    session.flush()
    out = RequestOut.model_validate(request)
    if request.project_id is not None:
        out.project_version = session.get_one(Project, request.project_id).version
    return out
