"""Who the token is."""

from fastapi import APIRouter

from api.deps import SELF, DoorDep, needs
from api.models.me import GrantOut, MeOut
from api.models.problem import READS
from states.people.actor import ROLES
from states.people.directory import region_names
from states.people.rights import RIGHTS, may

router = APIRouter(prefix="/api/v1", tags=["本人"])


@router.get("/me", summary="我是谁", responses=READS, openapi_extra=needs(SELF))
def me(door: DoorDep) -> MeOut:
    """账号、姓名、角色与辖区、可做的事、当前业务日期（演示时与真实日期不同）。"""
    with door.asking() as desk:
        actor = desk.actor
        names = region_names(desk.session, {grant.region_id for grant in actor.granted})
        return MeOut(
            login=actor.login,
            name=actor.name,
            roles=[
                GrantOut(role=grant.role, label=ROLES[grant.role], region=names[grant.region_id])
                for grant in actor.granted
            ],
            rights=sorted(right for right in RIGHTS if may(actor, right)),
            today=desk.today,
        )
