"""Rounding: half up in whole numbers, as the default pack says."""

import pytest

from states.dispatch.rounding import completion, fixed, growth, half_up, points, rate, yi


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (29, 115, "25.2%"),
        (69, 115, "60.0%"),
        (233, 391, "59.6%"),
        (1, 8, "12.5%"),
        (1, 2000, "0.1%"),
        (49, 100_000, "0.0%"),
        (3, 2000, "0.2%"),
        (999_500, 1_000_000, "100.0%"),
        (999_499, 1_000_000, "99.9%"),
        (0, 7, "0.0%"),
        (5, 0, None),
    ],
)
def test_a_rate_keeps_one_decimal(part: int, whole: int, shown: str | None) -> None:
    assert rate(part, whole) == shown


@pytest.mark.parametrize(
    ("done", "target", "shown"),
    [
        (115, 100, "115%"),
        (21, 10, "210%"),
        (111, 120, "92.5%"),
        (59_750_000_000, 100_000_000_000, "59.8%"),
        (36, 42, "85.7%"),
        (168, 122, "137.7%"),
        (0, 10, "0%"),
        (9995, 10_000, "100%"),
        (5, 0, None),
        (5, None, None),
    ],
)
def test_completion_drops_a_trailing_zero(done: int, target: int | None, shown: str | None) -> None:
    assert completion(done, target) == shown


@pytest.mark.parametrize(
    ("yuan", "shown"),
    [
        (84_560_000_000, "845.6"),
        (13_300_000_000, "133"),
        (0, "0"),
        (100_000_000_000, "1000"),
        (10_000, "0.0001"),
        (15_757_270_000, "157.5727"),
        (15_000, "0.0002"),
        (14_999, "0.0001"),
        (4_999, "0"),
        (99_999_999, "1"),
        (-50_000_000, "-0.5"),
        (-4_999, "0"),
    ],
)
def test_an_amount_shows_the_fewest_exact_digits_at_most_four(yuan: int, shown: str) -> None:
    assert yi(yuan) == shown


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        (233, 167, "39.5%"),
        (158, 155, "1.9%"),
        (5, 5, "0.0%"),
        (31, 35, "-11.4%"),
        (0, 8, "-100.0%"),
        (3, 0, None),
    ],
)
def test_growth_is_none_where_last_year_is_nothing(now: int, before: int, shown: str | None) -> None:
    assert growth(now, before) == shown


def test_a_share_grows_in_percentage_points_of_the_unrounded_shares() -> None:
    assert points((233, 391), (167, 322)) == "+7.7个百分点"
    assert points((31, 60), (35, 60)) == "-6.7个百分点"
    assert points((1, 2), (2, 4)) == "0.0个百分点"
    assert points((1, 2), (0, 0)) is None


def test_a_half_goes_away_from_zero() -> None:
    assert [half_up(n, 2) for n in (1, 3, -1, -3, 4)] == [1, 2, -1, -2, 2]
    assert fixed(2_675, 1000, 2) == "2.68"  # where a float says 2.67
    assert fixed(7, 2, 0) == "4"


def test_whole_numbers_of_any_size_stay_exact() -> None:
    assert yi(123_456_789_012_345_678_901_234) == "1234567890123456.789"
    assert rate(10**30 + 1, 10**30) == "100.0%"
