"""The tails that a law of counts lays out are those of the incomplete beta and gamma functions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from analytics.stock.count_law import CountLaw


def at_least(law: CountLaw, units: np.ndarray, step: float = 0.0) -> np.ndarray:
    """P(D >= units), D of `step` more shape, by the functions themselves."""
    counted = np.maximum(units, 1.0)
    if math.isinf(law.shape):
        chances = special.gammainc(counted, law.mean)
    else:
        chances = special.betainc(counted, law.shape + step, 1 - law.mean / law.sd**2)
    return np.where(units >= 1, chances, 1.0)


def law_of(mean: float, ratio: float) -> CountLaw:
    variance = mean * ratio
    return CountLaw(mean, math.sqrt(variance), math.inf if ratio == 1 else mean**2 / (variance - mean))


ratios = st.one_of(st.just(1.0), st.floats(1.05, 60))


@given(mean=st.floats(0.01, 2_000), ratio=ratios)
def test_chances_and_shortages_are_those_of_the_functions(mean: float, ratio: float) -> None:
    law = law_of(mean, ratio)
    units = np.unique(np.floor(np.concatenate([np.arange(-1, 12), mean + law.sd * np.arange(-3, 14, 0.5)])))
    np.testing.assert_allclose(law.above(units), at_least(law, units + 1), rtol=1e-9, atol=1e-12)
    counted = units[units >= 0]
    short = mean * at_least(law, counted, 1.0) - counted * at_least(law, counted + 1)
    np.testing.assert_allclose(law.short(counted), short, rtol=1e-9, atol=1e-10 * (1 + mean))


@given(mean=st.floats(0.01, 2_000), ratio=ratios, probability=st.floats(1e-6, 1 - 1e-6))
def test_a_quantile_is_the_first_level_that_suffices(mean: float, ratio: float, probability: float) -> None:
    law = law_of(mean, ratio)
    level = law.quantile(probability)
    around = np.array([level - 1.0, float(level)])
    more = at_least(law, around + 1)
    assert level >= 0
    assert more[1] <= 1 - probability + 2e-12
    assert level == 0 or more[0] > 1 - probability


def test_a_law_too_long_to_lay_out_is_computed_point_by_point() -> None:
    law = law_of(50_000.0, 40.0)
    units = np.array([0.0, 45_000.0, 50_000.0, 56_000.0])
    np.testing.assert_allclose(law.above(units), at_least(law, units + 1))
    assert law.short(np.array(0.0)) == pytest.approx(50_000)
    assert law.above(np.array(float(law.quantile(0.9)))) <= 0.1 + 1e-9
