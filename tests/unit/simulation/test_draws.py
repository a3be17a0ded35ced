"""Chance: exact quantiles, more mean never less outcome, and streams that do not touch each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson as reference

from simulation.draws import Draws, poisson

RNG = np.random.default_rng(20240101)
CHANCES = RNG.random(50_000)


def test_quantiles_are_exact_up_to_a_mean_of_forty() -> None:
    mean = RNG.uniform(1e-4, 40, CHANCES.size)
    assert np.array_equal(poisson(mean, CHANCES), reference.ppf(CHANCES, mean))


def test_quantiles_above_are_within_one_far_into_both_tails() -> None:
    mean = np.exp(RNG.uniform(np.log(40), np.log(20_000), CHANCES.size))
    for chance in (CHANCES, np.full(CHANCES.size, 1e-9), np.full(CHANCES.size, 1 - 1e-9)):
        assert np.abs(poisson(mean, chance) - reference.ppf(chance, mean)).max() <= 1


def test_no_mean_is_no_outcome() -> None:
    assert poisson(np.array([0.0, -1.0]), np.array([0.999, 0.5])).tolist() == [0, 0]


@given(
    st.floats(0, 1, exclude_max=True),
    st.lists(st.one_of(st.floats(0, 40), st.floats(41, 1e5)), min_size=2, max_size=8),
)
def test_more_mean_is_never_less_outcome(chance: float, means: list[float]) -> None:
    mean = np.sort(np.array(means))
    assert (np.diff(poisson(mean, np.full(mean.size, min(chance, 1 - 1e-12)))) >= 0).all()


def test_more_mean_is_never_less_outcome_where_the_formula_changes() -> None:
    before, after = (poisson(np.full(CHANCES.size, mean), CHANCES) for mean in (40.0, 40.0 + 1e-9))
    assert (after >= before).all()


def test_the_last_chance_there_is_gives_no_absurd_outcome() -> None:
    assert poisson(np.array([0.1]), np.array([1 - 2**-53]))[0] < 20


def test_the_mean_of_the_outcomes_is_the_mean() -> None:
    for mean in (0.3, 7.0, 39.0, 60.0, 900.0):
        outcomes = poisson(np.full(CHANCES.size, mean), (np.arange(CHANCES.size) + 0.5) / CHANCES.size)
        assert outcomes.mean() == pytest.approx(mean, rel=0.002)
        assert outcomes.var() == pytest.approx(mean, rel=0.02)


def test_seed_purpose_and_day_give_the_same_numbers_each_time() -> None:
    first, second = Draws(7).stream("demand", 3), Draws(7).stream("demand", 3)
    assert np.array_equal(first.random(1_000), second.random(1_000))


@pytest.mark.parametrize(
    ("seed", "purpose", "day"), [(8, "demand", 3), (7, "returns", 3), (7, "demand", 4), (7, "demand", 0)]
)
def test_another_seed_purpose_or_day_gives_others(seed: int, purpose: str, day: int) -> None:
    numbers, other = Draws(7).stream("demand", 3).random(1_000), Draws(seed).stream(purpose, day).random(1_000)
    assert not np.isin(numbers, other).any()
    assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.12


def test_drawing_more_from_one_stream_changes_no_other() -> None:
    draws = Draws(7)
    untouched = draws.stream("returns", 3).random(10)
    greedy = draws.stream("demand", 3)
    greedy.random(100_000)
    assert np.array_equal(draws.stream("returns", 3).random(10), untouched)
    assert np.array_equal(draws.stream("demand", 4).random(10), Draws(7).stream("demand", 4).random(10))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_would_be_another_one_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        Draws(seed)
