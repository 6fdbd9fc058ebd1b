"""Who is told of what. One table for single events and for whole sweeps; a rung's recipients stand in its pack.

A word names recipients: a slot of the project (as held that day), `government` (of the project's locality),
`bureau`, `supervision`, `approvers` (accounts over the locality), `reporter` (who asked for what was decided).
Nobody there: the responsible unit, then the supervision office (default-pack.md, *Hours*).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, select

from states.people.responsibility import LEADER, SPECIALIST, UNIT
from states.policy.active import pack_by_id
from states.policy.schema import Pack
from states.policy.tables import PolicyPack

RUNG_FIRED, REQUEST_FILED = "rung_fired", "request_filed"
GOVERNMENT, BUREAU, SUPERVISION = "government", "bureau", "supervision"
APPROVERS, REPORTER = "approvers", "reporter"


@dataclass(frozen=True, slots=True)
class Told:
    """One word of recipients; by digest = in the one message of their working day."""

    word: str
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """A word and the events of which it is told: a WHERE clause over the columns kind, pack_id, fact of a source."""

    told: Told
    which: "Which"


Which = Callable[[Any], ColumnElement[bool]]


_STANDING_CHANGED = (Told(SPECIALIST), Told(UNIT), Told(LEADER, digest=True))

ROUTES: Mapping[str, tuple[Told, ...]] = {
    RUNG_FIRED: (),  # by the pack: rung.to and rung.digest
    REQUEST_FILED: (),  # by the pack: offramp.decided_by
    "report_filed": (Told(BUREAU), Told(APPROVERS)),
    "report_approved": (Told(REPORTER),),
    "report_returned": (Told(REPORTER),),
    "request_returned": (Told(REPORTER),),
    "project_sent_back": _STANDING_CHANGED,
    "project_suspended": _STANDING_CHANGED,
    "project_resumed": _STANDING_CHANGED,
    "project_terminated": _STANDING_CHANGED,
    "project_reopened": _STANDING_CHANGED,
    "project_replaced": _STANDING_CHANGED,
    "bulletin_published": (Told(SUPERVISION), Told(BUREAU)),
    "dispatch_opened": (Told(BUREAU),),
    "sweep_held": (Told(SUPERVISION),),
}


def audiences(session: Session, kinds: Iterable[str]) -> list[Audience]:
    """Who is told of events of these kinds: those told at once first, then the digests."""
    parts: dict[Told, list[Which]] = {}
    for kind in sorted(kinds):
        for told in ROUTES[kind]:
            parts.setdefault(told, []).append(_of_kind(kind))
        for told, which in _by_pack(session, kind):
            parts.setdefault(told, []).append(which)
    ordered = sorted(parts.items(), key=lambda item: item[0].digest)
    return [Audience(told, _any(which)) for told, which in ordered]


def _of_kind(kind: str) -> Which:
    return lambda source: source.kind == kind


def _in_pack(kind: str, pack_id: int, facts: Sequence[str]) -> Which:
    return lambda source: and_(source.kind == kind, source.pack_id == pack_id, source.fact.in_(facts))


def _any(parts: Sequence[Which]) -> Which:
    return lambda source: or_(*(part(source) for part in parts))


def _by_pack(session: Session, kind: str) -> list[tuple[Told, Which]]:
    if kind not in WRITTEN_IN_PACK:
        return []
    _, words = WRITTEN_IN_PACK[kind]
    return [
        (told, _in_pack(kind, pack_id, keys))
        for pack_id in session.exec(select(PolicyPack.id)).all()
        if pack_id is not None
        for told, keys in words(pack_by_id(session, pack_id)).items()
    ]


def rungs_by_word(pack: Pack) -> dict[Told, list[str]]:
    """The pack's rungs turned around: for each word the keys of the rungs of which it is told."""
    words: dict[Told, list[str]] = {}
    for rung in pack.rung:
        for told in (*map(Told, rung.to), *(Told(word, digest=True) for word in rung.digest)):
            words.setdefault(told, []).append(rung.key)
    return words


def offramps_by_word(pack: Pack) -> dict[Told, list[str]]:
    """For each who decides, the off-ramps that the pack gives them to decide."""
    words: dict[Told, list[str]] = {}
    for ramp in pack.offramp:
        for told in DECIDERS[ramp.decided_by]:
            words.setdefault(told, []).append(ramp.key)
    return words


DECIDERS: Mapping[str, tuple[Told, ...]] = {
    "approver": (Told(BUREAU), Told(APPROVERS)),
    "supervision": (Told(SUPERVISION),),
}
# Kinds whose recipients a pack names: the fact that is looked up there, and how.
WRITTEN_IN_PACK: Mapping[str, tuple[str, Callable[[Pack], dict[Told, list[str]]]]] = {
    RUNG_FIRED: ("rung", rungs_by_word),
    REQUEST_FILED: ("asked", offramps_by_word),
}
