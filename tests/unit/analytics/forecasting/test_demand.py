"""A forecast says what to expect, how sure that is, and how little it knows."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.forecasting.demand import DemandForecast, forecast
from analytics.statistics.errors import InvalidNumbers
from tests.examples import examples

RANDOM = np.random.default_rng(3)
STEADY = RANDOM.normal(100, 8, 60)
TREND = 50 + 2.0 * np.arange(60) + RANDOM.normal(0, 3, 60)
WAVE = 1 + 0.5 * np.sin(2 * np.pi * np.arange(72) / 12)

HISTORIES = st.lists(
    st.one_of(st.just(0.0), st.integers(0, 40).map(float), st.floats(0, 1e9), st.just(float("nan"))),
    min_size=1,
    max_size=60,
).filter(lambda units: bool(np.isfinite(units).any()))


def arrays(demand: DemandForecast) -> list[np.ndarray]:
    return [demand.mean, demand.lower, demand.upper, demand.deviation, demand.total_deviation]


def test_a_steady_demand_is_expected_to_go_on() -> None:
    demand = forecast(STEADY, 6)
    assert demand.method == "smoothing"
    assert not demand.fallback
    assert not demand.seasonal
    np.testing.assert_allclose(demand.mean, 100, atol=5)
    assert 14 < (demand.upper - demand.lower)[0] < 30


def test_a_trend_goes_on_but_bends() -> None:
    demand = forecast(TREND, 10)
    assert (np.diff(demand.mean) > 0).all()
    assert TREND[-1] < demand.mean[-1] <= 50 + 2 * 69 + 6


def test_seasons_come_back() -> None:
    demand = forecast(100 * WAVE[:60] + RANDOM.normal(0, 4, 60), 12, 12)
    assert demand.seasonal
    np.testing.assert_allclose(demand.mean, 100 * WAVE[60:], rtol=0.12)


def test_a_season_of_half_a_year_without_sales_is_no_intermittent_demand() -> None:
    history = RANDOM.poisson(60 * np.maximum(np.sin(2 * np.pi * (np.arange(60) + 0.5) / 12), 0))
    demand = forecast(history, 12, 12)
    assert demand.method == "smoothing"
    assert demand.seasonal
    assert demand.mean[6:].sum() < 0.05 * demand.mean[:6].sum()
    assert demand.mean[:6].sum() == pytest.approx(history[:60].sum() / 5, rel=0.15)


def test_seasons_that_are_not_there_are_not_found() -> None:
    noise = np.random.default_rng(8)
    seasonal_flags = [forecast(noise.normal(100, 10, 60), 2, 12).seasonal for _ in range(100)]
    assert np.mean(seasonal_flags) < 0.12


def test_units_do_not_matter() -> None:
    units, thousandths = forecast(TREND, 5), forecast(TREND * 1000, 5)
    for small, large in zip(arrays(units), arrays(thousandths), strict=True):
        np.testing.assert_allclose(1000 * small, large, rtol=1e-6)
    assert thousandths.total().quantile(0.9) == pytest.approx(1000 * units.total().quantile(0.9), rel=1e-6)


def test_a_level_added_to_all_is_added_to_the_forecast() -> None:
    base, higher = forecast(STEADY, 5), forecast(STEADY + 500, 5)
    np.testing.assert_allclose(higher.mean, base.mean + 500, rtol=1e-3)
    np.testing.assert_allclose(higher.deviation, base.deviation, rtol=0.02)


def test_the_total_adds_up_the_periods_and_shares_their_errors() -> None:
    demand = forecast(TREND, 8)
    assert demand.total().mean == pytest.approx(demand.mean.sum())
    assert demand.total(3).mean == pytest.approx(demand.mean[:3].sum())
    assert demand.total(2.5).mean == pytest.approx(demand.mean[:2].sum() + demand.mean[2] / 2)
    assert demand.total(1).sd == pytest.approx(demand.deviation[0])
    assert demand.total().sd > np.sqrt((demand.deviation**2).sum())
    assert (np.diff(demand.total_deviation) > 0).all()
    assert demand.total(0).quantile(0.9) == 0


def test_a_lead_time_that_strays_widens_the_total() -> None:
    demand = forecast(STEADY, 8)
    certain, uncertain = demand.total(4), demand.total(4, sd_periods=1.0)
    assert uncertain.mean == certain.mean
    assert uncertain.sd**2 == pytest.approx(certain.sd**2 + (certain.mean / 4) ** 2)


def test_a_total_past_the_horizon_is_refused() -> None:
    with pytest.raises(InvalidNumbers, match="4 periods, not 5"):
        forecast(STEADY, 4).total(5)


def test_further_ahead_is_less_sure() -> None:
    walk = 500 + np.cumsum(np.random.default_rng(5).normal(0, 5, 80))
    assert (np.diff(forecast(walk, 8).deviation) > 0).all()


@pytest.mark.parametrize("mean", [0.3, 1.0, 4.0, 30.0])
def test_intervals_hold_what_comes(mean: float) -> None:
    random = np.random.default_rng(17)
    single, total = [], []
    for _ in range(60):
        history = random.poisson(mean, 46)
        demand = forecast(history[:40], 6)
        lower, upper = demand.interval(0.80)
        single.append(np.mean((lower <= history[40:]) & (history[40:] <= upper)))
        total.append(history[40:].sum() <= demand.total().quantile(0.9))
    assert np.mean(single) >= 0.78
    assert 0.83 <= np.mean(total) <= 0.99


def test_missing_periods_are_not_zeros() -> None:
    gaps = STEADY.copy()
    gaps[[3, 17, 40, 41, 59]] = np.nan
    demand = forecast(gaps, 6)
    assert demand.periods_seen == 55
    np.testing.assert_allclose(demand.mean, 100, atol=6)


def test_missing_periods_leave_the_seasons_in_place() -> None:
    gaps = 100 * WAVE[:60] + np.random.default_rng(2).normal(0, 4, 60)
    gaps[[0, 11, 25, 50]] = np.nan
    demand = forecast(gaps, 12, 12)
    assert demand.seasonal
    np.testing.assert_allclose(demand.mean, 100 * WAVE[60:], rtol=0.15)


def test_zeros_before_the_launch_do_not_count() -> None:
    launched = np.concatenate([np.zeros(30), np.full(12, 20.0) + np.arange(12) % 3])
    demand = forecast(launched, 4)
    assert demand.method == "smoothing"
    assert demand.periods_seen == 12
    assert demand.mean[0] > 18


def test_a_few_periods_give_their_mean_and_say_so() -> None:
    demand = forecast([6.0, 9.0, 3.0], 4)
    assert demand.method == "few_periods"
    assert demand.fallback
    np.testing.assert_allclose(demand.mean, 6)
    assert demand.lower[0] <= 2
    assert demand.upper[0] >= 10
    assert forecast([6.0], 1).upper[0] > demand.upper[0]


def test_what_never_sold_is_expected_to_sell_next_to_nothing() -> None:
    demand = forecast(np.zeros(50), 4)
    assert demand.method == "never_sold"
    assert demand.fallback
    np.testing.assert_allclose(demand.mean, 0.01)
    np.testing.assert_array_equal(demand.lower, 0)
    assert demand.total().quantile(0.95) == 0


def test_a_constant_history_is_no_certainty() -> None:
    demand = forecast(np.full(20, 7.0), 3)
    np.testing.assert_allclose(demand.mean, 7, rtol=1e-6)
    assert demand.deviation[0] > 0.3
    assert 0 < forecast(np.full(20, 7.25), 3).deviation[0] < 0.1


def test_counts_have_whole_intervals() -> None:
    demand = forecast(RANDOM.poisson(4, 40), 5)
    assert demand.family == "counts"
    np.testing.assert_array_equal(demand.lower, np.round(demand.lower))
    np.testing.assert_array_equal(demand.upper, np.round(demand.upper))
    assert forecast(RANDOM.normal(50, 5, 40), 5).family == "gamma"
    assert forecast(RANDOM.normal(50, 5, 40), 5, family="counts").family == "counts"


def test_a_fall_to_nothing_stays_above_zero() -> None:
    demand = forecast(np.maximum(300 - 10.5 * np.arange(29), 0), 12)
    assert (demand.mean > 0).all()
    assert (demand.upper >= demand.mean).all()


@pytest.mark.parametrize(
    "history", [[], [np.nan, np.nan], [1.0, -1.0], [1.0, np.inf], [2e9, 1.0], [[1.0, 2.0]], ["many"], 5.0]
)
def test_what_no_demand_can_be_is_refused(history: object) -> None:
    with pytest.raises(InvalidNumbers):
        forecast(history, 3)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("horizon", "season", "coverage"),
    [(0, 1, 0.8), (521, 1, 0.8), (1.5, 1, 0.8), (3, 0, 0.8), (3, 2.5, 0.8), (3, 1, 0), (3, 1, 1)],
)
def test_horizons_seasons_and_coverages_that_make_no_sense_are_refused(
    horizon: float, season: float, coverage: float
) -> None:
    with pytest.raises(InvalidNumbers):
        forecast(STEADY, horizon, season, coverage)  # pyright: ignore[reportArgumentType]


@settings(max_examples=examples(150), deadline=None)
@given(history=HISTORIES, horizon=st.integers(1, 15), season=st.sampled_from([1, 2, 4, 7, 12]))
@example(history=[0.0, 5e-324], horizon=1, season=1)
def test_any_history_gives_finite_ordered_numbers(history: list[float], horizon: int, season: int) -> None:
    demand = forecast(history, horizon, season)
    for column in arrays(demand):
        assert column.shape == (horizon,)
        assert np.isfinite(column).all()
    assert (demand.lower >= 0).all()
    assert (demand.lower <= demand.mean).all()
    assert (demand.mean <= demand.upper).all()
    narrow, wide = demand.interval(0.5), demand.interval(0.95)
    assert (wide[0] <= narrow[0]).all()
    assert (narrow[1] <= wide[1]).all()
    levels = [demand.total().quantile(share) for share in (0.1, 0.5, 0.9, 0.99)]
    assert np.isfinite(levels).all()
    assert levels == sorted(levels)
