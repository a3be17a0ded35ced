"""The baseline is what usually sells now."""

import numpy as np
import pytest

from analytics.pricing.baseline import at_price, baseline_units
from analytics.statistics.errors import InvalidNumbers


def test_promoted_weeks_are_left_out() -> None:
    units = np.array([100.0, 500, 104, 96, 480, 102, 98, 100, 101, 99])
    promoted = (units > 400).astype(float)
    baseline = baseline_units(units, promoted)
    assert baseline.units == pytest.approx(100, abs=1)
    assert not baseline.promoted_included
    assert baseline.periods == 8


def test_one_wild_week_moves_it_little() -> None:
    calm = np.array([100.0, 104, 96, 102, 98, 100, 101, 99])
    wild = np.where(np.arange(8) == 3, 5000.0, calm)
    assert baseline_units(wild).units == pytest.approx(baseline_units(calm).units, rel=0.02)


def test_where_nearly_all_weeks_are_promoted_they_count_and_it_says_so() -> None:
    baseline = baseline_units(np.linspace(90, 110, 10), np.ones(10))
    assert baseline.promoted_included
    assert baseline.periods == 8


def test_only_the_recent_weeks_count() -> None:
    assert baseline_units(np.concatenate([np.full(20, 10.0), np.full(8, 50.0)])).units == 50


def test_its_error_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    held = 0
    for _ in range(300):
        history, ahead = random.normal(100, 10, 40), random.normal(100, 10, 6).mean()
        baseline = baseline_units(history)
        held += abs(ahead - baseline.units) < 1.282 * baseline.error_over(6)
    assert 0.70 <= held / 300 <= 0.90


def test_past_units_are_restated_at_todays_price() -> None:
    np.testing.assert_allclose(at_price(np.array([100.0, 25.0]), np.array([2.0, 4.0]), 2.0, -2.0), [100, 100])


@pytest.mark.parametrize("units", [[], [5.0], [5.0, -1.0], [5.0, np.nan]])
def test_no_history_is_refused(units: list[float]) -> None:
    with pytest.raises(InvalidNumbers):
        baseline_units(np.array(units))
