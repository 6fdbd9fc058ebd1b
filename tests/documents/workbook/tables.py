"""The tables of an office as the tests know them: the headings are the ones that offices use."""

from states.projects.ledger import Field, Table

DATES = {
    "first_reported": ("首报时间", "首报日期", "首次报送时间"),
    "negotiation": ("进入洽谈时间", "洽谈时间", "洽谈日期"),
    "signed": ("签约时间", "签约日期", "合同签订时间"),
    "registered": ("注册时间", "注册日期", "工商注册时间"),
    "construction": ("开工时间", "开工日期", "动工时间"),
    "production": ("投产时间", "投产日期", "投产运营时间"),
}

LEDGER = Table(
    "ledger",
    "项目台账",
    (
        Field("name", "项目名称", "text", ("项目名称", "项目", "招商项目名称"), required=True, filled=True),
        Field("investor", "投资方", "text", ("投资方", "投资方名称", "投资单位", "投资主体"), filled=True),
        Field(
            "locality", "属地", "text", ("属地", "所属县市区", "县市区", "落户地"), required=True, filled=True
        ),
        Field(
            "kind", "产业类别", "choice", ("产业类别", "项目类别", "工业/非工业"), choices=("工业", "非工业")
        ),
        Field("industry", "行业", "text", ("行业", "所属行业", "行业类别")),
        Field(
            "amount",
            "投资额",
            "money",
            ("投资额", "协议投资额", "拟投资额", "总投资", "合同投资额"),
            required=True,
            filled=True,
        ),
        Field("contract_no", "合同编号", "code", ("合同编号", "合同号", "协议编号")),
        *(Field(key, headings[0], "date", headings) for key, headings in DATES.items()),
        Field("enterprise_name", "企业名称", "text", ("企业名称", "注册企业名称", "项目公司")),
        Field("credit_code", "统一社会信用代码", "code", ("统一社会信用代码", "信用代码", "社会信用代码")),
        Field(
            "land",
            "用地方式",
            "choice",
            ("用地方式", "供地方式"),
            choices=("标准厂房", "存量用地", "新增用地"),
        ),
        Field("leader", "包保领导", "text", ("包保领导", "挂点领导", "包联领导")),
        Field("unit", "责任单位", "text", ("责任单位", "牵头单位", "包保单位")),
        Field("specialist", "项目专员", "text", ("项目专员", "招商专员", "跟踪服务人员")),
        Field("remark", "备注", "text", ("备注", "说明")),
    ),
)
FUNDS = Table(
    "funds",
    "到位资金表",
    (
        Field("contract_no", "合同编号", "code", ("合同编号", "合同号"), required=True, filled=True),
        Field("name", "项目名称", "text", ("项目名称",)),
        Field("month", "到位月份", "month", ("到位月份", "到位时间"), required=True, filled=True),
        Field("amount", "到位资金", "money", ("到位资金", "到位金额"), required=True, filled=True),
        Field("fund_kind", "资金类别", "text", ("资金类别",)),
    ),
)
TARGETS = Table(
    "targets",
    "目标表",
    (
        Field("subject", "单位", "text", ("单位", "属地"), required=True, filled=True),
        Field("indicator", "指标", "text", ("指标", "指标名称"), required=True, filled=True),
        Field(
            "value",
            "年度目标",
            "count",
            ("年度目标", "目标值"),
            required=True,
            filled=True,
            unit_in="measure",
        ),
        Field("measure", "计量单位", "text", ("计量单位",), required=True, filled=True),
    ),
)
TABLES = (LEDGER, FUNDS, TARGETS)
