"""Setting an office up."""

import pytest
from sqlmodel import Session, select

from states.clock import today
from states.errors import Malformed
from states.founding import installation_of, read_office
from states.people.actor import actor_by_login
from states.people.tables import Region, Unit
from states.policy.active import current_pack
from tests.conftest import FOUNDED_AT


def test_founds_the_office_once(session: Session) -> None:
    assert len(session.exec(select(Region)).all()) == 9
    assert {unit.name for unit in session.exec(select(Unit)).all()} >= {
        "咸宁市招商局",
        "咸宁高新区管委会",
        "嘉鱼县人民政府",
    }
    installation = installation_of(session)
    operator = actor_by_login(session, "operator", today(FOUNDED_AT))
    assert operator.account_id == installation.operator_id and operator.has("operator")
    assert current_pack(session, today(FOUNDED_AT))[1].pack.key == "default"


def test_names_what_is_wrong_in_office_toml() -> None:
    with pytest.raises(Malformed, match="属地名称重复：甲县"):
        read_office(
            'name="市"\ncode="420000"\n[[locality]]\nname="甲县"\ncode="420001"\nclass="县"\n'
            '[[locality]]\nname="甲县"\ncode="420002"\nclass="县"'
        )
