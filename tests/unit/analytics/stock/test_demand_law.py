"""A demand law counts what enumeration counts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw, normal_loss


def probabilities(mean: float, sd: float, most: int = 400) -> np.ndarray:
    """Negative binomial or Poisson probabilities of 0..most, from the formula with gamma functions."""
    units = np.arange(most + 1)
    surplus = sd**2 - mean
    if surplus < 1e-9:
        return np.exp(units * math.log(mean) - mean - special.gammaln(units + 1))
    shape = mean**2 / surplus
    logs = special.gammaln(units + shape) - special.gammaln(shape) - special.gammaln(units + 1)
    return np.exp(logs + shape * math.log(mean / sd**2) + units * math.log(1 - mean / sd**2))


@pytest.mark.parametrize(("mean", "sd"), [(0.3, 0.8), (4.0, 2.0), (12.0, 5.0), (30.0, 20.0)])
def test_counts_agree_with_enumeration(mean: float, sd: float) -> None:
    law, mass = DemandLaw(mean, sd), probabilities(mean, sd)
    units = np.arange(len(mass))
    for level in (0, 1, 3, 10, 40):
        assert law.at_most(level) == pytest.approx(mass[: level + 1].sum(), abs=1e-9)
        assert law.shortage(level) == pytest.approx((np.maximum(units - level, 0) * mass).sum(), abs=1e-7)
    assert law.shortage(2.5) == pytest.approx((np.maximum(units - 2.5, 0) * mass).sum(), abs=1e-7)
    for probability in (0.05, 0.5, 0.9, 0.999):
        assert law.quantile(probability) == np.searchsorted(np.cumsum(mass), probability)


def test_poisson_demand_over_a_gamma_lead_time_is_negative_binomial() -> None:
    """The mixture that the law stands for, exactly: shape 4 and scale 5 days, 2 units a day."""
    random = np.random.default_rng(3)
    drawn = random.poisson(2.0 * random.gamma(4.0, 5.0, 200_000))
    law = DemandLaw(40.0, math.sqrt(40 + 4 * 4 * 25))
    for level in (10, 30, 60, 100):
        assert law.at_most(level) == pytest.approx(np.mean(drawn <= level), abs=0.005)


def test_the_unit_normal_loss_is_as_tabled() -> None:
    """Printed in every textbook's table: G(0) = 0.3989, G(1) = 0.0833, G(2) = 0.0085."""
    np.testing.assert_allclose(normal_loss([0.0, 1.0, 2.0]), [0.3989, 0.0833, 0.0085], atol=5e-5)
    assert DemandLaw(100, 25, "normal").shortage(150) == pytest.approx(25 * 0.00849, abs=1e-3)


def test_gamma_and_normal_shortages_agree_with_integration() -> None:
    """E(D - s)+ is the integral of P(D > x) from s on."""
    for law in (DemandLaw(20, 6, "gamma"), DemandLaw(20, 6, "normal"), DemandLaw(40, 3)):
        grid = np.linspace(law.mean + 3, 150, 20_001)
        assert law.shortage(law.mean + 3) == pytest.approx(np.trapezoid(law.more_than(grid), grid), abs=1e-4)


def test_certain_demand_is_certain() -> None:
    law = DemandLaw(7.5, 0.0)
    assert law.shortage(5) == 2.5
    assert law.at_most(7) == 0
    assert law.quantile(0.99) == 7.5
    assert DemandLaw(0.0, 3.0).quantile(0.99) == 0
    assert law.demand_at_least(0.9) == 7


@given(mean=st.floats(0.001, 1e6), ratio=st.floats(0.05, 50), probability=st.floats(0.001, 0.999))
def test_a_quantile_is_the_least_level_that_suffices(mean: float, ratio: float, probability: float) -> None:
    law = DemandLaw(mean, math.sqrt(mean * ratio))
    level = law.quantile(probability)
    assert law.at_most(level) >= probability - 1e-9
    if law.whole:
        assert level == 0 or law.at_most(level - 1) < probability + 1e-9
        sure = law.demand_at_least(probability)
        assert sure == 0 or law.more_than(sure - 1) >= probability - 1e-9
    assert 0 <= law.shortage(level) <= mean * (1 + 1e-9)


def test_slow_counts_that_vary_less_than_luck_count_as_luck() -> None:
    assert DemandLaw(0.1, 0.2).more_than(0) == pytest.approx(1 - math.exp(-0.1))


def test_demand_below_zero_counts_as_short_of_a_debt() -> None:
    assert DemandLaw(4, 2).shortage(-3) == pytest.approx(7)
    assert DemandLaw(4, 2).at_most(-1) == 0


@pytest.mark.parametrize(("mean", "sd"), [(-1, 1), (1, -1), (math.nan, 1), (1, math.inf), (1e13, 1)])
def test_no_such_demand_is_refused(mean: float, sd: float) -> None:
    with pytest.raises(InvalidNumbers):
        DemandLaw(mean, sd)
    with pytest.raises(InvalidNumbers):
        DemandLaw(5, 2).quantile(1.0)
