"""Purchase forecasts agree between two independent computations and with simulated customers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.customers.repeat_buying import BgNbd
from analytics.statistics.errors import InvalidNumbers
from tests.examples import examples
from tests.unit.analytics.shoppers import TRUE_BUYING, base_of, world

positive = st.floats(0.02, 60)
models = st.builds(BgNbd, positive, positive, st.one_of(positive, st.just(1.0)), positive)
histories = st.tuples(st.integers(0, 80), st.floats(0.01, 1), st.floats(0.5, 200)).map(
    lambda drawn: (float(drawn[0]), drawn[1] * drawn[2] if drawn[0] else 0.0, drawn[2], 10.0)
)


@settings(max_examples=examples(40))
@given(models, st.lists(histories, min_size=1, max_size=6), st.floats(0, 60))
def test_the_hypergeometric_answer_is_the_sum_over_counts(model: BgNbd, rows: list, horizon: float) -> None:
    """To the sum's own accuracy, as counts past 300 are summed in steps of 1 %."""
    base = base_of(*rows)
    mean, _ = model._moments_if_alive(base.repeats, horizon / (model.alpha + base.age + horizon))
    assert model.expected_purchases(base, horizon) == pytest.approx(
        mean * model.probability_alive(base), rel=1e-4, abs=1e-8
    )


@settings(max_examples=examples(40))
@given(models, histories, st.floats(0.1, 60))
def test_chances_are_chances_and_a_longer_wait_never_brings_less(model: BgNbd, row: tuple, horizon: float) -> None:
    base = base_of(row)
    for chance in (model.probability_alive(base), model.probability_of_purchase(base, horizon)):
        assert 0 <= chance[0] <= 1
    assert model.probability_of_purchase(base, horizon)[0] <= model.expected_purchases(base, horizon)[0] + 1e-9
    assert model.expected_purchases(base, 2 * horizon)[0] >= model.expected_purchases(base, horizon)[0] - 1e-9
    assert model.purchase_variance(base, horizon)[0] >= -1e-9


def test_silence_lowers_the_chance_to_be_alive_and_more_so_for_frequent_buyers() -> None:
    seldom, often = base_of((1, 10, 12, 9), (1, 10, 40, 9)), base_of((12, 10, 12, 9), (12, 10, 40, 9))
    seldom_then, seldom_now = TRUE_BUYING.probability_alive(seldom)
    often_then, often_now = TRUE_BUYING.probability_alive(often)
    assert seldom_now < seldom_then < often_then
    assert often_now < seldom_now


def test_counts_of_a_simulated_world_are_as_foreseen() -> None:
    population = world(3, 10_000)
    expected = TRUE_BUYING.expected_purchases(population.base, 26)
    deviation = np.sqrt(TRUE_BUYING.purchase_variance(population.base, 26).sum())
    assert abs(population.later.sum() - expected.sum()) < 3 * deviation
    chance = TRUE_BUYING.probability_of_purchase(population.base, 26)
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 1.0)):
        rows = (chance >= low) & (chance < high)
        assert np.mean(population.later[rows] > 0) == pytest.approx(chance[rows].mean(), abs=0.03)


def test_a_new_customer_is_one_without_history() -> None:
    fresh = base_of((0, 0, 0, 0))
    assert TRUE_BUYING.expected_of_new(np.array([0.0, 26.0])) == pytest.approx(
        [0, TRUE_BUYING.expected_purchases(fresh, 26)[0]]
    )


def test_nonsense_is_refused() -> None:
    with pytest.raises(InvalidNumbers):
        BgNbd(0, 1, 1, 1)
    with pytest.raises(InvalidNumbers):
        BgNbd(1, float("nan"), 1, 1)
    with pytest.raises(InvalidNumbers):
        TRUE_BUYING.expected_purchases(base_of((0, 0, 1, 0)), -1)
    with pytest.raises(InvalidNumbers):
        TRUE_BUYING.expected_of_new(np.array([1.0, float("nan")]))


@pytest.mark.parametrize(
    "model", [BgNbd(384.8, 0.01, 2660, 1e5), BgNbd(0.16, 0.037, 2.6e-5, 2e4), BgNbd(1e4, 3e7, 4e-5, 6458)]
)
def test_extreme_parameters_give_finite_answers(model: BgNbd) -> None:
    base = base_of((0, 0, 20, 0), (3, 1e-3, 2000, 9), (5_000, 300, 300, 9))
    for horizon in (0.01, 300.0):
        expected = model.expected_purchases(base, horizon)
        assert np.isfinite(expected).all()
        assert np.all(expected >= 0)
        assert np.isfinite(model.purchase_variance(base, horizon)).all()
