"""Prices are chosen together: what they take from each other is counted, and their sum has its own interval."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from analytics.pricing.price_set import (
    CAUTIOUS,
    ELSEWHERE,
    Change,
    Diversion,
    Range,
    Shelf,
    chosen,
    gain_correlation,
    promise_of,
)
from analytics.statistics.errors import InvalidNumbers

Z = 1.2815515655446004
QUARTER = Diversion(0.25, 0.0)
CUT = Change("A", "shop", "A", "soap", 10_000, 8_000, 12_000, 100, 50, 400, 300, QUARTER)
SOLD = Range({("shop", "soap"): Shelf(150, 150 * 400)})
"""Beside 50 of A, 100 others a week are sold, each of which contributes 4.00."""


def test_a_cut_pays_for_what_it_takes_from_its_category() -> None:
    promise = promise_of([CUT], SOLD, np.eye(1))
    assert promise.taken == {"A": pytest.approx(0.25 * 100 * 400)}
    assert (promise.value, promise.low, promise.high) == pytest.approx((0, -2_000, 2_000))


def test_what_is_taken_from_another_cut_is_worth_less() -> None:
    """Of the rest of the shelf, half is the other cut, whose unit then contributes 1.00 less."""
    other = replace(CUT, key="B", product="B", units=0)
    assert promise_of([CUT, other], SOLD, np.eye(2)).taken["A"] == pytest.approx(0.25 * 100 * 350)


def test_what_another_channel_of_the_product_loses_is_counted_off() -> None:
    sold = Range({}, {"A": {"shop": Shelf(50, 50 * 400), "market": Shelf(30, 30 * 200)}})
    assert promise_of([CUT], sold, np.eye(1)).taken["A"] == pytest.approx(ELSEWHERE * 100 * 200)


def test_by_the_prior_a_raise_sends_nothing_back_and_by_data_it_does() -> None:
    raised = replace(CUT, units=-100)
    assert promise_of([raised], SOLD, np.eye(1)).taken["A"] == pytest.approx(-10_000)
    assert promise_of([replace(raised, diversion=CAUTIOUS)], SOLD, np.eye(1)).taken["A"] == 0


@pytest.mark.parametrize(("correlation", "factor"), [(0.0, sqrt(2)), (1.0, 2.0), (0.5, sqrt(3))])
def test_deviations_add_up_by_their_correlation(correlation: float, factor: float) -> None:
    alone = replace(CUT, diversion=Diversion(0.0, 0.0))
    pair = [alone, replace(alone, key="B", product="B")]
    promise = promise_of(pair, Range(), np.array([[1.0, correlation], [correlation, 1.0]]))
    assert promise.value == pytest.approx(20_000)
    assert (promise.high - promise.value, promise.value - promise.low) == pytest.approx((2_000 * factor,) * 2)


def test_the_doubt_of_the_share_taken_widens_the_sum() -> None:
    sure, unsure = (replace(CUT, low=10_000, high=10_000, diversion=Diversion(0.25, error)) for error in (0.0, 0.1))
    assert promise_of([sure], SOLD, np.eye(1)).high == pytest.approx(0)
    assert promise_of([unsure], SOLD, np.eye(1)).high == pytest.approx(Z * 100 * 400 * 0.1)


def test_only_so_many_of_a_channel_are_chosen_the_best_first() -> None:
    free = Diversion(0.0, 0.0)
    gains = {"A": 100, "B": 300, "C": 200}
    changes = [
        replace(CUT, key=key, product=key, gain=gain, low=gain, high=gain, diversion=free)
        for key, gain in gains.items()
    ]
    assert chosen(changes, Range(), {"shop": 2}) == ["B", "C"]
    assert chosen(changes, Range(), {}) == []
    assert chosen([*changes[1:], replace(changes[0], must=True)], Range(), {"shop": 1}) == ["A"]


def test_what_takes_more_than_it_brings_is_not_chosen() -> None:
    poor = replace(CUT, gain=9_000, low=8_000, high=10_000)
    assert chosen([poor], SOLD, {"shop": 3}) == []
    assert chosen([replace(poor, gain=10_001, high=11_000)], SOLD, {"shop": 3}) == ["A"]


def test_the_correlation_is_that_of_the_weeks_halfway_to_the_usual() -> None:
    rng = np.random.default_rng(1)
    common, apart = rng.normal(size=(80, 1)), rng.normal(size=(80, 3))
    units = np.exp(np.cumsum(np.hstack([common, common, apart[:, :1]]), axis=0) * 0.1)
    told = gain_correlation(units)
    assert told[0, 1] == pytest.approx(0.75)
    assert 0.1 < told[0, 2] < 0.4
    assert (np.diag(told) == 1).all()
    assert gain_correlation(units[:5])[0, 1] == 0.5
    assert gain_correlation(np.full((80, 2), np.nan))[0, 1] == 0.5


def test_an_interval_holds_its_value() -> None:
    with pytest.raises(InvalidNumbers):
        replace(CUT, low=11_000)
