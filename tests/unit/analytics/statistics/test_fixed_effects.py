"""Absorbing effects is the same regression as one with a dummy for each."""

import numpy as np
import pytest

from analytics.statistics.errors import NotIdentified
from analytics.statistics.fixed_effects import absorb, regress, slopes_of


def unbalanced(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    place, time = np.divmod(np.arange(12 * 30), 30)
    there = random.random(len(place)) < 0.8
    columns = random.normal(size=(len(place), 3)) + place[:, None] / 4 + np.sin(time)[:, None]
    return place[there], time[there], columns[there]


def dummies(codes: np.ndarray) -> np.ndarray:
    return (codes[:, None] == np.unique(codes)[None, :]).astype(float)


def test_absorbing_two_effects_gives_the_slopes_of_least_squares_with_dummies() -> None:
    place, time, columns = unbalanced()
    left = absorb(columns, [place, time])
    full = np.column_stack([columns[:, 1:], dummies(place), dummies(time)])
    with_dummies = np.linalg.lstsq(full, columns[:, 0], rcond=None)[0][:2]
    np.testing.assert_allclose(slopes_of(left[:, 0], left[:, 1:]), with_dummies, rtol=1e-6)


def test_a_first_regressor_that_the_effects_explain_is_not_identified() -> None:
    place, time, columns = unbalanced()
    left = absorb(np.column_stack([columns[:, 0], time.astype(float)]), [place, time])
    with pytest.raises(NotIdentified):
        slopes_of(left[:, 0], left[:, 1:])


def test_a_first_regressor_that_another_repeats_is_not_identified() -> None:
    place, _, columns = unbalanced()
    left = absorb(np.column_stack([columns[:, :2], 2 * columns[:, 1]]), [place])
    with pytest.raises(NotIdentified):
        slopes_of(left[:, 0], left[:, 1:])


def test_of_two_later_regressors_that_say_the_same_one_counts() -> None:
    place, _, columns = unbalanced()
    left = absorb(np.column_stack([columns, 2 * columns[:, 2]]), [place])
    alone = slopes_of(left[:, 0], left[:, 1:3])
    np.testing.assert_allclose(slopes_of(left[:, 0], left[:, 1:]), [*alone, 0.0])


def test_intervals_hold_the_truth_when_price_and_shocks_are_common_and_lasting() -> None:
    held = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        time, place = (axis.ravel() for axis in np.meshgrid(np.arange(80), np.arange(15), indexing="ij"))
        lasting = np.zeros((80, 2))
        for week in range(1, 80):
            lasting[week] = 0.5 * lasting[week - 1] + random.normal(size=2)
        regressor = lasting[time, 0] + random.normal(size=len(time))
        outcome = 2 * regressor + lasting[time, 1] + random.normal(size=len(time))
        left = absorb(np.column_stack([outcome, regressor]), [place])
        fitted = regress(left[:, 0], left[:, 1:], place, time)
        held += abs(fitted.slopes[0] - 2) < 1.76 * fitted.standard_errors[0]
    assert held >= 48
