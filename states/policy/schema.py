"""The form of a policy pack. A pack is data that an office reads; this says what may stand in it.

No expression language: a condition is one of a few typed tests, a deadline a list of dated candidates.
"""

from datetime import date, time
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Unit = Literal["workdays", "days", "months"]
Role = Literal["signed", "registered", "started", "produced"]
EvidenceKind = Literal["text", "date", "month", "money", "credit_code", "contract_no"]


class Rule(BaseModel):
    """Strict, closed and immutable: an unknown key in a pack is an error, never ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class PackHead(Rule):
    """Which pack this is, from when, and whether reports need 核定."""

    key: Key
    label: Text
    version: int = Field(ge=1)
    effective_on: date
    document: Text
    approval: Literal["bureau", "none"]


class Evidence(Rule):
    """One piece of evidence. The same `group`: any one suffices; `together` names what must come with it."""

    key: Key
    label: Text
    kind: EvidenceKind
    group: Key | None = None
    together: tuple[Key, ...] = Field(default=(), strict=False)
    from_on: date | None = None
    land: tuple[Text, ...] = Field(default=(), strict=False)
    headings: tuple[Text, ...] = Field(default=(), strict=False)


class Stage(Rule):
    """One stage and the trigger that enters it. `lead`: the project is still a lead (earns no order).

    `role`: which of the bulletin's measures this stage stands for; a pack without a role lacks its figures.
    """

    key: Key
    label: Text
    trigger: Key
    trigger_label: Text
    ladder: Key | None = None
    lead: bool = False
    role: Role | None = None
    headings: tuple[Text, ...] = Field(default=(), strict=False)
    clause: Text
    evidence: tuple[Evidence, ...] = Field(default=(), strict=False)


class SubMilestone(Rule):
    """A dated node beside the stages; it has a clock where a deadline row names it."""

    key: Key
    label: Text
    trigger_label: Text
    from_: Key = Field(alias="from")
    ladder: Key | None = "order"
    headings: tuple[Text, ...] = Field(default=(), strict=False)
    clause: Text
    evidence: tuple[Evidence, ...] = Field(default=(), strict=False)


class Condition(Rule):
    """All that are given must hold. Amounts are whole yuan; `agreed` = the contract agrees a date for that node."""

    land: tuple[Text, ...] | None = Field(default=None, strict=False)
    kind: tuple[Text, ...] | None = Field(default=None, strict=False)
    amount_from_yuan: int | None = Field(default=None, ge=0)
    amount_below_yuan: int | None = Field(default=None, ge=0)
    agreed: Key | None = None


class Candidate(Rule):
    """`budget` units after a milestone. A `cap` lapses in a run that follows a 退回."""

    after: Key
    budget: int = Field(ge=0, le=3660)
    unit: Unit
    cap: bool = False


class DeadlineRow(Rule):
    """The due date of a task kind: the earliest candidate. Of several rows the first that matches wins.

    `assumed`: our assumption, for the office to confirm before it activates the pack.
    """

    task: Key
    clause: Text
    assumed: bool = False
    when: Condition = Condition()
    candidates: tuple[Candidate, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _counts_from_something(self) -> "DeadlineRow":
        if all(candidate.cap for candidate in self.candidates):
            raise ValueError("每条期限至少要有一项不是封顶日")
        return self


class Approval(Rule):
    """How long the bureau may take to approve or return a report."""

    budget: int = Field(ge=1, le=60)
    unit: Unit
    clause: Text
    assumed: bool = False


class Extension(Rule):
    """How often a step may be extended."""

    at_most: int = Field(ge=0, le=10)
    clause: Text


class Lights(Rule):
    """When a task turns yellow, and red turns black."""

    yellow_workdays_before: int = Field(ge=0)
    yellow_budget_numerator: int = Field(ge=0)
    yellow_budget_denominator: int = Field(ge=1)
    black_days_red: int = Field(ge=1)
    clause: Text


class RungStep(Rule):
    """The offset of a rung for amounts from a bound on; the first that matches wins."""

    amount_from_yuan: int = Field(default=0, ge=0)
    offset: int
    unit: Unit


class RungRule(Rule):
    """One rung. `anchor` due: counted from the due date; start: from the ladder start. In order, low to high.

    `to` are slots, or the words responsible_unit, government, bureau; `digest` are told in their daily digest.
    """

    key: Key
    label: Text
    ladders: tuple[Key, ...] = Field(min_length=1, strict=False)
    anchor: Literal["due", "start"]
    offset: int | None = None
    unit: Unit | None = None
    steps: tuple[RungStep, ...] = Field(default=(), strict=False)
    min_workdays: int | None = Field(default=None, ge=0)
    to: tuple[Key, ...] = Field(min_length=1, strict=False)
    digest: tuple[Key, ...] = Field(default=(), strict=False)
    paper: Text
    reply_days: int | None = Field(default=None, ge=1)
    reply: Text | None = None
    clause: Text

    @model_validator(mode="after")
    def _one_way_to_count(self) -> "RungRule":
        flat = self.offset is not None and self.unit is not None
        if flat == bool(self.steps):
            raise ValueError("请给 offset 与 unit，或给 steps，二者取一")
        return self

    def step_for(self, amount_yuan: int) -> RungStep | None:
        """The offset for a project of this amount, None if it never reaches this rung."""
        if self.offset is not None and self.unit is not None:
            return RungStep(offset=self.offset, unit=self.unit)
        return next((step for step in self.steps if amount_yuan >= step.amount_from_yuan), None)


class BacklogBatch(Rule):
    """When the ladder of an imported overdue task starts, counted from the import. `lead` None = either."""

    amount_from_yuan: int = Field(default=0, ge=0)
    lead: bool | None = None
    offset: int = Field(ge=0)
    unit: Unit


class Backlog(Rule):
    """存量逾期: classes of the 分类处置表, promises, batches (the first that matches wins)."""

    classes: tuple[Text, ...] = Field(strict=False)
    promises_at_most: int = Field(ge=0)
    clause: Text
    batch: tuple[BacklogBatch, ...] = Field(min_length=1, strict=False)


class Fuse(Rule):
    """When a sweep is held: more than a share of open tasks, or times the largest of the last sweeps."""

    share_percent: int = Field(ge=1, le=100)
    at_least: int = Field(ge=0)
    last_sweeps: int = Field(ge=1)
    times_largest: int = Field(ge=1)
    clause: Text


class Hours(Rule):
    """Asia/Shanghai hours, on working days, in which alerts go out."""

    opens: time
    closes: time
    clause: Text


class Periods(Rule):
    """When the recurring work is due."""

    sweep_at: time
    month_opens: Literal["last_workday"]
    month_freezes_workday: int = Field(ge=1, le=15)
    month_published_workday: int = Field(ge=1, le=20)
    quarter_opens: Literal["first_workday_of_last_month"]
    clause: Text


class Band(Rule):
    """An amount band; the bound itself is in."""

    key: Text
    label: Text
    from_yuan: int = Field(ge=0)


class Rounding(Rule):
    """How figures are shown; half up."""

    percent_digits: int = Field(ge=0, le=4)
    amount_yi_digits: int = Field(ge=0, le=8)


class OffRamp(Rule):
    """A way out of the ordinary course, who decides it and what it does to the clock."""

    key: Literal["send_back", "suspend", "resume", "terminate", "reopen", "replace"]
    label: Text
    decided_by: Literal["approver", "supervision"]
    causes: tuple[Text, ...] = Field(default=(), strict=False)
    consequence: Text
    clause: Text


class Pack(Rule):
    """A whole pack, consistent in itself."""

    pack: PackHead
    stage: tuple[Stage, ...] = Field(min_length=2, strict=False)
    milestone: tuple[SubMilestone, ...] = Field(default=(), strict=False)
    deadline: tuple[DeadlineRow, ...] = Field(strict=False)
    approval: Approval
    extension: Extension
    lights: Lights
    rung: tuple[RungRule, ...] = Field(strict=False)
    backlog: Backlog
    fuse: Fuse
    hours: Hours
    periods: Periods
    band: tuple[Band, ...] = Field(strict=False)
    rounding: Rounding
    offramp: tuple[OffRamp, ...] = Field(strict=False)

    @cached_property
    def stage_keys(self) -> tuple[str, ...]:
        """Keys of the stages, first to last."""
        return tuple(stage.key for stage in self.stage)

    def stage_of(self, key: str) -> Stage:
        """The stage of that key; KeyError where the pack has none."""
        return self._stages[key]

    def next_stage(self, key: str) -> Stage | None:
        """The stage after this one, None after the last."""
        position = self.stage_keys.index(key)
        return self.stage[position + 1] if position + 1 < len(self.stage) else None

    def stage_in_role(self, role: Role) -> Stage | None:
        """The stage that stands for a measure of the bulletin, None where the pack has none."""
        return next((stage for stage in self.stage if stage.role == role), None)

    def milestone_of(self, key: str) -> Stage | SubMilestone:
        """A stage or a sub-milestone by its key; KeyError where the pack has none."""
        return self._stages.get(key) or self._milestones[key]

    def deadlines_of(self, task: str) -> tuple[DeadlineRow, ...]:
        """The rows for a task kind, in the order in which they are tried."""
        return self._deadlines.get(task, ())

    def ladder_of(self, task: str) -> str | None:
        """The ladder of a task: a sub-milestone's own; a step climbs as the stage in which the project then stands."""
        standing = self._standing(task)
        return standing.ladder if standing else self.milestone_of(task).ladder

    def is_lead_task(self, task: str) -> bool:
        """Whether the project that owes this step is still a lead (意向 and 洽谈 earn no order)."""
        standing = self._standing(task)
        return standing is not None and standing.lead

    def _standing(self, task: str) -> Stage | None:
        """The stage in which a project owes this step; None for a sub-milestone and for the first stage."""
        position = self.stage_keys.index(task) if task in self.stage_keys else 0
        return self.stage[position - 1] if position else None

    def step_label(self, task: str) -> str:
        """ "签约→注册" for a stage step, the node's label for a sub-milestone."""
        if task not in self.stage_keys:
            return self._milestones[task].label if task in self._milestones else task
        position = self.stage_keys.index(task)
        return (
            f"{self.stage[position - 1].label}→{self.stage[position].label}"
            if position
            else self.stage[0].label
        )

    def clause_of(self, clause: str) -> str:
        """A clause with its document in front, as it is cited."""
        return f"{self.pack.document}{clause}"

    @cached_property
    def lands(self) -> tuple[str, ...]:
        """The kinds of land that the rules tell apart, in the order in which they are named."""
        nodes: tuple[Stage | SubMilestone, ...] = (*self.stage, *self.milestone)
        asked = [evidence.land for node in nodes for evidence in node.evidence]
        tested = [row.when.land or () for row in self.deadline]
        return tuple(dict.fromkeys(land for lands in (*asked, *tested) for land in lands))

    @cached_property
    def _deadlines(self) -> dict[str, tuple[DeadlineRow, ...]]:
        tasks = dict.fromkeys(row.task for row in self.deadline)
        return {task: tuple(row for row in self.deadline if row.task == task) for task in tasks}

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {stage.key: stage for stage in self.stage}

    @cached_property
    def _milestones(self) -> dict[str, SubMilestone]:
        return {milestone.key: milestone for milestone in self.milestone}

    @model_validator(mode="after")
    def _holds_together(self) -> "Pack":
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        known = {*self.stage_keys, *self._milestones}
        keys = [*self.stage_keys, *(milestone.key for milestone in self.milestone)]
        ladders = {ladder for rung in self.rung for ladder in rung.ladders}
        problems = [f"节点“{key}”重复" for key in sorted({key for key in keys if keys.count(key) > 1})]
        triggers = [stage.trigger for stage in self.stage]
        problems += [
            f"动作“{key}”重复" for key in sorted({key for key in triggers if triggers.count(key) > 1})
        ]
        roles = [stage.role for stage in self.stage if stage.role]
        problems += [
            f"口径“{role}”重复" for role in sorted({role for role in roles if roles.count(role) > 1})
        ]
        rungs = [rung.key for rung in self.rung]
        problems += [f"级次“{key}”重复" for key in sorted({key for key in rungs if rungs.count(key) > 1})]
        for row in self.deadline:
            if row.task not in known or row.task == self.stage_keys[0]:
                problems.append(f"期限条款“{row.clause}”所指的“{row.task}”不是本规则包的节点")
            problems += [
                f"期限条款“{row.clause}”的起算节点“{candidate.after}”不存在"
                for candidate in row.candidates
                if candidate.after not in known
            ]
        for stage in self.stage[1:]:
            rows = self.deadlines_of(stage.key)
            if not rows or rows[-1].when != Condition():
                problems.append(f"阶段“{stage.label}”没有兜底期限：最后一条期限不得带条件")
        climbing = [(node.label, node.ladder) for node in self.stage[:-1]]
        climbing += [(node.label, node.ladder) for node in self.milestone]
        problems += [
            f"节点“{label}”所用的阶梯“{ladder}”没有任何级次"
            for label, ladder in climbing
            if ladder is not None and ladder not in ladders
        ]
        problems += [
            f"子节点“{milestone.label}”的起点“{milestone.from_}”不是阶段"
            for milestone in self.milestone
            if milestone.from_ not in self.stage_keys
        ]
        if self.backlog.batch[-1] != BacklogBatch(
            offset=self.backlog.batch[-1].offset, unit=self.backlog.batch[-1].unit
        ):
            problems.append("存量逾期的最后一批不得带条件")
        return problems
