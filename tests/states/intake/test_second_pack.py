"""Another pack's ledger: other stages, other columns, other deadlines. Nothing of the default pack is wired in."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from states.clock import start_of
from states.db import reading, writing
from states.intake_all import tables_of
from states.policy.active import activate
from states.projects.ledger import Day
from tests.states.intake.paper import AS_OF, imported, refused, sheet, told

SMALL = Path(__file__).parents[2] / "packs" / "small.toml"
LANDED = {
    "name": "甲",
    "locality": "赤壁市",
    "amount": 20_000_000,
    "investor": "某集团",
    "kind": "工业",
    "industry": "新材料",
    "contract_no": "X-1",
    "leader": "某领导",
    "responsible_unit": "某单位",
    "specialist": "某专员",
    "on:landed": Day(date(2018, 6, 4)),
    "on:formalities": None,
    "on:completed": None,
    "on:roofed": None,
    "paper_no": None,
}


def small(office: Engine) -> None:
    with writing(office) as session:
        activate(session, 1, start_of(AS_OF), SMALL.read_text(encoding="utf-8"))


def test_columns_come_from_the_pack(office: Engine) -> None:
    small(office)
    with reading(office) as session:
        ledger = tables_of(session, start_of(AS_OF))[0]
    keys = {field.key for field in ledger.fields}
    assert {"on:tracking", "on:landed", "on:full_output", "on:roofed", "paper_no", "agreed:completed"} <= keys
    assert not {"on:signed", "enterprise_name"} & keys


def test_stage_clock_and_gaps_follow_the_pack(office: Engine) -> None:
    small(office)
    tracked = {
        **LANDED,
        "name": "乙",
        "contract_no": None,
        "on:landed": None,
        "on:tracking": Day(date(2018, 6, 20)),
    }
    done = {
        **LANDED,
        "name": "丙",
        "contract_no": "X-2",
        "on:landed": Day(date(2017, 6, 1)),
        "on:formalities": Day(date(2018, 5, 31)),
    }
    wrong = {**done, "name": "丁", "contract_no": "X-3", "on:completed": Day(date(2018, 5, 30))}
    report = imported(office, sheet(LANDED, done, wrong), sheet(tracked, name="跟踪"))
    assert refused(report) == [
        ("M4", "竣工时间 2018-05-30 早于手续办理时间 2018-05-31：应不早于手续办理时间，请核对两个日期")
    ]
    assert (report.counts["leads"], report.counts["signed_2018"], report.counts["signed_2017"]) == (1, 1, 1)
    assert told(
        office,
        "SELECT p.stage, t.kind, t.due_on, t.ladder FROM task t JOIN project p ON p.id = t.project_id ORDER BY t.id",
    ) == [
        ("landed", "formalities", "2018-07-03", "hard"),
        ("formalities", "completed", "2018-05-02", "hard"),
        ("formalities", "roofed", "2018-10-31", "hard"),
        ("tracking", "landed", "2018-07-20", "soft"),
    ]
    assert told(office, "SELECT milestone, field FROM gap ORDER BY id") == [("formalities", "credit_code")]
