"""A place that falls behind is found, one that goes with the others is not, and a season that takes all is nobody's."""

import numpy as np
import pytest

from analytics.stands.lag import changes_against_others
from analytics.statistics.errors import InvalidNumbers

PLACES, WEEKS, RECENT = 40, 26, 4


def world(seed: int, fall: float = 1.0, season: float = 1.0) -> np.ndarray:
    """Poisson sales of like places; the first one's fall to a share of what they were, all by a season's."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(30, 60, PLACES)[:, None] * np.ones(WEEKS)
    level[:, -RECENT:] *= season
    level[0, -RECENT:] *= fall
    return rng.poisson(level).astype(float)


def test_a_fall_is_measured_against_the_others_and_not_against_its_own_past() -> None:
    """A season that halves everybody's sales is no fall; a third on top of it is."""
    lives = [changes_against_others(world(seed, fall=0.66, season=0.5), RECENT) for seed in range(40)]
    fallen = [change for changes in lives if (change := changes[0]) is not None]
    assert np.median([change.change for change in fallen]) == pytest.approx(-0.34, abs=0.05)
    assert np.median([change.p_value for change in fallen]) < 0.01
    assert np.median([change.sold / change.expected for change in fallen]) == pytest.approx(0.66, abs=0.05)
    assert np.median([change.change for changes in lives for change in changes[1:] if change]) == pytest.approx(
        0, abs=0.02
    )


def test_the_p_value_is_as_often_small_as_it_says() -> None:
    p_values = [
        change.p_value for seed in range(30) for change in changes_against_others(world(seed), RECENT) if change
    ]
    assert np.mean(np.array(p_values) < 0.10) == pytest.approx(0.10, abs=0.03)
    assert np.mean(np.array(p_values) < 0.50) == pytest.approx(0.50, abs=0.05)


def test_the_interval_holds_as_often_as_it_says() -> None:
    held = [
        change.low <= -0.2 <= change.high
        for seed in range(200)
        if (change := changes_against_others(world(seed, fall=0.8), RECENT)[0]) is not None
    ]
    assert np.mean(held) == pytest.approx(0.80, abs=0.08)


def test_a_place_with_a_gap_is_left_out_and_a_short_past_tells_nothing() -> None:
    sold = world(3)
    sold[5, 2] = np.nan
    changes = changes_against_others(sold, RECENT)
    assert changes[5] is None
    assert changes[6] is not None
    assert changes_against_others(world(3)[:, :15], RECENT) == [None] * PLACES


def test_too_few_places_are_refused() -> None:
    with pytest.raises(InvalidNumbers, match="too few"):
        changes_against_others(world(1)[:4], RECENT)
