"""Sales of a period without stock are not its demand."""

import numpy as np
import pytest

from analytics.forecasting.demand import forecast
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.censored_demand import unconstrained_demand


def test_part_of_a_period_is_made_whole_and_none_of_it_is_missing() -> None:
    units = np.array([10.0, 5.0, 0.0, 2.0, np.nan])
    demand = unconstrained_demand(units, np.array([1.0, 0.5, 0.0, 0.1, 1.0]))
    np.testing.assert_array_equal(demand, [10, 10, np.nan, np.nan, np.nan])


def test_a_mask_of_true_and_false_serves() -> None:
    demand = unconstrained_demand(np.array([4.0, 0.0]), np.array([True, False]))
    np.testing.assert_array_equal(demand, [4, np.nan])


def test_orders_are_not_made_on_lost_sales() -> None:
    random = np.random.default_rng(6)
    wanted = random.poisson(20, 60)
    there = np.where(random.random(60) < 0.4, random.random(60), 1.0)
    sold = random.binomial(wanted, there)
    blind = forecast(sold, 4).mean[0]
    seeing = forecast(unconstrained_demand(sold, there), 4, family="counts").mean[0]
    assert blind < 17
    assert seeing == pytest.approx(20, abs=2)


def test_stock_that_was_never_there_tells_nothing() -> None:
    with pytest.raises(InvalidNumbers, match="known"):
        forecast(unconstrained_demand(np.zeros(9), np.zeros(9)), 4)


@pytest.mark.parametrize(
    ("units", "availability"),
    [([1.0], [1.0, 1.0]), ([-1.0], [1.0]), ([np.inf], [1.0]), ([1.0], [1.2]), ([1.0], [-0.1]), ([1.0], [np.nan])],
)
def test_what_cannot_be_is_refused(units: list[float], availability: list[float]) -> None:
    with pytest.raises(InvalidNumbers):
        unconstrained_demand(np.array(units), np.array(availability))
