"""The lifecycle of a pack as one shared machine: stages and triggers come from the pack, standing and off-ramps from here.

A machine state is a stage with a standing ("signed", "signed|suspended"); the model is a value of a moment, so the machine
keeps nothing and is shared by all projects and threads. A sub-milestone is reported by `done:<key>` or by its bare key.
"""

from dataclasses import dataclass
from functools import lru_cache

from transitions import Machine, MachineError

from states.errors import NotAllowedNow
from states.policy.schema import Pack, Stage, SubMilestone

DONE = "done:"
SEND_BACK = "send_back"
ACTIVE, SUSPENDED, TERMINATED, REPLACED = "active", "suspended", "terminated", "replaced"
STANDINGS = {ACTIVE: "在办", SUSPENDED: "暂停", TERMINATED: "终止", REPLACED: "置换"}
OFFRAMPS = {
    "suspend": ((ACTIVE,), SUSPENDED),
    "resume": ((SUSPENDED,), ACTIVE),
    "terminate": ((ACTIVE, SUSPENDED), TERMINATED),
    "reopen": ((TERMINATED,), ACTIVE),
    "replace": ((ACTIVE, SUSPENDED), REPLACED),
}
START = "new"
OTHER = {"supplement": "补录"}
Shape = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...], tuple[str, ...]]


@dataclass(slots=True)
class Position:
    """Where a project stands, for the length of one question."""

    state: str


def place(stage: str, standing: str) -> str:
    """The machine's state of a stage with a standing."""
    return stage if standing == ACTIVE else f"{stage}|{standing}"


def machine(pack: Pack) -> Machine:
    """The pack's machine; packs of the same shape share one."""
    return _machine(
        (
            tuple((stage.key, stage.trigger) for stage in pack.stage),
            tuple((node.key, node.from_) for node in pack.milestone),
            tuple(ramp.key for ramp in pack.offramp),
        )
    )


@lru_cache(maxsize=64)
def _machine(shape: Shape) -> Machine:
    stages, nodes, ramps = shape
    keys = [key for key, _ in stages]
    made = Machine(
        model=None,
        states=[START, *(place(key, standing) for key in keys for standing in STANDINGS)],
        initial=START,
        auto_transitions=False,
    )
    for source, (key, trigger) in zip([START, *keys], stages, strict=False):
        made.add_transition(trigger, source, key)
    for key, begins in nodes:
        for stage in keys[keys.index(begins) :]:
            made.add_transition(DONE + key, stage, None)
    _add_offramps(made, keys, ramps)
    return made


def _add_offramps(made: Machine, keys: list[str], ramps: tuple[str, ...]) -> None:
    for at, key in enumerate(keys):
        if SEND_BACK in ramps:
            for target in keys[:at]:
                made.add_transition(f"{SEND_BACK}:{target}", key, target)
        for ramp in ramps:
            if ramp != SEND_BACK:
                sources, standing = OFFRAMPS[ramp]
                for source in sources:
                    made.add_transition(ramp, place(key, source), place(key, standing))


def permitted(pack: Pack, stage: str, standing: str) -> tuple[str, ...]:
    """What the state of things allows, as triggers in the pack's order: forward, `done:<key>`, off-ramps.

    `send_back` stands once for all its targets. Who may is another question (`access`).
    """
    found = set(machine(pack).get_triggers(place(stage, standing)))
    order = [node.trigger for node in pack.stage] + [DONE + node.key for node in pack.milestone]
    ramps = [ramp.key for ramp in pack.offramp]
    plain = {trigger.partition(":")[0] if trigger.startswith(SEND_BACK) else trigger for trigger in found}
    return tuple(trigger for trigger in [*order, *ramps] if trigger in plain)


def move(pack: Pack, stage: str, standing: str, trigger: str) -> str:
    """The stage after a trigger. NotAllowedNow, saying what is possible, for an unknown or impossible one."""
    position = Position(place(stage, standing))
    event = machine(pack).events.get(trigger)
    try:
        if event is None:
            raise MachineError(trigger)
        event.trigger(position)
    except MachineError as error:
        raise NotAllowedNow(
            _refusal(pack, stage, standing, trigger), permitted=permitted(pack, stage, standing)
        ) from error
    return position.state.partition("|")[0]


def canonical(pack: Pack, trigger: str) -> str:
    """A sub-milestone's bare key as `done:<key>`; anything else as it is."""
    bare = trigger.strip()
    if any(stage.trigger == bare for stage in pack.stage):
        return bare
    return DONE + bare if any(node.key == bare for node in pack.milestone) else bare


def node_of(pack: Pack, trigger: str) -> Stage | SubMilestone | None:
    """The stage or sub-milestone that a canonical trigger reports; None for an off-ramp or an unknown word."""
    if trigger.startswith(DONE):
        return next((node for node in pack.milestone if node.key == trigger.removeprefix(DONE)), None)
    return next((stage for stage in pack.stage if stage.trigger == trigger), None)


def label(pack: Pack, trigger: str) -> str:
    """A trigger in words."""
    node = node_of(pack, trigger)
    if node is not None:
        return node.trigger_label
    ramp = next((ramp for ramp in pack.offramp if ramp.key == trigger.partition(":")[0]), None)
    return ramp.label if ramp else OTHER.get(trigger, trigger)


def _refusal(pack: Pack, stage: str, standing: str, trigger: str) -> str:
    known = label(pack, trigger)
    can = "、".join(
        f"{label(pack, each)}（{each.removeprefix(DONE)}）" for each in permitted(pack, stage, standing)
    )
    where = f"项目现处“{pack.stage_of(stage).label}”阶段，状态为“{STANDINGS[standing]}”"
    return f"{where}，不能“{known[:40]}”。现在可以：{can or '无'}。"
