"""Differences of shares have the intervals that were published for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import newcombe_interval, wilson_interval


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_1998_table_2_method_10(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    interval = newcombe_interval(*counts, coverage=0.95)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts, st.floats(0.05, 0.99))
def test_intervals_stay_in_range_and_turn_round_with_the_groups(
    first: tuple[int, int], second: tuple[int, int], coverage: float
) -> None:
    share, difference = wilson_interval(*first, coverage), newcombe_interval(*first, *second, coverage)
    reverse = newcombe_interval(*second, *first, coverage)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert -1 - 1e-9 <= difference.low <= difference.value <= difference.high <= 1 + 1e-9
    assert (reverse.low, reverse.high) == pytest.approx((-difference.high, -difference.low))


def test_counts_that_cannot_be_are_refused() -> None:
    for bad in ((1, 0, 0.9), (3, 2, 0.9), (-1, 2, 0.9), (1, 2, 1.0)):
        with pytest.raises(InvalidNumbers):
            wilson_interval(*bad)
