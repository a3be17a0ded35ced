"""A stand's sales are read with the doubt that few counts deserve, and empty shelves hide no demand."""

import math

import numpy as np
import pytest

from analytics.stands.sell_through import CountedInterval, UsualRate, sell_through
from analytics.statistics.errors import InvalidNumbers


def test_plain_counts_give_their_rate() -> None:
    rate = sell_through([CountedInterval(10, 5), CountedInterval(10, 7)])
    assert rate.units_per_day == pytest.approx(0.6)
    assert rate.standard_error == pytest.approx(math.sqrt(0.6 / 20))
    assert rate.variance_per_day == pytest.approx(0.6)


def test_shelves_that_stood_empty_do_not_hide_demand() -> None:
    """2 a day with 20 units on the shelf for 14 days: 28 asked for, at most 20 seen to sell."""
    random = np.random.default_rng(1)
    demand = random.poisson(28, 300)
    seen = [CountedInterval(14, int(min(units, 20)), bool(units >= 20)) for units in demand]
    naive = np.minimum(demand, 20).sum() / (14 * 300)
    assert naive < 1.45
    assert sell_through(seen).units_per_day == pytest.approx(2.0, rel=0.05)


def test_no_sale_in_a_week_is_not_no_sale_ever() -> None:
    rate = sell_through([CountedInterval(7, 0)], UsualRate(0.5, 30))
    assert rate.units_per_day == pytest.approx(15 / 37)
    assert sell_through([], UsualRate(0.5, 30)).units_per_day == pytest.approx(0.5)


def test_much_counting_outweighs_the_usual() -> None:
    counted = [CountedInterval(14, 28)] * 50
    assert sell_through(counted, UsualRate(0.5, 30)).units_per_day == pytest.approx(1.94, abs=0.02)


def test_sales_in_bursts_are_told_from_even_ones() -> None:
    random = np.random.default_rng(3)
    bursts = [CountedInterval(7, int(units)) for units in random.negative_binomial(3.5, 0.25, 80)]
    rate = sell_through(bursts)
    assert rate.variance_per_day / rate.units_per_day == pytest.approx(4, rel=0.3)


def test_the_error_holds_the_truth_as_often_as_a_normal_one() -> None:
    random = np.random.default_rng(5)
    held = 0
    for _ in range(500):
        demand = random.poisson(0.8 * 10, 8)
        rate = sell_through([CountedInterval(10, int(min(units, 9)), bool(units >= 9)) for units in demand])
        held += abs(rate.units_per_day - 0.8) < 1.645 * rate.standard_error
    assert 0.84 <= held / 500 <= 0.97


def test_nothing_to_go_by_is_refused() -> None:
    for intervals in ([], [CountedInterval(7, 5, True)]):
        with pytest.raises(InvalidNumbers):
            sell_through(intervals)
    with pytest.raises(InvalidNumbers):
        CountedInterval(0, 5)
    with pytest.raises(InvalidNumbers):
        CountedInterval(7, -1)
    with pytest.raises(InvalidNumbers):
        UsualRate(math.nan, 10)
