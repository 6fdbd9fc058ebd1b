"""The tables that an office keeps on paper: which columns they may have, and under which headings.

Identity is built in; dates, evidence and sub-milestones come from the pack, so that another pack's ledger has its
own columns. Field keys: `on:<node>` the date of a stage or sub-milestone, `agreed:<node>` a date in the contract,
otherwise the key of the evidence or fact itself.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from states.policy.schema import Evidence, Pack, Stage, SubMilestone
from states.projects.ledger import Field, Kind, Table

ON, AGREED = "on:", "agreed:"
FIXED_ASSETS = "fixed_assets_yuan"

NAME = Field(
    "name",
    "项目名称",
    "text",
    ("项目", "招商项目名称", "招商项目", "签约项目名称", "签约项目", "项目全称"),
    required=True,
    filled=True,
)
LOCALITY = Field(
    "locality",
    "属地",
    "text",
    (
        "所属县市区",
        "县市区",
        "县（市、区）",
        "县(市区)",
        "落户地",
        "落地区域",
        "所属区域",
        "项目属地",
        "所在地",
        "所属地区",
        "落户县市区",
        "建设地点",
    ),
    required=True,
    filled=True,
)
AMOUNT = Field(
    "amount",
    "投资额",
    "money",
    ("协议投资额", "协议投资", "计划投资额", "计划投资", "计划总投资", "拟投资额", "拟投资", "总投资", "总投资额", "投资总额", "合同投资", "合同投资额", "合同金额", "投资金额", "投资规模", "项目总投资", "项目投资额"),
    required=True,
    filled=True,
)  # fmt: skip
INVESTOR = Field(
    "investor",
    "投资方",
    "text",
    ("投资方名称", "投资单位", "投资主体", "投资企业", "投资人", "投资商", "投资方（企业）"),
)
KIND = Field(
    "kind",
    "产业类别",
    "choice",
    ("类别", "项目类别", "产业类型", "项目类型", "工业/非工业", "工业或非工业", "产业性质"),
)
INDUSTRY = Field(
    "industry",
    "行业",
    "text",
    ("所属行业", "行业类别", "行业分类", "产业", "所属产业", "产业领域", "主导产业"),
)
CONTRACT_NO = Field(
    "contract_no",
    "合同编号",
    "code",
    ("合同号", "协议编号", "协议号", "合同协议编号", "正式合同号", "投资合同编号"),
)
CREDIT_CODE = Field("credit_code", "统一社会信用代码", "code", ())
LAND = Field("land", "用地方式", "choice", ("供地方式", "用地类型", "用地类别", "土地类型", "用地形式"))
LEADER = Field(
    "leader",
    "包保领导",
    "text",
    (
        "包联领导",
        "挂点领导",
        "挂联领导",
        "联系领导",
        "包抓领导",
        "责任领导",
        "牵头领导",
        "市领导",
        "包保县领导",
    ),
)
UNIT = Field(
    "responsible_unit",
    "责任单位",
    "text",
    ("牵头单位", "包保单位", "牵头责任单位", "主责单位", "招商责任单位", "牵头部门", "责任部门"),
)
COOPERATING = Field(
    "cooperating_unit",
    "配合部门",
    "text",
    ("配合单位", "协办单位", "参与单位", "协同单位", "配合责任单位"),
)
SPECIALIST = Field(
    "specialist",
    "项目专员",
    "text",
    ("招商专员", "服务专员", "项目秘书", "跟踪服务人员", "责任人", "经办人", "具体责任人", "联络员"),
)
REMARK = Field("remark", "备注", "text", ("说明", "情况说明"))
FIXED = Field(
    FIXED_ASSETS,
    "固定资产投资额",
    "money",
    ("固定资产投资", "其中固定资产投资", "其中:固定资产投资", "固投", "固定资产"),
)
IDENTITY = (
    NAME, LOCALITY, AMOUNT, INVESTOR, KIND, INDUSTRY, CONTRACT_NO, CREDIT_CODE, LAND,
    LEADER, UNIT, COOPERATING, SPECIALIST, FIXED, REMARK,
)  # fmt: skip

_BUILT_IN = frozenset(field.key for field in IDENTITY)
KINDS = ("工业", "非工业")
_KIND_OF: dict[str, Kind] = {
    "text": "text",
    "date": "date",
    "month": "month",
    "money": "money",
    "credit_code": "code",
    "contract_no": "code",
}

FUNDS = Table(
    "funds",
    "到位资金表",
    (
        Field("contract_no", "合同编号", "code", CONTRACT_NO.headings),
        Field("name", "项目名称", "text", NAME.headings),
        Field(
            "month",
            "到位月份",
            "month",
            ("到位时间", "月份", "到位日期", "到账月份", "到账时间", "资金到位时间"),
            required=True,
            filled=True,
        ),
        Field(
            "amount",
            "到位资金",
            "money",
            ("到位金额", "到位资金额", "实际到位资金", "到账资金", "到账金额", "本月到位资金", "金额"),
            required=True,
            filled=True,
        ),
        Field("kind", "资金类别", "text", ("资金类型", "资金性质", "资金用途", "到位资金类别", "类别")),
    ),
)
TARGETS = Table(
    "targets",
    "目标任务表",
    (
        Field(
            "region",
            "单位",
            "text",
            ("属地", "责任单位", "县市区", "地区", "考核单位", "单位名称"),
            required=True,
            filled=True,
        ),
        Field(
            "indicator",
            "指标",
            "text",
            ("指标名称", "考核指标", "目标名称", "任务名称"),
            required=True,
            filled=True,
        ),
        Field("year", "年度", "text", ("年份", "目标年度", "考核年度")),
        Field(
            "value",
            "年度目标",
            "count",
            ("目标值", "目标任务", "全年目标", "目标数", "年度任务", "任务数"),
            required=True,
            filled=True,
            unit_in="measure",
        ),
        Field("measure", "计量单位", "text", ("指标单位", "目标单位"), required=True, filled=True),
    ),
)


def tables(pack: Pack) -> tuple[Table, ...]:
    """Every table that an import may find, for `read_workbook`."""
    return (ledger_table(pack), FUNDS, TARGETS)


@lru_cache(maxsize=16)
def ledger_table(pack: Pack) -> Table:
    """The project ledger by this pack. Where identity and evidence share a key they are one column."""
    fields = {field.key: field for field in IDENTITY}
    tested = (kind for row in pack.deadline for kind in row.when.kind or ())
    fields[KIND.key] = replace(KIND, choices=tuple(dict.fromkeys((*KINDS, *tested))))
    fields[LAND.key] = replace(LAND, choices=pack.lands)
    for node in nodes(pack):
        fields[ON + node.key] = _date(ON + node.key, f"{node.label}时间", node.headings)
        for evidence in node.evidence:
            _add(fields, evidence_field(evidence))
    for node in _agreeable(pack):
        fields[AGREED + node.key] = _agreed(node)
    return Table("ledger", "项目台账", tuple(fields.values()))


def nodes(pack: Pack) -> tuple[Stage | SubMilestone, ...]:
    """Stages, then sub-milestones, in the pack's order."""
    return (*pack.stage, *pack.milestone)


def evidence_key(evidence: Evidence) -> str:
    """The field that holds a piece of evidence: contract number and credit code have one place each."""
    return {"contract_no": CONTRACT_NO.key, "credit_code": CREDIT_CODE.key}.get(evidence.kind, evidence.key)


def evidence_field(evidence: Evidence) -> Field:
    """The column of a piece of evidence."""
    return Field(evidence_key(evidence), evidence.label, _KIND_OF[evidence.kind], evidence.headings)


def is_built_in(key: str) -> bool:
    """Whether a field is identity or a slot, whatever the pack says."""
    return key in _BUILT_IN


def _date(key: str, label: str, headings: Iterable[str]) -> Field:
    return Field(key, label, "date", tuple(headings))


def _add(fields: dict[str, Field], field: Field) -> None:
    known = fields.get(field.key)
    if known is None:
        fields[field.key] = field
        return
    headings = dict.fromkeys((*known.headings, field.label, *field.headings))
    headings.pop(known.label, None)
    fields[field.key] = replace(known, headings=tuple(headings))


def _agreeable(pack: Pack) -> Iterable[Stage | SubMilestone]:
    """What a contract can agree a date for: all that comes after signing."""
    past_leads = [stage for stage in pack.stage if not stage.lead]
    return (*past_leads[1:], *pack.milestone)


def _agreed(node: Stage | SubMilestone) -> Field:
    label = node.label
    headings = (
        f"约定{label}日期",
        f"合同约定{label}时间",
        f"合同约定{label}日期",
        f"{label}约定时间",
        f"约定{label}",
    )
    return _date(AGREED + node.key, f"约定{label}时间", headings)
