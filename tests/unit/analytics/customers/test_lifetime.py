"""Customers are worth what they will bring, less for waiting."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.customers.buying_fit import fit_buying
from analytics.customers.lifetime import ValueTerms, lifetime_values
from analytics.customers.order_value import fit_spending
from analytics.statistics.errors import InvalidNumbers, NotIdentified
from tests.unit.analytics.shoppers import base_of, world

TERMS = ValueTerms(horizon=26, margin_share=0.4, yearly_discount_rate=0.10)


def test_the_total_is_held_as_often_as_it_says_in_a_simulated_world() -> None:
    held = []
    for seed in range(20):
        population = world(seed, 600)
        values = lifetime_values(
            fit_buying(population.base),
            fit_spending(population.base),
            population.base,
            replace(TERMS, yearly_discount_rate=0.0),
        )
        assert values.low is not None
        assert values.high is not None
        held.append(values.low <= 0.4 * population.later_spend.sum() <= values.high)
    assert 0.55 <= np.mean(held) <= 0.97


def test_without_discount_it_is_margin_times_order_times_purchases() -> None:
    base = world(0, 500).base
    buying, spending = fit_buying(base), fit_spending(base)
    values = lifetime_values(buying, spending, base, replace(TERMS, yearly_discount_rate=0.0))
    purchases = buying.needed_model.expected_purchases(base, 26)
    assert values.value == pytest.approx(0.4 * purchases * spending.needed_model.expected_value(base))
    assert values.total == pytest.approx(values.value.sum())


def test_waiting_lowers_value_and_slices_hardly_matter() -> None:
    base = world(0, 500).base
    buying, spending = fit_buying(base), fit_spending(base)
    year = replace(TERMS, horizon=52.0)
    totals = [
        lifetime_values(buying, spending, base, terms).total
        for terms in (replace(year, yearly_discount_rate=0.0), year, replace(year, slices=365))
    ]
    assert 1 / 1.1 < totals[1] / totals[0] < 1
    assert totals[2] == pytest.approx(totals[1], rel=1e-4)


def test_a_lost_margin_is_a_loss_with_its_interval() -> None:
    base = world(0, 500).base
    values = lifetime_values(fit_buying(base), fit_spending(base), base, replace(TERMS, margin_share=-0.1))
    assert values.low is not None
    assert values.high is not None
    assert values.low < values.total < values.high < 0


def test_nobody_is_worth_nothing() -> None:
    base = world(0, 500).base
    values = lifetime_values(fit_buying(base), fit_spending(base), base_of(), TERMS)
    assert (values.total, values.low) == (0, None)


def test_without_a_model_there_is_no_value() -> None:
    base = base_of(*[(0, 0, 9, 0)] * 50)
    with pytest.raises(NotIdentified):
        lifetime_values(fit_buying(base), fit_spending(base), base, TERMS)


@pytest.mark.parametrize("bad", [{"horizon": 0}, {"margin_share": 2}, {"yearly_discount_rate": -1}, {"slices": 0}])
def test_terms_that_make_no_sense_are_refused(bad: dict) -> None:
    with pytest.raises(InvalidNumbers):
        replace(TERMS, **bad)
    with pytest.raises(InvalidNumbers):
        replace(TERMS, horizon=float("nan"))
