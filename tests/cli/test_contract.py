"""The command contract, end to end, with nothing set but ZLF_DATABASE_URL; on both databases."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine

from tests.cli.conftest import EXAMPLES, ROOT, Zlf, environment
from tests.flows.conftest import rows

SPECIALIST, PROJECT = "咸宁高新区招商专员02", "XN-HT-2018-0001"
PLANTED = {"B396", "B397", "G398", "I399", "J400", "N401", "D402"}


def test_an_office_at_work(zlf: Zlf, engine: Engine, tmp_path: Path) -> None:
    _set_up(zlf)
    _import(zlf, tmp_path)
    _people(zlf)
    _report_and_decide(zlf)
    _tick_twice(zlf, engine)
    _tell(zlf, tmp_path)
    _publish(zlf)
    _prove(zlf, engine)


def _set_up(zlf: Zlf) -> None:
    early = zlf("tasks")
    assert (early.code, early.out) == (1, "")
    assert "zlf init" in early.err
    assert zlf("init").code == 0
    assert zlf("tasks").code == 1
    first = zlf("init", "--office", EXAMPLES / "office.toml")
    again = zlf("init", "--office", EXAMPLES / "office.toml")
    bare = zlf("init")
    assert (first.code, again.code, bare.code) == (0, 0, 0)
    assert "已设立咸宁市" in first.err
    assert "已初始化" in again.err
    assert "已初始化" in bare.err


def _import(zlf: Zlf, tmp_path: Path) -> None:
    taken = zlf(
        "import", EXAMPLES / "ledger.xlsx", "--as-of", "2018-06-30", "--annotate", "marked.xlsx", "--json"
    )
    assert taken.code == 0
    assert taken.json["imported"]["projects"] == 1287
    assert {refusal["cell"] for refusal in taken.json["refused"]} == PLANTED
    assert set(taken.json["refused"][0]) == {"sheet", "row", "cell", "why"}
    assert (tmp_path / "marked.xlsx").read_bytes()[:2] == b"PK"
    # what refers to projects comes after them, whatever the order on the line
    both = zlf(
        "import", EXAMPLES / "funds.xlsx", EXAMPLES / "targets.xlsx", EXAMPLES / "ledger.xlsx",
        "--as-of", "2018-06-30", "--json",
    )  # fmt: skip
    assert both.code == 0
    assert (both.json["imported"]["projects"], both.json["imported"]["unchanged"]) == (0, 1287)
    assert both.json["imported"]["funds"] == 1520
    missing = zlf("import", "nothing.xlsx")
    assert (missing.code, "无法读取" in missing.err) == (1, True)
    (tmp_path / "text.xlsx").write_text("not a workbook")
    assert zlf("import", "text.xlsx", "--json").code == 1


def _people(zlf: Zlf) -> None:
    for login, person, role in (
        ("sp", SPECIALIST, "specialist"),
        ("ap", "王核定", "approver"),
        ("dc", "李督查", "supervision"),
    ):
        assert zlf("account", login, "--person", person, "--role", role).code == 0
    assert zlf("account", "x", "--person", "某人", "--role", "king").code == 1
    assert zlf("account", "y", "--person", "某人", "--role", "leader", "--scope", "咸安区").code == 0
    token = zlf("token", "sp")
    assert token.out.startswith("zlf_")
    assert token.out.count("\n") == 1
    waiting = zlf("people", "list", "--unconfirmed", "--json").json
    assert "嘉鱼县招商局" in [row["name"] for row in waiting]
    assert zlf("people", "confirm", "嘉鱼县招商局").code == 0
    after = zlf("people", "list", "--unconfirmed", "--json").json
    assert len(after) == len(waiting) - 1


def _report_and_decide(zlf: Zlf) -> None:
    lacking = zlf(
        "advance", PROJECT, "register", "occurred_on=2018-06-30", "--actor", "sp", "--as-of", "2018-07-01"
    )
    assert lacking.code == 1
    assert "统一社会信用代码" in lacking.err
    filed = zlf(
        "advance", PROJECT, "register", "--set", "occurred_on=2018-06-30", "--set", "企业名称=新设公司",
        "--set", "统一社会信用代码=91421200MA4G5B778G", "--actor", "sp", "--as-of", "2018-07-01", "--json",
    )  # fmt: skip
    assert (filed.code, filed.json["outcome"]) == (0, None)
    number = filed.json["request"]
    for other in ("sp", "operator"):
        refused = zlf("approve", number, "--actor", other, "--as-of", "2018-07-01")
        assert (refused.code, "无此权限" in refused.err) == (1, True)
    assert zlf("return", number, "--actor", "ap", "--as-of", "2018-07-01").code == 1  # without a reason
    done = zlf("approve", number, "--actor", "ap", "--as-of", "2018-07-01", "--json")
    assert (done.code, done.json["outcome"]) == (0, "approved")
    assert zlf("approve", number, "--actor", "ap").code == 1
    mine = zlf("tasks", "--actor", "sp", "--as-of", "2018-07-01", "--json").json
    assert "注册→开工" in [task["step"] for task in mine if task["project"].endswith("18005")]


def _tick_twice(zlf: Zlf, engine: Engine) -> None:
    first = zlf("tick", "--as-of", "2018-07-02T08:30", "--json")
    assert first.code == 0
    assert sum(first.json["fired"].values()) > 0
    before = rows(engine)
    second = zlf("tick", "--as-of", "2018-07-02T08:30", "--json")
    assert (second.json["periods"], second.json["fired"], second.json["sealed"]) == ([], {}, 0)
    assert rows(engine) == before
    later = zlf("tick", "--as-of", "2018-07-06", "--json")
    assert [run["outcome"] for run in later.json["periods"]] == ["merged", "merged", "merged", "done"]
    assert zlf("release", "--actor", "ap").code == 1
    assert zlf("release", "--actor", "dc").code == 1  # nothing waits


def _tell(zlf: Zlf, tmp_path: Path) -> None:
    overdue = zlf("tasks", "--overdue", "--as-of", "2018-06-30", "--json").json
    assert overdue
    assert {"id", "project", "step", "due_on", "days_late", "owner"} <= set(overdue[0])
    assert all(task["days_late"] > 0 for task in overdue)
    report = zlf("escalations", "--as-of", "2018-07-06", "--json")
    assert report.code == 0
    assert report.json["totals"]["overdue"] == sum(row["overdue"] for row in report.json["localities"])
    assert zlf("escalations", "--as-of", "2018-07-06", "--xlsx", "e.xlsx", "--docx", "e.docx").code == 0
    assert (tmp_path / "e.xlsx").stat().st_size > 1000
    assert (tmp_path / "e.docx").stat().st_size > 1000
    assert zlf("deliveries", "list", "--json").json == []
    assert zlf("template", "ledger", "blank.xlsx").code == 0
    assert zlf("template", "poem", "blank.xlsx").code == 2


def _publish(zlf: Zlf) -> None:
    draft = zlf("bulletin", "2018-06", "--as-of", "2018-07-06", "--json").json
    assert (draft["status"], draft["signed"]["count"]) == ("draft", 391)
    assert zlf("bulletin", "2018-06", "--publish").code == 2
    assert zlf("bulletin", "2018-06", "--publish", "--actor", "operator").code == 1
    published = zlf("bulletin", "2018-06", "--publish", "--actor", "ap", "--as-of", "2018-07-06", "--json")
    assert (published.code, published.json["status"]) == (0, "published")
    assert zlf("bulletin", "2018-06", "--publish", "--actor", "ap", "--as-of", "2018-07-09").code == 1
    assert zlf("bulletin", "2018-06", "--json").json["signed"] == draft["signed"]
    assert zlf("import", EXAMPLES / "ledger.xlsx", "--as-of", "2018-06-30").code == 1


def _prove(zlf: Zlf, engine: Engine) -> None:
    verified = zlf("audit", "verify", "--json")
    assert (verified.code, verified.json["sound"], verified.json["unsealed"]) == (0, True, 0)
    health = zlf("doctor", "--as-of", "2018-07-06", "--json")
    assert (health.code, health.json["errors"]) == (0, [])
    assert health.json["warnings"]
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE project SET stage = 'production' WHERE id = 1")
    ill = zlf("doctor", "--json")
    assert (ill.code, len(ill.json["errors"])) == (1, 1)


def test_wrong_usage_is_two_and_said_in_chinese(zlf: Zlf) -> None:
    for arguments in (
        ("nothing",),
        ("tasks", "--bogus"),
        ("advance", "x"),
        ("advance", "x", "y"),
        ("advance", "x", "y", "--set", "novalue", "--actor", "sp"),
        ("tick", "--as-of", "yesterday"),
        ("tick", "--as-of", "2018-02-30"),
        ("import",),
        ("approve", "one", "--actor", "ap"),
    ):
        said = zlf(*arguments)
        assert (said.code, said.out) == (2, ""), arguments
        assert any("一" <= letter <= "鿿" for letter in said.err), arguments


def test_a_policy_is_checked_before_it_is_used(zlf: Zlf, tmp_path: Path) -> None:
    pack = (ROOT / "states/policy/packs/default.toml").read_text(encoding="utf-8")
    (tmp_path / "good.toml").write_text(pack, encoding="utf-8")
    (tmp_path / "bad.toml").write_text(pack.replace('unit = "workdays"', 'unit = "weeks"'), encoding="utf-8")
    assert zlf("policy", "check", "good.toml").code == 0
    bad = zlf("policy", "check", "bad.toml")
    assert (bad.code, "不在允许的取值之内" in bad.err) == (1, True)


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cli.main", "--help"],
        cwd=tmp_path,
        env=environment(None),
        capture_output=True,
        check=True,
        text=True,
    ).stderr
    for heavy in ("sqlalchemy", "prefect", "fastapi", "pydantic", "rich"):
        assert f" {heavy}\n" not in loaded, heavy


def test_a_process_keeps_its_streams_apart(database_url: str, tmp_path: Path) -> None:
    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=tmp_path,
            env=environment(database_url),
            capture_output=True,
            text=True,
        )

    founded = process("init", "--office", str(EXAMPLES / "office.toml"))
    assert (founded.returncode, founded.stdout) == (0, "")
    asked = process("tasks", "--json")
    assert (asked.returncode, asked.stdout) == (0, "[]\n")
    refused = process("token", "nobody")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "没有账号" in refused.stderr
    assert process("tasks", "--bogus").returncode == 2
