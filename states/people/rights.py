"""Which role may do what (design: permission table). Deny by default."""

from states.errors import Forbidden
from states.people.actor import ROLES, Actor

RIGHTS: dict[str, frozenset[str]] = {
    "see_projects": frozenset({"operator", "supervision", "leader", "approver", "readonly"}),
    "report": frozenset({"specialist"}),
    "decide_report": frozenset({"approver"}),
    "decide_offramp": frozenset({"approver"}),
    "ask_offramp": frozenset({"specialist", "leader"}),
    "decide_suspension": frozenset({"supervision"}),
    "import": frozenset({"operator", "approver"}),
    "tick": frozenset({"operator"}),
    "release": frozenset({"supervision"}),
    "see_escalations": frozenset({"operator", "supervision", "leader", "approver"}),
    "see_bulletin": frozenset({"operator", "supervision", "leader", "approver", "readonly", "specialist"}),
    "publish": frozenset({"approver", "supervision"}),
    "verify_audit": frozenset({"operator", "supervision", "admin"}),
    "manage_people": frozenset({"operator", "admin"}),
}


def may(actor: Actor, right: str) -> bool:
    """Whether the actor holds a role with this right anywhere."""
    return actor.has(*RIGHTS[right])


def require(actor: Actor, right: str) -> None:
    """Forbidden, naming the roles that may, unless the actor has the right."""
    if not may(actor, right):
        roles = "、".join(sorted(ROLES[role] for role in RIGHTS[right]))
        raise Forbidden(f"“{actor.name}”无权进行此操作；有权的角色：{roles}。")
