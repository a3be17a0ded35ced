"""Incremental sales of a campaign are separated from those that would have come anyway, or not reported."""

import numpy as np
import pytest

from analytics.customers.uplift import GroupOutcome, UpliftEstimate, measure_uplift
from analytics.statistics.errors import InvalidNumbers


def group(random: np.random.Generator, customers: int, rate: float, spread: float = 0.5) -> GroupOutcome:
    bought = random.random(customers) < rate
    return GroupOutcome(np.where(bought, 50 * np.exp(random.normal(-(spread**2) / 2, spread, customers)), 0.0))


def measured(seed: int, treated: int, held_out: int, rate: float, lift: float, spread: float = 0.5) -> UpliftEstimate:
    random = np.random.default_rng(seed)
    return measure_uplift(group(random, treated, rate + lift, spread), group(random, held_out, rate, spread))


def test_both_intervals_hold_a_known_uplift_as_often_as_they_say() -> None:
    rates, revenues = [], []
    for seed in range(300):
        uplift = measured(seed, 3_000, 1_000, 0.05, 0.02)
        assert uplift.rate is not None
        assert uplift.revenue is not None
        rates.append(uplift.rate.low <= 0.02 <= uplift.rate.high)
        revenues.append(uplift.revenue.per_customer.low <= 0.02 * 50 <= uplift.revenue.per_customer.high)
    assert 0.85 <= np.mean(rates) <= 0.95
    assert 0.84 <= np.mean(revenues) <= 0.96


def test_heavy_tails_are_held_better_than_by_welch_alone_and_are_named() -> None:
    held, welch, named = [], [], []
    for seed in range(300):
        uplift = measured(seed, 4_500, 500, 0.05, 0.0, spread=1.2)
        if uplift.revenue is None:
            continue
        per_customer = uplift.revenue.per_customer
        held.append(per_customer.low <= 0 <= per_customer.high)
        reach = min(per_customer.high - per_customer.value, per_customer.value - per_customer.low)
        welch.append(abs(per_customer.value) <= reach)
        named.append("skewed" in uplift.revenue_doubts)
    assert np.mean(held) >= np.mean(welch) + 0.01
    assert np.mean(held) > 0.82
    assert np.mean(named) > 0.9


def test_totals_and_those_who_would_have_bought_anyway_add_up() -> None:
    random = np.random.default_rng(1)
    treated, held_out = group(random, 2_000, 0.10), group(random, 1_000, 0.06)
    uplift = measure_uplift(treated, held_out)
    assert uplift.conversions is not None
    assert uplift.anyway is not None
    assert uplift.revenue is not None
    assert uplift.conversions.value + uplift.anyway.value == pytest.approx(treated.buyers)
    assert uplift.anyway.value == pytest.approx(2_000 * held_out.buyers / 1_000)
    assert uplift.revenue.total.value == pytest.approx(treated.revenue.sum() - 2 * held_out.revenue.sum())


def test_groups_may_change_sides() -> None:
    random = np.random.default_rng(2)
    first, second = group(random, 1_000, 0.10), group(random, 1_000, 0.06)
    forward, backward = measure_uplift(first, second), measure_uplift(second, first)
    assert forward.revenue is not None
    assert backward.revenue is not None
    assert backward.revenue.per_customer.low == pytest.approx(-forward.revenue.per_customer.high)


@pytest.mark.parametrize(
    ("treated", "held_out", "reasons"),
    [
        (500, 0, ("no_holdout",)),
        (500, 99, ("holdout_too_small",)),
        (0, 500, ("nobody_treated",)),
        (1, 1, ("treated_too_small", "holdout_too_small")),
    ],
)
def test_it_says_why_an_uplift_cannot_be_measured(treated: int, held_out: int, reasons: tuple[str, ...]) -> None:
    uplift = measure_uplift(GroupOutcome(np.ones(treated)), GroupOutcome(np.ones(held_out)))
    assert (uplift.measurable, uplift.reasons, uplift.rate) == (False, reasons, None)


def test_conversions_are_told_where_revenue_is_not() -> None:
    uplift = measure_uplift(GroupOutcome(np.zeros(400)), GroupOutcome(np.zeros(400)))
    assert uplift.rate is not None
    assert uplift.rate.low < 0 < uplift.rate.high
    assert uplift.revenue is None
    assert uplift.revenue_doubts == ("too_few_buyers",)


def test_one_customer_who_decides_is_named() -> None:
    random = np.random.default_rng(3)
    treated = group(random, 1_000, 0.05)
    whale = GroupOutcome(np.append(treated.revenue, 10 * treated.revenue.sum()))
    uplift = measure_uplift(whale, group(random, 1_000, 0.05))
    assert "one_customer_decides" in uplift.revenue_doubts
    assert uplift.revenue is not None
    assert np.isfinite([uplift.revenue.per_customer.low, uplift.revenue.per_customer.high]).all()


def test_outcomes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        GroupOutcome(np.array([1.0, np.nan]))
    with pytest.raises(InvalidNumbers):
        GroupOutcome(np.ones(3), np.ones(2, dtype=bool))
    with pytest.raises(InvalidNumbers):
        measure_uplift(GroupOutcome(np.ones(200)), GroupOutcome(np.ones(200)), coverage=1.0)
