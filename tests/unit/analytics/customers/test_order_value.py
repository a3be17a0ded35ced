"""An average order is drawn to everybody's where it rests on few, and known parameters are found again."""

import numpy as np
import pytest

from analytics.customers.order_value import GammaGamma, _log_likelihood, fit_spending
from analytics.customers.purchases import CustomerBase
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from tests.unit.analytics.shoppers import TRUE_SPENDING, base_of, world

TRUTH = np.array([TRUE_SPENDING.p, TRUE_SPENDING.q, TRUE_SPENDING.gamma])


def test_parameters_are_recovered_within_their_standard_errors() -> None:
    distances = []
    for seed in range(6):
        fit = fit_spending(world(seed, 2_000).base)
        assert fit.covariance is not None
        model = fit.needed_model
        estimates = np.array([model.p, model.q, model.gamma])
        distances.append(np.log(estimates / TRUTH) / np.sqrt(np.diag(fit.covariance)))
        assert abs(fit.correlation or 1) < 0.15
    assert np.abs(distances).max() < 4
    assert 0.4 < np.sqrt(np.mean(np.square(distances))) < 1.7


def test_the_gradient_is_that_of_the_likelihood() -> None:
    random = np.random.default_rng(0)
    repeats, mean = random.integers(1, 9, 200).astype(float), random.gamma(3, 10, 200)
    _, gradient = _log_likelihood(TRUTH, repeats, mean)
    for place, move in enumerate(1e-5 * np.eye(3)):
        up, down = (_log_likelihood(TRUTH + way * move, repeats, mean)[0] for way in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-5)


def test_the_unit_of_money_changes_gamma_alone() -> None:
    base = world(1, 1_000).base
    cents = CustomerBase(base.customer, base.repeats, base.last, base.age, 100 * base.mean_value)
    in_euros, in_cents = fit_spending(base), fit_spending(cents)
    assert in_cents.needed_model.p == pytest.approx(in_euros.needed_model.p, rel=1e-3)
    assert in_cents.needed_model.gamma == pytest.approx(100 * in_euros.needed_model.gamma, rel=1e-3)
    paid = int((base.repeats > 0).sum())
    assert in_cents.log_likelihood == pytest.approx((in_euros.log_likelihood or 0) - paid * np.log(100))


def test_a_few_orders_are_drawn_to_the_average_and_many_speak_for_themselves() -> None:
    base = base_of((0, 0, 9, 0), (1, 5, 9, 500), (50, 5, 9, 500), (3, 5, 9, 0))
    no_orders, one_order, fifty_orders, free = TRUE_SPENDING.expected_value(base)
    assert no_orders == free == pytest.approx(TRUE_SPENDING.average) == pytest.approx(50)
    assert 50 < one_order < fifty_orders < 500
    assert fifty_orders == pytest.approx(500, rel=0.02)


def test_expected_values_are_those_of_a_simulated_world() -> None:
    population = world(2, 10_000)
    expected = TRUE_SPENDING.expected_value(population.base)
    dear = expected > 60
    for rows in (dear, ~dear):
        assert population.later_spend[rows].sum() / population.later[rows].sum() == pytest.approx(
            np.average(expected[rows], weights=population.later[rows]), rel=0.05
        )


def test_the_square_exists_only_where_tails_allow() -> None:
    base = base_of((0, 0, 9, 0), (2, 5, 9, 40))
    squares = TRUE_SPENDING.square_of_value(base)
    assert squares is not None
    assert np.all(squares > TRUE_SPENDING.expected_value(base) ** 2)
    assert GammaGamma(5, 1.5, 30).square_of_value(base) is None


def pareto(tail: float) -> CustomerBase:
    random = np.random.default_rng(0)
    return base_of(*[(2, 5, 9, value) for value in random.pareto(tail, 400) + 1e-3])


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (base_of(), "too_few_repeat_buyers"),
        (base_of(*[(0, 0, 9, 0)] * 100), "too_few_repeat_buyers"),
        (base_of(*[(2, 5, 9, 0)] * 100), "too_few_repeat_buyers"),
        (base_of(*[(2, 5, 9, 30)] * 100), "amounts_do_not_vary"),
        (pareto(0.5), "average_is_unbounded"),
    ],
)
def test_it_says_why_nothing_can_be_fitted(base: CustomerBase, reason: str) -> None:
    fit = fit_spending(base)
    assert (fit.status, fit.reasons) == ("cannot_be_fitted", (reason,))
    with pytest.raises(NotIdentified):
        _ = fit.needed_model


def test_free_repeats_are_left_out_and_counted() -> None:
    base = world(3, 500).base
    value = np.where(np.arange(500) < 100, 0.0, base.mean_value)
    fit = fit_spending(CustomerBase(base.customer, base.repeats, base.last, base.age, value))
    assert fit.left_out == (base.repeats[:100] > 0).sum()
    assert fit.customers == (base.repeats[100:] > 0).sum()


def test_parameters_without_an_average_are_refused() -> None:
    for parameters in ((5, 1, 30), (0, 4, 30), (5, 4, float("inf"))):
        with pytest.raises(InvalidNumbers):
            GammaGamma(*parameters)
