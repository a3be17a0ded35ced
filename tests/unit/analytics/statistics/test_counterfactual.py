"""The effect of an intervention is separated from what would have happened anyway."""

import numpy as np
import pytest

from analytics.statistics.counterfactual import EffectEstimate, measure_effect
from analytics.statistics.errors import InvalidNumbers

PERIODS, START = 60, 52


def world(seed: int, *, effect: float = 0.0, shock: float = 0.0, controls: int = 6) -> np.ndarray:
    """Series (PERIODS, 1 + controls) that share a lasting factor; the first is treated from START on."""
    random = np.random.default_rng(seed)
    factor = np.zeros(PERIODS)
    for period in range(1, PERIODS):
        factor[period] = 0.7 * factor[period - 1] + random.normal()
    factor[START:] -= shock
    sizes = random.uniform(0.5, 1.5, controls + 1)
    series = sizes * (100 + 10 * factor[:, None]) + 6 * random.normal(size=(PERIODS, controls + 1))
    series[START:, 0] += effect
    return series


def measured(series: np.ndarray, start: int = START, **how: float) -> EffectEstimate:
    return measure_effect(series[:, 0], series[:, 1:], start, **how)  # type: ignore[arg-type]


def holds(estimate: EffectEstimate, truth: float) -> bool:
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def test_the_interval_holds_a_known_effect_as_often_as_it_says() -> None:
    estimates = [measured(world(seed, effect=15)) for seed in range(150)]
    assert 0.70 <= np.mean([holds(estimate, 15 * 8) for estimate in estimates]) <= 0.92
    assert np.median([(e.effect or 0) / (15 * 8) for e in estimates]) == pytest.approx(1, abs=0.1)


def test_a_clear_effect_is_told_from_none() -> None:
    assert np.mean([not holds(measured(world(seed, effect=25)), 0) for seed in range(60)]) >= 0.9


def test_without_an_effect_one_is_rarely_claimed() -> None:
    assert np.mean([not holds(measured(world(seed)), 0) for seed in range(150)]) <= 0.30


def test_a_shock_common_to_all_is_no_effect() -> None:
    """A slump of 30 a period, which a look at the treated series alone would take for an effect of -240."""
    estimates = [measured(world(seed, shock=3)) for seed in range(60)]
    effects = np.array([estimate.effect for estimate in estimates], dtype=float)
    assert abs(np.median(effects)) < 0.15 * 240
    assert np.mean([not holds(estimate, 0) for estimate in estimates]) <= 0.35


def test_realised_is_the_counterfactual_and_the_effect() -> None:
    series = world(1, effect=15)
    estimate = measured(series)
    assert estimate.realised == pytest.approx(series[START:, 0].sum())
    assert (estimate.counterfactual or 0) + (estimate.effect or 0) == pytest.approx(estimate.realised)
    assert estimate.p_value_of_no_effect is not None
    assert 0 < estimate.p_value_of_no_effect <= 1


def test_the_estimate_moves_one_for_one_with_what_was_done_and_with_its_unit() -> None:
    before, after, cents = measured(world(2)), measured(world(2, effect=10)), measured(100 * world(2))
    assert (after.effect or 0) - (before.effect or 0) == pytest.approx(80)
    assert (after.low or 0) - (before.low or 0) == pytest.approx(80)
    assert cents.effect == pytest.approx(100 * (before.effect or 0))
    assert cents.high == pytest.approx(100 * (before.high or 0))


def test_more_coverage_takes_a_wider_interval() -> None:
    narrow, wide = measured(world(3), coverage=0.5), measured(world(3), coverage=0.9)
    assert (wide.low or 0) < (narrow.low or 0) < (narrow.high or 0) < (wide.high or 0)


def with_gap(series: np.ndarray, *columns: int) -> np.ndarray:
    series[10, list(columns)] = np.nan
    return series


@pytest.mark.parametrize(
    ("series", "start", "reason"),
    [
        (world(0), 15, "too_little_history"),
        (world(0), 30, "too_little_history"),
        (world(0), 59, "too_few_periods_after"),
        (world(0, controls=0), START, "no_controls"),
        (with_gap(world(0, controls=2), 1, 2), START, "no_controls"),
        (with_gap(world(0), 0), START, "series_missing"),
        (np.random.default_rng(0).normal(size=(PERIODS, 4)), 57, "poor_pre_fit"),
    ],
)
def test_it_says_why_an_effect_cannot_be_measured(series: np.ndarray, start: int, reason: str) -> None:
    estimate = measured(series, start, least_after=2)
    assert not estimate.measurable
    assert reason in estimate.reasons
    assert estimate.effect is None


def test_too_few_shifts_for_the_coverage_are_no_interval() -> None:
    assert measured(world(0), coverage=0.999).reasons == ("interval_unbounded",)


def test_a_control_with_a_gap_is_left_out() -> None:
    assert measured(with_gap(world(0), 3)).controls_used == 5


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        measure_effect(np.ones(10), np.ones((9, 2)), 5)
    with pytest.raises(InvalidNumbers):
        measured(world(0), PERIODS + 1)
