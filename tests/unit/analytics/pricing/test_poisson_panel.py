"""Poisson regression with two sets of effects, held against brute force and planted slopes."""

import numpy as np
import pytest
from scipy.optimize import minimize

from analytics.pricing.poisson_panel import fit_poisson
from analytics.statistics.errors import InvalidNumbers, NotIdentified


def counts(seed: int, places: int = 20, weeks: int = 40, level: float = 3.0):
    rng = np.random.default_rng(seed)
    place, week = (codes.ravel() for codes in np.indices((places, weeks)))
    x = rng.normal(0, 0.15, (places * weeks, 2))
    effect = rng.normal(0, 0.5, places)[place] + rng.normal(0, 0.2, weeks)[week]
    units = rng.poisson(level * np.exp(-2.5 * x[:, 0] + 0.8 * x[:, 1] + effect)).astype(float)
    return units, x, place, week


def test_it_finds_what_direct_maximisation_finds() -> None:
    units, x, place, week = counts(1, places=6, weeks=10)
    fitted = fit_poisson(units, x, (place, week), place)
    dummies = np.column_stack([np.eye(6)[place], np.eye(10)[week][:, 1:], x])

    def less_likely(b: np.ndarray) -> float:
        return float(np.exp(dummies @ b).sum() - units @ (dummies @ b))

    maximum = minimize(less_likely, np.zeros(dummies.shape[1]), method="BFGS", options={"gtol": 1e-7}).x
    assert fitted.slopes == pytest.approx(maximum[-2:], abs=1e-4)
    assert fitted.expected.sum() == pytest.approx(units.sum())


def test_its_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(60):
        units, x, place, week = counts(seed)
        fitted = fit_poisson(units, x, (place, week), place)
        reach = 1.73 * np.sqrt(fitted.covariance[0, 0])
        held += abs(fitted.slopes[0] + 2.5) <= reach
    assert 46 <= held <= 60, "90 % asked for"


def test_zeros_count_where_logarithms_would_drop_them() -> None:
    """At half a unit a week most rows are zero: those left after a logarithm sell more than the price explains."""
    units, x, place, week = counts(3, places=60, weeks=60, level=0.5)
    fitted = fit_poisson(units, x, (place, week), place)
    kept = units > 0
    plain = np.linalg.lstsq(np.column_stack([np.ones(kept.sum()), x[kept]]), np.log(units[kept]), rcond=None)[0]
    assert fitted.slopes[0] == pytest.approx(-2.5, abs=0.5)
    assert abs(plain[1] + 2.5) > 1.0


def test_a_place_that_sold_nothing_tells_nothing() -> None:
    units, x, place, week = counts(4)
    more = np.concatenate([units, np.zeros(40)]), np.vstack([x, np.ones((40, 2)) * np.arange(40)[:, None]])
    again = fit_poisson(*more, (np.append(place, [99] * 40), np.append(week, range(40))), np.append(place, [99] * 40))
    assert again.slopes == pytest.approx(fit_poisson(units, x, (place, week), place).slopes)
    assert (again.expected[-40:] == 0).all()


def test_what_cannot_be_told_is_refused() -> None:
    units, x, place, week = counts(5)
    with pytest.raises(NotIdentified):
        fit_poisson(units, np.column_stack([x, place]), (place, week), place)
    with pytest.raises(InvalidNumbers):
        fit_poisson(units[:50], x[:50], (place[:50], week[:50]), place[:50])
