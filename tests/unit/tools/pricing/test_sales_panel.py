"""Reported sales become whole weeks, whatever the periods they were reported in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tools.pricing.sales_panel import totals_at, weekly_panel

DAY, WEEK = 86_400.0, 7 * 86_400.0


def zeros(count: int) -> np.ndarray:
    return np.zeros(count)


def test_weekly_rows_stay_as_they_are() -> None:
    starts, places = np.array([0, 0, 2 * WEEK]), np.array([0, 1, 0])
    panel = weekly_panel(starts, places, np.array([5.0, 0, 7]), np.array([10.0, 11, 12]), zeros(3), zeros(3))
    assert panel.period.tolist() == [0, 0, 2]
    assert panel.units.tolist() == [5, 0, 7]
    assert panel.price.tolist() == [10, 11, 12]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 999)), min_size=1, max_size=60))
def test_days_add_up_to_weeks_that_end_with_the_newest_day(days: list[tuple[int, int]]) -> None:
    units, prices = (np.array(column, dtype=float) for column in zip(*days, strict=True))
    starts, places = DAY * np.arange(len(days)), np.zeros(len(days), dtype=np.int64)
    panel = weekly_panel(starts, places, units, prices, zeros(len(days)), zeros(len(days)))
    assert panel.units.sum() == units.sum()
    assert panel.units[-1] == units[-7:].sum()
    assert len(panel) == -(-len(days) // 7)
    assert prices.min() - 1e-9 <= panel.price.min() <= panel.price.max() <= prices.max() + 1e-9
    assert np.isclose((panel.units * panel.price).sum(), (units * prices).sum())


def test_no_sales_are_an_empty_panel() -> None:
    assert len(weekly_panel(zeros(0), np.zeros(0, dtype=np.int64), zeros(0), zeros(0), zeros(0), zeros(0))) == 0


def test_totals_are_brought_to_one_price_and_promoted_weeks_marked() -> None:
    starts, places = np.array([0, 0, WEEK, WEEK]), np.array([0, 1, 0, 1])
    units, prices = np.array([10.0, 10, 40, 10]), np.array([20.0, 10, 10, 10])
    panel = weekly_panel(starts, places, units, prices, np.array([0.0, 0, 1, 0]), zeros(4))
    totals = totals_at(panel, 10, elasticity=-1.0)
    assert totals.units.tolist() == [30, 50]
    assert totals.promoted.tolist() == [0, 1]
