"""The JSON that documents are made from, made up: names that would break a careless writer among them."""

from typing import Any

RULES = "《招商引资项目全流程推进默认规则》"


def signed(count: int, industrial: int, amount: str) -> dict[str, Any]:
    return {
        "count": count,
        "amount_yi": amount,
        "industrial": {"count": industrial, "amount_yi": "7.25", "yoy_count": "39.5%"},
        "non_industrial": {"count": count - industrial, "amount_yi": "1.0001", "yoy_count": None},
        "industrial_share": "58.3%",
    }


def before(period: str) -> dict[str, Any]:
    row = {"count": 5, "amount_yi": "3.1"}
    return {
        "period": period,
        "signed": {
            **row,
            "industrial": row,
            "non_industrial": {"count": 0, "amount_yi": "0"},
            "industrial_share": "100.0%",
        },
        "yoy_count": "-11.4%",
        "yoy_amount": "-3.2%",
    }


def part(period: str, suffix: str, count: int, target: int | None) -> dict[str, Any]:
    band = {"industrial": 3, "non_industrial": 1, "target": target, "completion": "115%" if target else None}
    return {
        "signed": signed(count, 7, "845.6"),
        "industrial_share_change": "+7.7个百分点",
        "bands": {">=1亿": {"count": 4, **band}, ">=10亿": {"count": 2, **band}},
        "localities": {"甲县": {"count": 8, "amount_yi": "133"}, "乙区": {"count": 4, "amount_yi": "712.6"}},
        "localities_without_signing": ["丙市"],
        "funds": {
            "amount_yi": "597.5",
            "target_yi": "1000" if target else None,
            "completion": "59.8%" if target else None,
        },
        "events": {f"started_in_{suffix}": {"count": 138, "bands": {">=1亿": 86, ">=10亿": 19}}},
        "year_before": before(period),
    }


def cohort(names: list[str]) -> dict[str, Any]:
    return {
        "n": 115,
        "started": 29,
        "started_rate": "25.2%",
        "started_in_2018H1": 28,
        "produced": len(names),
        "produced_rate": "1.7%",
        "produced_in_2018H1": 2,
        "produced_named": names,
    }


def month_cohort(names: list[str]) -> dict[str, Any]:
    return {"started_in_2018M6": 6, "produced_in_2018M6": len(names), "produced_named": names}


def line(name: str, count: int, amount: str) -> dict[str, Any]:
    return {
        "name": name,
        "count": count,
        "amount_yi": amount,
        "year_before_count": 3,
        "yoy_count": "61.9%",
        "industrial": 5,
        "bands": {">=1亿": 2, ">=10亿": 1},
        "month_count": 2,
        "month_amount_yi": "33.24",
        "funds_yi": "102.9275",
        "started_in_2018H1": 24,
    }


def bulletin(**changed: Any) -> dict[str, Any]:
    """A published bulletin of June 2018."""
    names = ["甲<项目>&\x00\x0b", '=HYPERLINK("x")项目']
    return {
        "status": "published",
        "number": 1,
        "published_at": "2018-07-04T08:00:00+00:00",
        "published_on": "2018-07-04",
        "input_hash": "ab" * 32,
        "as_of": "2018-06-30",
        "period": "2018-01..2018-06",
        "known": "2018-07-04T08:00:00+00:00",
        "ended": True,
        "region": "某市",
        "issuer": "某市招商局",
        **part("2017-01..2017-06", "2018H1", 12, 100),
        "cohorts": {
            "2018 >=1亿": cohort(names),
            "2018 >=10亿": cohort(names[:1]),
            "2017 >=1亿": cohort(["乙"]),
            "2017 >=10亿": cohort([]),
        },
        "month": {
            "period": "2018-06",
            **part("2017-06", "2018M6", 12, None),
            "cohorts": {
                key: month_cohort(names[:1])
                for key in ("2018 >=1亿", "2018 >=10亿", "2017 >=1亿", "2017 >=10亿")
            },
        },
        "locality_table": [
            line("甲县", 8, "133"),
            line("乙区", 4, "712.6"),
            line("丁县", 3, "1"),
            line("戊县", 3, "2"),
        ],
        "labels": {
            "stages": {"signed": "签约", "started": "开工", "produced": "投产"},
            "bands": {">=1亿": "亿元以上", ">=10亿": "10亿元以上"},
            "suffix": "2018H1",
            "month_suffix": "2018M6",
            "document": RULES,
        },
        "remarks": ["没有某项目标。"],
        "definitions": [{"term": "统计期", "text": "按发生日期。", "clause": f"{RULES}第16条"}],
        **changed,
    }


def owed(n: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": n,
        "project_id": n,
        "project": f"项目{n}",
        "step": "签约→注册",
        "due_on": "2018-06-01",
        "provisional": False,
        "days_late": 40,
        "owner": "某专员",
        "unit": "某局",
        "locality": "甲县",
        "rung": "R2",
        "backlog": False,
        "clause": f"{RULES}第8条第3项",
        "amount_yuan": 2_8500_0000,
        "specialist": "某专员",
        "leader": "某领导",
        "rung_on": "2018-07-09",
        "rung_earned_on": "2018-07-08",
        "rung_recorded": False,
        "rung_clause": f"{RULES}第12条第3项",
        **changed,
    }


def group(overdue: int, backlog: int, r2: int, none: int, first: int, second: int) -> dict[str, Any]:
    return {
        "overdue": overdue,
        "backlog": backlog,
        "by_rung": {"R1": 0, "R2": r2, "none": none},
        "by_days_late": {"1-30": first, "31+": second},
    }


def report() -> dict[str, Any]:
    """Three overdue steps in two localities and one reminded in time."""
    whole = group(3, 1, 2, 2, 1, 2)
    return {
        "as_of": "2018-07-11",
        "rungs": {"R1": "逾期提示", "R2": "催办"},
        "totals": whole,
        "localities": [
            {"locality": "甲县", **group(2, 1, 1, 1, 1, 1)},
            {"locality": "乙区", **group(1, 0, 1, 1, 0, 1)},
        ],
        "units": [
            {"unit": "某局", **group(2, 1, 1, 1, 1, 1)},
            {"unit": "（责任单位未填）", **group(1, 0, 1, 1, 0, 1)},
        ],
        "steps": [{"step": "签约→注册", **whole}],
        "below_100m": [{"unit": "某局", "open": 19, "overdue": 1, "percent": 5.3}],
        "list": [
            owed(1),
            owed(
                2,
                days_late=3,
                rung=None,
                backlog=True,
                provisional=True,
                rung_on=None,
                rung_clause=None,
                rung_recorded=None,
                project="=1+1\x07",
            ),
            owed(3, locality="乙区", unit=None, leader=None),
            owed(
                4,
                locality="乙区",
                unit=None,
                days_late=0,
                rung=None,
                rung_on=None,
                rung_clause=None,
                rung_recorded=None,
            ),
        ],
        "behind": {},
    }
