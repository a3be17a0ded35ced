"""Known parameters are found again, and what cannot be fitted says so."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.customers.buying_backtest import past_miss
from analytics.customers.buying_fit import BuyingFit, _distinct, _log_likelihood, fit_buying, forecast_purchases
from analytics.customers.purchases import CustomerBase, Purchases
from analytics.customers.repeat_buying import BgNbd
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from tests.unit.analytics.shoppers import TRUE_BUYING, base_of, world

TRUTH = np.array([TRUE_BUYING.r, TRUE_BUYING.alpha, TRUE_BUYING.a, TRUE_BUYING.b])


def rescaled(base: CustomerBase, factor: float) -> CustomerBase:
    return replace(base, last=base.last * factor, age=base.age * factor, unit_days=base.unit_days / factor)


def test_parameters_are_recovered_within_their_standard_errors() -> None:
    distances = []
    for seed in range(6):
        fit = fit_buying(world(seed, 2_000).base)
        assert fit.status == "fitted"
        assert fit.covariance is not None
        distances.append(np.log(fit.parameters / TRUTH) / np.sqrt(np.diag(fit.covariance)))
    standardised = np.array(distances)
    assert np.abs(standardised).max() < 4
    assert np.all(np.abs(standardised.mean(axis=0)) < 1.2)
    assert 0.5 < np.sqrt(np.mean(standardised**2)) < 1.5


def test_the_gradient_is_that_of_the_likelihood() -> None:
    history = _distinct(world(0, 200).base, 30.0)
    _, gradient = _log_likelihood(TRUTH, history)
    for place, move in enumerate(1e-6 * np.eye(4)):
        up, down = _log_likelihood(TRUTH + move, history)[0], _log_likelihood(TRUTH - move, history)[0]
        assert gradient[place] == pytest.approx((up - down) / 2e-6, rel=1e-5)


def test_the_forecast_holds_the_truth_as_often_as_it_says() -> None:
    held = []
    for seed in range(25):
        population = world(seed, 500)
        forecast = forecast_purchases(fit_buying(population.base), population.base, 26)
        assert forecast.low is not None
        assert forecast.high is not None
        held.append(forecast.low <= population.later.sum() <= forecast.high)
    assert 0.6 <= np.mean(held) <= 0.96


def test_time_may_be_counted_in_weeks_or_days() -> None:
    base = world(1, 1_500).base
    weeks, days = fit_buying(base), fit_buying(rescaled(base, 7))
    assert days.parameters == pytest.approx(weeks.parameters * [1, 7, 1, 1], rel=1e-3)
    assert days.log_likelihood == pytest.approx((weeks.log_likelihood or 0) - base.repeats.sum() * np.log(7))
    with pytest.raises(InvalidNumbers):
        forecast_purchases(weeks, rescaled(base, 7), 26)


def test_a_past_miss_widens_and_none_leaves_it() -> None:
    base = world(2, 1_000).base
    fit = fit_buying(base)
    plain, wide = forecast_purchases(fit, base, 26), forecast_purchases(fit, base, 26, past_miss=0.2)
    assert (wide.standard_error or 0) ** 2 == pytest.approx(
        (plain.standard_error or 0) ** 2 + (0.2 * plain.expected) ** 2
    )
    assert wide.expected == plain.expected


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        (base_of(), "no_customers"),
        (base_of((2, 3, 9, 10)), "too_few_repeat_buyers"),
        (base_of(*[(0, 0, 9, 0)] * 500), "no_repeat_buyers"),
        (base_of(*[(0, 0, 0, 0)] * 5), "no_repeat_buyers"),
    ],
)
def test_it_says_why_nothing_can_be_fitted(base: CustomerBase, reason: str) -> None:
    fit = fit_buying(base)
    assert (fit.status, fit.reasons) == ("cannot_be_fitted", (reason,))
    with pytest.raises(NotIdentified):
        forecast_purchases(fit, base, 26)


def loose(fit: BuyingFit, base: CustomerBase) -> bool:
    forecast = forecast_purchases(fit, base, 10)
    assert np.isfinite(forecast.expected)
    return fit.status == "loose" and fit.standard_errors is None and forecast.low is None


def test_customers_all_alike_leave_parameters_untold_but_a_forecast_that_is_finite() -> None:
    alike = base_of(*[(4, 8, 10, 20)] * 300)
    assert loose(fit_buying(alike), alike)


def test_where_nobody_drops_out_there_are_no_standard_errors() -> None:
    steady = world(5, 400, model=BgNbd(20, 40, 0.001, 30)).base
    assert loose(fit_buying(steady), steady)


def test_ages_of_zero_and_duplicated_histories_do_no_harm() -> None:
    customers = world(4, 600).base
    fresh = np.zeros(50)
    repeats, last = np.append(customers.repeats, fresh), np.append(customers.last, fresh)
    age, value = np.append(customers.age, fresh), np.append(customers.mean_value, fresh)
    base = CustomerBase(np.arange(650), repeats, last, age, value)
    fit, without = fit_buying(base), fit_buying(customers)
    assert fit.rows == without.rows + 1
    assert fit.parameters == pytest.approx(without.parameters, rel=1e-3)


def test_the_past_miss_is_none_without_a_history_and_small_in_a_steady_world() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert past_miss(Purchases(none, none, np.zeros(0)), 100) is None
    random = np.random.default_rng(0)
    customer = np.repeat(np.arange(400), 40)
    gaps = random.exponential(15 * random.gamma(2, 0.5, 400)[:, None] + 1, (400, 40))
    steady = Purchases(customer, np.cumsum(gaps, axis=1).ravel().astype(np.int64), np.ones(16_000))
    assert (past_miss(steady, 250) or 1) < 0.15
    with pytest.raises(InvalidNumbers):
        past_miss(steady, 250, cuts=(1.0,))
