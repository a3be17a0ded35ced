"""The order is the least costly one that is allowed, and says what decided."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.order_quantity import (
    OrderLimits,
    PriceTier,
    SupplyTerms,
    economic_order_quantity,
    order_quantity,
)

PENCILS = SupplyTerms((PriceTier(1, 2.0),), order_cost_minor=12)
BAGS = SupplyTerms((PriceTier(1, 0.30), PriceTier(500, 0.29), PriceTier(1_000, 0.28)), order_cost_minor=8)


def test_the_pencils_of_the_textbook() -> None:
    """Nahmias & Olsen 2015, section 4.5: 3120 pencils a year at 2 cents, 12 dollars an order, 25 %: 3870."""
    assert economic_order_quantity(3_120, 12, 0.25 * 0.02) == pytest.approx(3_870, abs=1)


def test_the_all_units_discount_of_the_textbook() -> None:
    """Nahmias & Olsen 2015, section 4.7: 600 bags a year, 8 dollars an order, 20 %: 500 bags for 198.10 a year.

    By hand: at 0.30 the economic 400 cost 180 + 12 + 12 = 204; 500 at 0.29 174 + 9.6 + 14.5 = 198.1; 1000 at 0.28
    168 + 4.8 + 28 = 200.8.
    """
    free = SupplyTerms(BAGS.tiers, BAGS.order_cost_minor)
    order = order_quantity(600, free, 0.20)
    assert (order.units, order.unit_cost_minor, order.reasons) == (500, 0.29, ("price_break",))
    assert order.yearly_cost_minor == pytest.approx(198.1)
    assert order_quantity(600, SupplyTerms((PriceTier(1, 0.30),), 8), 0.20).units == 400


def test_each_limit_says_that_it_decided() -> None:
    def reasons(limits: OrderLimits = OrderLimits(), **terms: int) -> tuple[int, tuple[str, ...]]:
        supply = SupplyTerms(PENCILS.tiers, 12, terms.get("minimum", 1), terms.get("pack", 1))
        order = order_quantity(1_200, supply, 0.25, limits=limits)
        return order.units, order.reasons

    assert reasons() == (240, ("economic",))
    assert reasons(minimum=300) == (300, ("minimum",))
    assert reasons(pack=100) == (200, ("pack",))
    assert reasons(OrderLimits(sellable_units=150)) == (150, ("shelf_life",))
    assert reasons(OrderLimits(cash_minor=200)) == (100, ("cash",))
    assert reasons(OrderLimits(sellable_units=150, cash_minor=200)) == (100, ("cash",))
    assert reasons(OrderLimits(sellable_units=250, cash_minor=600)) == (240, ("economic",))


def test_no_more_than_a_year_is_ordered_unless_the_minimum_asks_for_it() -> None:
    assert order_quantity(100, SupplyTerms((PriceTier(1, 0.1),), 1_000), 0.2).reasons == ("one_year",)
    assert order_quantity(100, SupplyTerms((PriceTier(1, 0.1),), 1_000), 0.0).units == 100
    assert order_quantity(100, SupplyTerms((PriceTier(1, 0.1),), 1_000, minimum_units=250), 0.2).units == 250


def test_a_minimum_above_what_sells_in_time_or_what_cash_buys_is_told_and_nothing_ordered() -> None:
    supply = SupplyTerms(PENCILS.tiers, 12, minimum_units=300)
    spoiled = order_quantity(1_200, supply, 0.25, limits=OrderLimits(sellable_units=200))
    assert (spoiled.units, spoiled.reasons) == (0, ("minimum_above_shelf_life",))
    broke = order_quantity(1_200, supply, 0.25, limits=OrderLimits(cash_minor=599))
    assert (broke.units, broke.reasons) == (0, ("minimum_above_cash",))


def test_what_is_needed_is_ordered_as_far_as_limits_allow() -> None:
    assert order_quantity(1_200, PENCILS, 0.25, needed_units=500).units == 500
    cut = order_quantity(1_200, PENCILS, 0.25, needed_units=500, limits=OrderLimits(sellable_units=350))
    assert (cut.units, cut.reasons) == (350, ("shelf_life",))


def test_cash_that_reaches_a_price_break_buys_more() -> None:
    """At 1.00 cash buys 99, at 0.50 from 100 on it buys 198."""
    supply = SupplyTerms((PriceTier(1, 1.0), PriceTier(100, 0.5)), 50)
    assert order_quantity(1_000, supply, 0.2, limits=OrderLimits(cash_minor=99)).units == 198


def test_no_demand_is_no_order() -> None:
    assert order_quantity(0, BAGS, 0.2).reasons == ("no_demand",)


@given(
    demand=st.integers(1, 3_000),
    fixed=st.floats(0, 200),
    holding=st.floats(0.01, 1),
    minimum=st.integers(1, 150),
    pack=st.integers(1, 12),
    breaks=st.lists(st.integers(2, 900), max_size=3, unique=True),
    sellable=st.none() | st.integers(0, 800),
    cash=st.none() | st.floats(0, 900),
)
def test_no_allowed_order_costs_less(
    demand: int,
    fixed: float,
    holding: float,
    minimum: int,
    pack: int,
    breaks: list[int],
    sellable: int | None,
    cash: float | None,
) -> None:
    starts = [1, *sorted(breaks)]
    supply = SupplyTerms(tuple(PriceTier(s, 1.0 - 0.05 * i) for i, s in enumerate(starts)), fixed, minimum, pack)
    order = order_quantity(demand, supply, holding, limits=OrderLimits(sellable, cash))
    year = max(supply.smallest_order, demand // pack * pack)
    costs = {
        units: demand * (c := supply.unit_cost_minor(units)) + fixed * demand / units + holding * c * units / 2
        for units in range(supply.smallest_order, year + 1, pack)
        if (sellable is None or units <= sellable) and (cash is None or units * supply.unit_cost_minor(units) <= cash)
    }
    if not costs:
        assert order.units == 0
        assert order.reasons[0].startswith("minimum_above")
    else:
        assert order.units in costs
        assert costs[order.units] <= min(costs.values()) * (1 + 1e-9)


def test_senseless_terms_are_refused() -> None:
    for tiers in ((), (PriceTier(5, 1.0),), (PriceTier(1, 0.0),), (PriceTier(1, 1.0), PriceTier(1, 0.9))):
        with pytest.raises(InvalidNumbers):
            SupplyTerms(tiers)
    with pytest.raises(InvalidNumbers):
        SupplyTerms((PriceTier(1, math.nan),))
    with pytest.raises(InvalidNumbers):
        order_quantity(-1, BAGS, 0.2)
    with pytest.raises(InvalidNumbers):
        order_quantity(1, BAGS, math.inf)
    with pytest.raises(InvalidNumbers):
        economic_order_quantity(10, 10, 0)
