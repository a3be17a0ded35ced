"""Demand that comes now and then: what sells at a time, how often, and when it has ceased."""

import numpy as np
import pytest

from analytics.forecasting.demand import forecast
from analytics.forecasting.intermittent import demand_pattern, intermittent_rate, sba_rates, since_launch, tsb_rates

WORKED = np.array([0.0, 4.0, 0.0, 0.0, 1.0, 5.0, 0.0])


def test_sba_by_hand() -> None:
    """Smoothing 0.5: sizes 4, 2.5, 3.75; intervals 2, 2.5, 1.75; each ratio times 1 - 0.5 / 2."""
    expected = [0, 0.75 * 2, 0.75 * 2, 0.75 * 2, 0.75 * 1, 0.75 * 3.75 / 1.75, 0.75 * 3.75 / 1.75]
    np.testing.assert_allclose(sba_rates(WORKED, smoothing=0.5), expected)


def test_tsb_by_hand() -> None:
    """Smoothing 0.5: probabilities 0, 1/2, 1/4, 1/8, 9/16, 25/32, 25/64; sizes 4 until the fifth, then 2.5, 3.75."""
    probability = np.array([0, 1 / 2, 1 / 4, 1 / 8, 9 / 16, 25 / 32, 25 / 64])
    size = np.array([0, 4, 4, 4, 2.5, 3.75, 3.75])
    np.testing.assert_allclose(tsb_rates(WORKED, smoothing=0.5), probability * size)


def test_few_sales_are_averaged_plainly() -> None:
    assert sba_rates(WORKED)[-1] == pytest.approx(0.95 * (10 / 3) / 2)
    assert tsb_rates(WORKED)[-1] == pytest.approx(10 / 7)


@pytest.mark.parametrize(
    ("units", "name"),
    [
        ([5, 6, 4, 5, 0, 5, 6, 5], "smooth"),
        ([1, 1, 1, 30, 1, 1, 2, 1], "erratic"),
        ([0, 5, 0, 6, 0, 0, 5, 0], "intermittent"),
        ([0, 1, 0, 1, 0, 0, 30, 0], "lumpy"),
    ],
)
def test_patterns_are_named_by_interval_and_variation(units: list[float], name: str) -> None:
    assert demand_pattern(np.array(units, dtype=float)).name == name


def test_sba_is_nearly_unbiased() -> None:
    random = np.random.default_rng(4)
    demand = (random.random((200, 150)) < 0.2) * random.integers(1, 8, (200, 150))
    rates = [sba_rates(row.astype(float))[-1] for row in demand]
    assert np.mean(rates) == pytest.approx(0.2 * 4, rel=0.06)


def test_a_product_that_ceased_fades() -> None:
    sold = np.tile([0.0, 3.0], 20)
    alive, ceased = forecast(sold, 4), forecast(np.concatenate([sold, np.zeros(20)]), 4)
    assert alive.method == "sba"
    assert ceased.method == "tsb"
    assert ceased.mean[0] < 0.2 * alive.mean[0]


def test_one_sale_long_ago_is_no_rate_of_one_a_period() -> None:
    rate = intermittent_rate(np.r_[7.0, np.zeros(30)], 1.0)
    assert rate.method == "tsb"
    assert rate.units < 0.5


def test_a_short_wait_for_the_next_sale_changes_nothing() -> None:
    sold = np.tile([0.0, 0.0, 3.0], 12)
    waiting = forecast(np.concatenate([sold, np.zeros(4)]), 4)
    assert waiting.method == "sba"
    assert waiting.mean[0] == pytest.approx(forecast(sold, 4).mean[0])


def test_the_variance_is_never_below_poisson() -> None:
    demand = forecast(np.tile([0.0, 1.0], 20), 6)
    assert demand.method == "sba"
    assert (demand.deviation**2 >= demand.mean).all()
    assert demand.total().sd ** 2 >= demand.total().mean


def test_a_stand_that_sells_now_and_then_has_whole_intervals() -> None:
    random = np.random.default_rng(9)
    demand = forecast(random.poisson(0.4, 60), 4)
    assert demand.family == "counts"
    np.testing.assert_array_equal(demand.lower, 0)
    assert set(demand.upper) <= {1.0, 2.0}


def test_totals_of_lumpy_demand_are_held_as_often_as_said() -> None:
    random = np.random.default_rng(21)
    within = []
    for _ in range(300):
        demand = (random.random(86) < 0.25) * random.geometric(0.3, 86)
        within.append(demand[80:].sum() <= forecast(demand[:80], 6).total().quantile(0.9))
    assert 0.85 <= np.mean(within) <= 0.97


def test_a_wait_that_fits_the_later_rate_stays() -> None:
    rare = np.array([0.0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 2])
    np.testing.assert_array_equal(since_launch(rare), rare)
    often = np.r_[np.zeros(6), np.full(8, 2.0)]
    assert since_launch(often).size == 8
