"""The best price is the best on average over what is not known, or today's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pricing.baseline import Baseline
from analytics.pricing.best_price import ElasticityBelief, Margins, PriceBounds, best_price, forecast_profit
from analytics.statistics.errors import InvalidNumbers
from domain.pricing import SaleTerms

STEADY = Baseline(units=1000, standard_error=20, deviation=80, correlation=0.0, periods=8)
WIDE = PriceBounds(low_minor=101, high_minor=1000)


def test_a_certain_elasticity_gives_the_textbook_price() -> None:
    advice = best_price(STEADY, 150, Margins(100), ElasticityBelief(-2.0, 0.0), WIDE, horizon_periods=8)
    assert advice.status == "change"
    assert advice.price_minor == 200


def test_vat_and_fee_are_not_the_brands_to_keep() -> None:
    margins = Margins(100, SaleTerms(vat_bps=2500, fee_bps=2000))
    advice = best_price(STEADY, 250, margins, ElasticityBelief(-2.0, 0.0), WIDE, horizon_periods=8)
    assert advice.price_minor == pytest.approx(200 * 1.25 / 0.8, abs=0.5)


def test_the_forecast_is_the_profit_after_less_the_profit_before() -> None:
    forecast = forecast_profit(STEADY, 150, 200, Margins(100), ElasticityBelief(-2.0, 0.0), horizon_periods=4)
    after = 4 * 1000 * (200 / 150) ** -2 * 100
    assert forecast.change_minor == round(after - 4 * 1000 * 50)
    assert forecast.expected_units == pytest.approx(1000 * (200 / 150) ** -2)
    assert forecast.per_period_minor[0] == round(forecast.change_minor / 4)


def test_uncertainty_moves_the_best_price_away_from_the_plug_in_answer() -> None:
    sure = best_price(STEADY, 150, Margins(100), ElasticityBelief(-2.5, 0.0), WIDE, horizon_periods=8)
    unsure = best_price(
        STEADY, 150, Margins(100), ElasticityBelief(-2.5, 0.6), WIDE, horizon_periods=8, least_probability=0.0
    )
    assert sure.price_minor == 167
    assert unsure.price_minor > sure.price_minor


def test_prices_end_as_the_caller_wants() -> None:
    bounds = PriceBounds(low_minor=120, high_minor=260, step_minor=10, offset_minor=9)
    advice = best_price(STEADY, 150, Margins(100), ElasticityBelief(-2.0, 0.1), bounds, horizon_periods=8)
    assert advice.price_minor in (199, 209)


def test_a_gain_that_is_not_convincing_is_left_alone() -> None:
    belief = ElasticityBelief(-3.1, 1.5)
    advice = best_price(STEADY, 150, Margins(100), belief, PriceBounds(130, 170), horizon_periods=8)
    assert advice.status == "keep"
    assert advice.price_minor == 150
    assert advice.reasons == ("gain_not_convincing",)
    assert advice.forecast is not None
    assert advice.forecast.probability_of_gain < 0.8


def test_the_threshold_is_the_callers() -> None:
    belief = ElasticityBelief(-2.5, 0.6)
    bounds = PriceBounds(140, 160)
    probability = best_price(
        STEADY, 150, Margins(100), belief, bounds, horizon_periods=8, least_probability=0.0
    ).forecast.probability_of_gain  # type: ignore[union-attr]
    for threshold, status in ((probability - 0.01, "change"), (probability + 0.01, "keep")):
        advice = best_price(STEADY, 150, Margins(100), belief, bounds, horizon_periods=8, least_probability=threshold)
        assert advice.status == status


def test_today_is_kept_when_it_is_best_or_nothing_else_is_allowed() -> None:
    belief = ElasticityBelief(-2.0, 0.1)
    assert best_price(STEADY, 200, Margins(100), belief, WIDE, horizon_periods=8).reasons == ("already_best",)
    empty = PriceBounds(low_minor=191, high_minor=195, step_minor=10)
    assert best_price(STEADY, 200, Margins(100), belief, empty, horizon_periods=8).reasons == (
        "no_price_within_bounds",
    )


def test_a_best_price_at_a_bound_says_so() -> None:
    belief = ElasticityBelief(-0.7, 0.1)
    advice = best_price(STEADY, 150, Margins(100), belief, PriceBounds(140, 165), horizon_periods=8)
    assert advice.price_minor == 165
    assert "best_price_is_at_a_bound" in advice.reasons


def test_a_fine_grid_of_many_prices_is_searched_to_the_unit() -> None:
    bounds = PriceBounds(low_minor=100_001, high_minor=1_000_000)
    advice = best_price(STEADY, 150_000, Margins(100_000), ElasticityBelief(-2.0, 0.0), bounds, horizon_periods=8)
    assert advice.price_minor == pytest.approx(200_000, abs=1)


def test_the_interval_holds_what_comes_as_often_as_it_says() -> None:
    belief, margins = ElasticityBelief(-2.0, 0.4), Margins(100)
    forecast = forecast_profit(STEADY, 150, 170, margins, belief, horizon_periods=8, coverage=0.80)
    random = np.random.default_rng(7)
    elasticity = random.normal(-2.0, 0.4, 4000)
    demand = random.normal(1000, 20, 4000)[:, None] + random.normal(0, 80, (4000, 8))
    gains = demand.sum(axis=1) * ((170 / 150) ** elasticity * 70 - 50)
    assert np.mean((gains >= forecast.low_minor) & (gains <= forecast.high_minor)) == pytest.approx(0.80, abs=0.03)
    assert forecast.change_minor == pytest.approx(gains.mean(), rel=0.03)


def test_noisier_demand_and_a_vaguer_elasticity_widen_the_interval() -> None:
    noisy = Baseline(units=1000, standard_error=100, deviation=400, correlation=0.5, periods=8)

    def width(baseline: Baseline, error: float) -> int:
        forecast = forecast_profit(baseline, 150, 170, Margins(100), ElasticityBelief(-2.0, error), horizon_periods=8)
        return forecast.high_minor - forecast.low_minor

    assert width(STEADY, 0.1) < width(noisy, 0.1)
    assert width(STEADY, 0.1) < width(STEADY, 0.5)


@given(
    elasticity=st.floats(-6, -0.1),
    error=st.floats(0, 2),
    price=st.integers(50, 500),
    low=st.integers(40, 400),
    width=st.integers(0, 300),
    cost=st.integers(0, 300),
)
def test_advice_is_always_allowed_and_its_interval_holds_its_value(
    elasticity: float, error: float, price: int, low: int, width: int, cost: int
) -> None:
    bounds = PriceBounds(low, low + width)
    advice = best_price(STEADY, price, Margins(cost), ElasticityBelief(elasticity, error), bounds, horizon_periods=8)
    assert advice.forecast is not None
    assert advice.forecast.low_minor <= advice.forecast.change_minor <= advice.forecast.high_minor
    if advice.status == "change":
        assert low <= advice.price_minor <= low + width
        assert advice.forecast.change_minor > 0
        assert advice.forecast.probability_of_gain >= 0.80
    else:
        assert advice.price_minor == price


def test_senseless_input_is_refused() -> None:
    with pytest.raises(InvalidNumbers):
        best_price(STEADY, 0, Margins(100), ElasticityBelief(-2.0, 0.1), WIDE, horizon_periods=8)
    with pytest.raises(InvalidNumbers):
        best_price(STEADY, 150, Margins(100), ElasticityBelief(-2.0, 0.1), WIDE, horizon_periods=0)
    with pytest.raises(InvalidNumbers):
        best_price(STEADY, 150, Margins(100), ElasticityBelief(-2.0, 0.1), PriceBounds(1, 2, 0), horizon_periods=8)
