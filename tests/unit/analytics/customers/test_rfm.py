"""Scores depend on what customers did, not on how the rows lie."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.customers.rfm import SEGMENTS, quintiles, score_rfm
from analytics.statistics.errors import InvalidNumbers
from tests.examples import examples
from tests.unit.analytics.shoppers import bought

orders = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 60), st.floats(0, 500)), min_size=1, max_size=60)


def test_distinct_values_fall_into_even_fifths() -> None:
    scores = quintiles(np.random.default_rng(0).permutation(100).astype(float))
    assert np.bincount(scores).tolist() == [0, 20, 20, 20, 20, 20]


def test_equal_values_score_alike_and_all_equal_is_the_middle() -> None:
    assert quintiles(np.array([1.0] * 60 + [*range(2, 42)])).tolist()[:60] == [2] * 60
    assert set(quintiles(np.ones(7))) == {3}
    assert quintiles(np.array([4.0])).tolist() == [3]


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.randoms())
def test_scores_follow_the_values_wherever_the_rows_lie(values: list[int], random: Random) -> None:
    scores = quintiles(np.array(values))
    order = random.sample(range(len(values)), len(values))
    assert quintiles(np.array(values)[order]).tolist() == scores[order].tolist()
    assert np.all(np.diff(scores[np.argsort(values, kind="stable")]) >= 0)
    assert 1 <= scores.min() <= scores.max() <= 5


@settings(max_examples=examples(40))
@given(orders)
def test_everybody_is_in_one_segment_and_nothing_is_lost(rows: list[tuple[int, int, float]]) -> None:
    rfm = score_rfm(bought(*rows), 60)
    assert sum(rfm.size(segment) for segment in SEGMENTS) == len({row[0] for row in rows})
    assert rfm.spend.sum() == pytest.approx(sum(row[2] for row in rows))
    assert np.all(rfm.recency_days >= 0)


def test_segments_are_what_their_names_say() -> None:
    days = {
        "champion": [(1, day, 90) for day in range(0, 100, 5)],
        "gone_champion": [(2, day, 90) for day in range(0, 30, 2)],
        "newcomer": [(3, 98, 10)],
        "gone_once": [(4, 1, 10)],
    }
    crowd = [(who, 20 + who, 20) for who in range(10, 60)] + [(who, 25 + who, 20) for who in range(10, 40)]
    rfm = score_rfm(bought(*[row for rows in days.values() for row in rows], *crowd), 100)
    segment = dict(zip(rfm.customer.tolist(), rfm.segment.tolist(), strict=True))
    assert [segment[who] for who in (1, 2, 3, 4)] == ["champions", "cannot_lose", "new", "lost"]


def test_one_large_order_makes_no_champion() -> None:
    crowd = [(who, 50, 10) for who in range(2, 30)]
    rfm = score_rfm(bought((1, 60, 9_999), *crowd), 60)
    assert rfm.segment[0] == "new"


def test_later_purchases_are_not_known_and_nobody_is_an_error() -> None:
    assert score_rfm(bought((1, 5, 10), (1, 9, 10)), 5).purchases.tolist() == [1]
    with pytest.raises(InvalidNumbers):
        score_rfm(bought((1, 5, 10)), 4)
