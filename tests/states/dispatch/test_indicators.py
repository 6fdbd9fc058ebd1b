"""Figures from rows: the sample to the last figure, and what counts as of when."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from states.dispatch.indicators import compute
from states.dispatch.tracing import trace
from states.errors import Forbidden, NotFound
from states.instants import end_of, start_of
from states.policy.active import activate
from states.policy.load import shipped
from states.projects.tables import Milestone
from tests.states.dispatch.facts import KNOWN, Book, operator
from tests.states.dispatch.sample import expected, fill

END = end_of(date(2018, 6, 30))
YI = 100_000_000


@pytest.fixture
def book(session: Session) -> Book:
    return Book(session)


def figures(book: Book, period: str = "2018-06", known: Any = END) -> dict[str, Any]:
    return compute(book.session, operator(book.session), period, known).as_json()


def assert_within(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    for key, value in wanted.items():
        if isinstance(value, dict):
            assert_within(value, found[key])
        elif isinstance(value, list):
            assert sorted(found[key]) == sorted(value), key
        else:
            assert found[key] == value, key


def test_every_published_figure_of_the_sample(book: Book) -> None:
    fill(book)
    wanted = {key: value for key, value in expected().items() if key not in ("imported", "note")}
    found = figures(book)
    assert_within(wanted, found)
    assert found["localities"] == wanted["localities"]
    assert found["signed"] == wanted["signed"]
    assert found["bands"] == wanted["bands"]
    assert found["industrial_share_change"] == "+7.7个百分点"
    assert found["localities_without_signing"] == ["咸宁市本级"]
    assert_every_count_has_its_projects(book, found)


def assert_every_count_has_its_projects(book: Book, found: dict[str, Any]) -> None:
    counts = [
        *paths({key: found[key] for key in ("signed", "bands", "localities", "events", "cohorts")}),
        *paths(
            {
                "month": {
                    key: found["month"][key] for key in ("signed", "bands", "localities", "events", "cohorts")
                }
            }
        ),
    ]
    assert len(counts) > 60
    for figure, value in counts:
        listed = trace(book.session, operator(book.session), "2018-06", END, figure)
        assert len(listed) == value, figure
    funded = trace(book.session, operator(book.session), "2018-06", END, "funds/amount_yi")
    assert sum(row.funds_yuan or 0 for row in funded) == 597_5000_0000


def paths(node: dict[str, Any], above: str = "") -> list[tuple[str, int]]:
    """Every whole number below, with its figure id; targets have no projects."""
    found: list[tuple[str, int]] = []
    for key, value in node.items():
        if isinstance(value, dict):
            found += paths(value, f"{above}{key}/")
        elif isinstance(value, int) and key != "target":
            found.append((f"{above}{key}", value))
    return found


def test_what_occurred_outside_the_period_does_not_count(book: Book) -> None:
    for n, on in enumerate((date(2017, 12, 31), date(2018, 1, 1), date(2018, 6, 30), date(2018, 7, 1))):
        book.project(f"项目{n}", "咸安区", YI, signed=on)
    assert figures(book)["signed"]["count"] == 2
    assert figures(book)["cohorts"]["2017 >=1亿"]["n"] == 1


def test_a_correction_counts_before_it_and_not_after(book: Book) -> None:
    project = book.project("项目", "咸安区", YI, signed=date(2018, 5, 2), registered=date(2018, 6, 1))
    corrected = KNOWN + timedelta(days=3)
    book.session.execute(
        update(Milestone)
        .where(col(Milestone.project_id) == project, col(Milestone.kind) == "signed")
        .values(superseded_at=corrected, superseded_why="false")
    )
    before = figures(book, known=corrected - timedelta(seconds=1))
    after = figures(book, known=corrected)
    assert (before["signed"]["count"], after["signed"]["count"]) == (1, 0)
    assert before["cohorts"]["2018 >=1亿"]["registered"] == 1
    assert after["cohorts"]["2018 >=1亿"] | {"n": 0} == after["cohorts"]["2018 >=1亿"]


def test_what_is_approved_later_is_not_known_before(book: Book) -> None:
    approved = KNOWN + timedelta(days=5)
    project = book.project("项目", "咸安区", YI)
    book.milestone(project, "signed", date(2018, 6, 20), known_at=approved)
    assert figures(book, known=approved - timedelta(seconds=1))["signed"]["count"] == 0
    assert figures(book, known=approved)["signed"]["count"] == 1


def test_terminated_projects_stay_in_every_denominator(book: Book) -> None:
    from states.projects.tables import Project, ProjectRevision

    done = book.project("甲", "咸安区", YI, signed=date(2018, 2, 1), registered=date(2018, 3, 1))
    gone = book.project("乙", "咸安区", YI, signed=date(2018, 2, 1))
    for table in (Project, ProjectRevision):
        key = table.id if table is Project else table.project_id
        book.session.execute(update(table).where(col(key) == gone).values(standing="terminated"))
    cohort = figures(book)["cohorts"]["2018 >=1亿"]
    assert (cohort["n"], cohort["registered_rate"]) == (2, "50.0%")
    assert [
        row.project_id for row in trace(book.session, operator(book.session), "2018-06", END, "signed/count")
    ] == [
        done,
        gone,
    ]


def test_a_bands_bound_is_in(book: Book) -> None:
    book.project("够", "咸安区", YI, signed=date(2018, 2, 1))
    book.project("差一元", "咸安区", YI - 1, signed=date(2018, 2, 1))
    book.project("大", "咸安区", 10 * YI, signed=date(2018, 2, 1))
    bands = figures(book)["bands"]
    assert (bands[">=1亿"]["count"], bands[">=10亿"]["count"]) == (2, 1)


def test_the_amount_is_that_of_the_day(book: Book) -> None:
    project = book.project("增", "咸安区", YI, signed=date(2018, 2, 1))
    from states.projects.tables import ProjectRevision

    book.session.execute(
        update(ProjectRevision)
        .where(col(ProjectRevision.project_id) == project)
        .values(to_on=date(2018, 5, 10))
    )
    book.revise(project, "增", "咸安区", 3 * YI, "工业", date(2018, 5, 10))
    assert figures(book, "2018-04")["signed"]["amount_yi"] == "1"
    assert figures(book, "2018-05")["signed"]["amount_yi"] == "3"


def test_a_project_recorded_late_is_still_the_project_it_was(book: Book) -> None:
    project = book.project("晚录", "咸安区", YI)
    book.milestone(project, "signed", date(2017, 5, 1))  # its only revision begins on 2018-01-01
    assert figures(book, "2017-06")["signed"]["count"] == 1


def test_without_target_or_last_year_the_figure_is_null_and_says_why(book: Book) -> None:
    book.project("项目", "咸安区", YI, signed=date(2018, 2, 1))
    found = figures(book)
    assert found["signed"]["industrial"]["yoy_count"] is None
    assert found["bands"][">=1亿"] | {"target": None, "completion": None} == found["bands"][">=1亿"]
    assert found["funds"] == {"amount_yi": "0", "target_yi": None, "completion": None}
    assert any("上年同期没有工业" in text for text in found["remarks"])
    assert any("到位资金的目标" in text for text in found["remarks"])


def test_an_empty_office_has_figures_too(book: Book) -> None:
    found = figures(book)
    assert found["signed"]["count"] == 0
    assert found["signed"]["industrial_share"] is None
    assert found["cohorts"]["2018 >=1亿"]["started_rate"] is None
    assert found["localities"] == {}
    assert len(found["localities_without_signing"]) == 8


def test_a_kind_that_nobody_filled_in_is_neither(book: Book) -> None:
    book.project("不明", "咸安区", YI, None, signed=date(2018, 2, 1))
    signed = figures(book)["signed"]
    assert signed["unclassified"] == {"count": 1, "amount_yi": "1"}
    assert (signed["count"], signed["industrial"]["count"], signed["non_industrial"]["count"]) == (1, 0, 0)


def test_other_indicators_targets_are_left_alone(book: Book) -> None:
    book.target("咸宁市", 2018, "亿元以上工业项目", 7)
    book.target("咸宁市", 2018, "5亿元以上新签约项目", 7)
    book.target("咸安区", 2018, "亿元以上新签约项目", 7)
    book.target("咸宁市", 2017, "亿元以上新签约项目", 7)
    assert figures(book)["bands"][">=1亿"]["target"] is None
    book.target("咸宁市", 2018, "１０亿元以上 新签约项目", 3)
    assert figures(book)["bands"][">=10亿"]["target"] == 3


def test_funds_of_the_month_stand_beside_those_of_the_year(book: Book) -> None:
    project = book.project("项目", "咸安区", YI, signed=date(2017, 2, 1))
    for month_on in (date(2017, 12, 31), date(2018, 5, 31), date(2018, 6, 30), date(2018, 7, 31)):
        book.fund(project, month_on, YI)
    found = figures(book, known=end_of(date(2018, 8, 1)))
    assert (found["funds"]["amount_yi"], found["month"]["funds"]["amount_yi"]) == ("2", "1")


def test_an_unfinished_period_says_so(book: Book) -> None:
    book.project("前", "咸安区", YI, signed=date(2018, 6, 12))
    book.project("后", "咸安区", YI, signed=date(2018, 6, 20))
    book.session.execute(update(Milestone).values(known_at=start_of(date(2018, 6, 1))))
    found = figures(book, known=start_of(date(2018, 6, 15)))
    assert (found["ended"], found["as_of"]) == (False, "2018-06-15")
    assert any("未满期" in text for text in found["remarks"])


def test_a_countys_reader_sees_its_own(book: Book) -> None:
    book.project("咸安项目", "咸安区", YI, signed=date(2018, 2, 1), production=date(2018, 3, 1))
    book.project("赤壁项目", "赤壁市", 2 * YI, signed=date(2018, 2, 1), production=date(2018, 3, 1))
    reader = book.actor("xa", "readonly", "咸安区")
    found = compute(book.session, reader, "2018-06", END).as_json()
    assert found["region"] == "咸安区"
    assert (found["signed"]["count"], found["signed"]["amount_yi"]) == (1, "1")
    assert found["cohorts"]["2018 >=1亿"]["produced_named"] == ["咸安项目"]
    assert "赤壁" not in str(found)
    assert [row.name for row in trace(book.session, reader, "2018-06", END, "signed/count")] == ["咸安项目"]
    assert trace(book.session, reader, "2018-06", END, "localities/赤壁市/count") == []


def test_who_has_no_right_reads_nothing(book: Book) -> None:
    with pytest.raises(Forbidden):
        compute(book.session, book.actor("adm", "admin", "咸宁市"), "2018-06", END)
    with pytest.raises(Forbidden):
        trace(book.session, book.actor("spec", "specialist", "咸安区"), "2018-06", END, "signed/count")


@pytest.mark.parametrize(
    "figure",
    [
        "",
        "signed",
        "signed/industrial_share",
        "bands/>=7亿/count",
        "cohorts/x/n",
        "cohorts/0000 >=1亿/n",
        "a/b/c/d",
    ],
)
def test_only_counts_have_projects_behind_them(book: Book, figure: str) -> None:
    with pytest.raises(NotFound):
        trace(book.session, operator(book.session), "2018-06", END, figure)


def second_pack() -> str:
    """Four stages under other names; nothing stands for production, and one band of its own."""
    body = (
        shipped()
        .replace('key = "default"', 'key = "second"')
        .replace("effective_on = 2004-01-01", "effective_on = 2018-01-01")
    )
    body = (
        body.replace('role = "produced"\n', "")
        .replace('key = ">=1亿"', 'key = ">=5000万"')
        .replace("from_yuan = 100000000\n", "from_yuan = 50000000\n")
    )
    return (
        body.replace('role = "started"\n', "")
        .replace('key = "statistics_entry"', 'key = "entry"')
        .replace('task = "statistics_entry"', 'task = "entry"')
        .replace('label = "注册"\n', 'label = "落地"\n')
        .replace("percent_digits = 1", "percent_digits = 2")
    )


def test_another_pack_brings_other_words_and_bands(book: Book) -> None:
    pack = activate(book.session, 1, KNOWN, second_pack())
    other = Book(book.session, pack_id=pack.id)
    other.project("小", "咸安区", YI // 2, signed=date(2018, 2, 1), registered=date(2018, 3, 1))
    book.project("旧包", "咸安区", YI // 2, signed=date(2018, 2, 1))
    other.project("又一", "咸安区", YI // 2, signed=date(2018, 2, 1))
    found = figures(book)
    assert list(found["bands"]) == [">=5000万", ">=10亿"]
    assert found["cohorts"]["2018 >=5000万"] == {
        "n": 3,
        "registered": 1,
        "registered_rate": "33.33%",
        "registered_in_2018H1": 1,
    }
    assert found["labels"]["stages"] == {"signed": "签约", "registered": "落地"}
    assert "落地率" in str(found["definitions"])


def test_each_projects_own_pack_says_which_stage_counts(book: Book) -> None:
    body = (
        second_pack()
        .replace('role = "registered"\n', "")
        .replace(
            'key = "construction"\nlabel = "开工"\ntrigger = "break_ground"\ntrigger_label = "开工"\nladder = "order"\n',
            'key = "construction"\nlabel = "开工"\ntrigger = "break_ground"\ntrigger_label = "开工"\nladder = "order"\nrole = "registered"\n',
        )
    )
    pack = activate(
        book.session, 1, KNOWN, body.replace("effective_on = 2018-01-01", "effective_on = 2004-01-02")
    )
    other = Book(book.session, pack_id=pack.id)
    other.project("新包", "咸安区", YI, signed=date(2018, 2, 1), registered=date(2018, 3, 1))
    other.project("新包开工", "咸安区", YI, signed=date(2018, 2, 1), construction=date(2018, 3, 1))
    book.project("旧包开工", "咸安区", YI, signed=date(2018, 2, 1), construction=date(2018, 3, 1))
    book.project("旧包注册", "咸安区", YI, signed=date(2018, 2, 1), registered=date(2018, 3, 1))
    listed = trace(book.session, operator(book.session), "2018-06", END, "cohorts/2018 >=5000万/registered")
    assert [row.name for row in listed] == ["新包开工", "旧包注册"]
