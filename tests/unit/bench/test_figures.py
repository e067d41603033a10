"""How figures are taken and judged."""

import math

import pytest

from bench.measure import median, medians, percentile
from bench.report import Bar, number, table


@pytest.mark.parametrize(("share", "value"), [(0, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(percentile([], 99))


def test_a_single_value_is_every_percentile() -> None:
    assert percentile([7.0], 1) == percentile([7.0], 99) == 7.0


def test_medians_are_taken_figure_by_figure() -> None:
    runs = [{"rate": 1.0, "ms": 9.0}, {"rate": 3.0, "ms": 7.0}, {"rate": 2.0, "ms": 8.0}]
    assert medians(runs) == {"rate": 2.0, "ms": 8.0}
    assert median([4, 2]) == 3


@pytest.mark.parametrize(("value", "at_most", "passed"), [(3.0, True, True), (3.1, True, False), (2.9, False, False)])
def test_a_bar_is_met_at_its_limit_and_on_its_right_side(value: float, at_most: bool, passed: bool) -> None:
    bar = Bar("gateway", value, 3.0, at_most=at_most)
    assert bar.passed is passed
    assert str(bar).startswith("pass" if passed else "FAIL")


def test_what_was_not_measured_meets_no_bar() -> None:
    assert not Bar("gateway", float("nan"), 3.0).passed
    assert not Bar("gateway", float("nan"), 3.0, at_most=False).passed


def test_a_table_has_a_line_for_each_row_and_a_dash_for_what_was_not_measured() -> None:
    lines = table([{"": "Aside", "ms": 12.345}, {"": "bare", "ms": float("nan")}]).splitlines()
    assert lines == ["|  | ms |", "|---|---|", "| Aside | 12.3 |", "| bare | - |"]


@pytest.mark.parametrize(
    ("value", "shown"), [(0.5, "0.50"), (42.42, "42.4"), (15856.2, "15,856"), (3, "3"), ("x", "x")]
)
def test_figures_are_shown_with_the_digits_that_count(value: object, shown: str) -> None:
    assert number(value) == shown
