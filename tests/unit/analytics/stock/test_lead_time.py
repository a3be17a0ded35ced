"""Lead times lean on the promise until deliveries say otherwise."""

import math

import numpy as np
import pytest

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate, LeadTime, estimate_lead_time, rate_from_periods


def test_variance_of_lead_time_demand_is_as_in_the_textbook() -> None:
    """sqrt(L s^2 + m^2 V(L)) by hand: L 10, V(L) 1.5^2, m 20, s 5 give sqrt(250 + 900) = 33.91."""
    law = DemandRate(20, 25).over(10, 1.5)
    assert law.mean == 200
    assert law.sd == pytest.approx(33.91, abs=0.005)


def test_lead_time_demand_has_the_moments_of_simulated_demand() -> None:
    random = np.random.default_rng(5)
    rate = random.gamma(100, 3.0 / 100, 400_000)
    days = random.gamma(9, 20 / 9, 400_000)
    drawn = random.poisson(rate * days)
    law = DemandRate(3.0, 3.0, standard_error=0.3).over(20, 20 / 3)
    assert law.mean == pytest.approx(drawn.mean(), rel=0.01)
    assert law.sd == pytest.approx(drawn.std(), rel=0.01)


def test_a_weekly_demand_keeps_its_moments() -> None:
    law = rate_from_periods(14, 6, 7, standard_error=2).over(7)
    assert law.mean == pytest.approx(14)
    assert law.sd == pytest.approx(math.hypot(6, 2))


def test_without_deliveries_the_promise_is_assumed_and_says_so() -> None:
    lead = estimate_lead_time([], promised_days=20)
    assert (lead.mean_days, lead.sd_days, lead.assumed) == (20, pytest.approx(6), True)


def test_deliveries_outweigh_the_promise_in_time() -> None:
    """Four deliveries weigh as much as the promise: (20 + 30) / 2."""
    assert estimate_lead_time([30, 30, 30, 30], 20).mean_days == pytest.approx(25)
    many = estimate_lead_time([28, 32] * 100, 20)
    assert many.mean_days == pytest.approx(30, abs=0.25)
    assert many.sd_days == pytest.approx(2.6, abs=0.3)
    assert not many.assumed


def test_few_deliveries_are_less_sure_than_many() -> None:
    assert estimate_lead_time([20], 20).sd_days > estimate_lead_time([20] * 10, 20).sd_days
    assert estimate_lead_time([20.0, 24.0]).mean_days == 22


def test_its_interval_holds_the_next_delivery_as_often_as_a_normal_one_would() -> None:
    random = np.random.default_rng(8)
    held = 0
    for _ in range(2_000):
        *past, coming = random.gamma(11, 30 / 11, 7)
        lead = estimate_lead_time(past, 30)
        held += abs(coming - lead.mean_days) < 1.282 * lead.sd_days
    assert held / 2_000 == pytest.approx(0.80, abs=0.04)


@pytest.mark.parametrize(("days", "promised"), [([], None), ([-1.0], 5), ([math.nan], 5), ([3.0], -2), ([3], math.inf)])
def test_no_lead_time_is_refused(days: list[float], promised: float | None) -> None:
    with pytest.raises(InvalidNumbers):
        estimate_lead_time(days, promised)


def test_senseless_rates_are_refused() -> None:
    for numbers in ((-1, 1), (1, -1), (math.nan, 1)):
        with pytest.raises(InvalidNumbers):
            DemandRate(*numbers)
    with pytest.raises(InvalidNumbers):
        LeadTime(-1)
    with pytest.raises(InvalidNumbers):
        rate_from_periods(1, 1, 0)
    assert DemandRate(2, 3).over(0).mean == 0
