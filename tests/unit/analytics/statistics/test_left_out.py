"""Slopes from sums without a block are those of the rows that are left, effects absorbed anew."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.errors import NotIdentified
from analytics.statistics.fixed_effects import absorb, slopes_of
from analytics.statistics.left_out import BlockwiseFits, LeftOut

PLACES, TIMES, BLOCKS = 5, 40, 4


def rows(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An outcome on three regressors (n, 4), their places and times; a tenth of the rows is missing."""
    random = np.random.default_rng(seed)
    place, time = (codes.ravel() for codes in np.meshgrid(np.arange(PLACES), np.arange(TIMES)))
    kept = random.random(place.size) > 0.1
    place, time = place[kept], time[kept]
    x = random.normal(size=(place.size, 3)) * [0.1, 1.0, 1.0] + [7.0, 0.0, 0.0]
    x[:, 1] = (x[:, 1] - 8 * (x[:, 0] - 7) > 0.5).astype(float)
    units = x @ [-2.0, 0.4, 0.1] + random.normal(size=TIMES)[time] + place + 0.3 * random.normal(size=place.size)
    return np.column_stack([units, x]), place, time


def fits(columns: np.ndarray, effects: list[np.ndarray], block: np.ndarray) -> BlockwiseFits:
    order = np.argsort(block, kind="stable")
    return BlockwiseFits(absorb(columns, effects), effects, LeftOut(order, block[order], BLOCKS))


def by_rows(columns: np.ndarray, effects: list[np.ndarray], block: np.ndarray) -> np.ndarray:
    slopes = []
    for out in range(BLOCKS):
        kept = block != out
        left = absorb(columns[kept], [effect[kept] for effect in effects])
        slopes.append(slopes_of(left[:, 0], left[:, 1:]))
    return np.array(slopes)


@given(seed=st.integers(0, 10_000), which=st.sampled_from(["none", "place", "both", "season"]))
def test_slopes_are_those_of_the_rows_left(seed: int, which: str) -> None:
    columns, place, time = rows(seed)
    season = place * 10 + time // 13
    effects = {"none": [], "place": [place], "both": [place, time], "season": [season, time]}[which]
    block = time * BLOCKS // TIMES
    expected = by_rows(columns, effects, block)
    np.testing.assert_allclose(fits(columns, effects, block).slopes(3), expected, rtol=1e-8, atol=1e-10)
    alone = by_rows(columns[:, :2], effects, block)
    np.testing.assert_allclose(fits(columns, effects, block).slopes(1), alone, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("only", [slice(0, 12), slice(0, 0)])
def test_a_promotion_of_a_single_block_or_none_has_no_slope_without_it(only: slice) -> None:
    columns, place, time = rows(1)
    block = time * BLOCKS // TIMES
    promoted = np.zeros(len(columns))
    promoted[only] = 1.0
    columns[:, 3] = promoted
    slopes = fits(columns, [place], block).slopes(3)
    np.testing.assert_allclose(slopes, by_rows(columns, [place], block), rtol=1e-8, atol=1e-10)
    assert slopes[0, 2] == 0


def test_a_price_that_moved_in_one_block_alone_is_not_identified() -> None:
    columns, place, time = rows(2)
    block = time * BLOCKS // TIMES
    columns[:, 1] = np.where(block == 2, columns[:, 1], 7.0)
    with pytest.raises(NotIdentified):
        fits(columns, [place], block).slopes(3)
