"""Who stands behind a project."""

from sqlmodel import Session, col, select

from states.projects.tables import Investor, ProjectInvestor


def investors(session: Session, project_id: int) -> list[str]:
    """Names of the project's investors, as they were entered."""
    query = (
        select(Investor.name)
        .join(ProjectInvestor, col(ProjectInvestor.investor_id) == col(Investor.id))
        .where(ProjectInvestor.project_id == project_id)
        .order_by(col(Investor.id))
    )
    return list(session.exec(query))
