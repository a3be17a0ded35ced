"""An order is advised when it earns more now than a review later, and what it earns is what comes of it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw
from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.order_quantity import PriceTier, SupplyTerms, order_quantity
from analytics.stock.reorder_plan import StockedProduct, StockTerms, plan_replenishment
from analytics.stock.replenishment import HOLDING_OFF, StockPosition, advise_order, gain_of_ordering_now, gain_together
from analytics.stock.review_outlook import look_ahead
from analytics.stock.service_levels import ServiceTarget
from tests.examples import examples

SUPPLY = SupplyTerms((PriceTier(1, 1_000.0),), order_cost_minor=5_000)
SOAP = StockedProduct(DemandRate(3.0, 6.0, 0.2), LeadTime(21, 5, 8, 20), SUPPLY, StockTerms(2_500, 0.25))


def test_quantity_and_reorder_point_are_found_in_turn_as_in_the_textbook() -> None:
    """Nahmias & Olsen 2015, section 5.4: mustard at 10, K 50, 20 %, a jar short costs 25, N(100, 25) in half a year.

    By hand: Q 100, R with P(D > R) = 2 Q / 25 d = 0.04; then Q = sqrt(2 d (50 + 25 n(R)) / 2) = 110, 111 and
    P = 0.0444, z 1.70, R 143.
    """
    law, supply, units, point = DemandLaw(100, 25, "normal"), SupplyTerms((PriceTier(1, 10.0),), 50), 100, 0.0
    for _ in range(3):
        point = law.quantile(1 - 2 * units / (25 * 200))
        units = order_quantity(200, supply, 0.20, shortage_minor_per_cycle=25 * float(law.shortage(point))).units
    assert units == 111
    assert point == pytest.approx(143, abs=0.5)


def test_the_advice_changes_at_the_reorder_point() -> None:
    plan = plan_replenishment(SOAP)
    above = advise_order(SOAP, StockPosition(plan.reorder_point + 1), plan=plan)
    below = advise_order(SOAP, StockPosition(plan.reorder_point - 5, 8, 3), plan=plan)
    assert (above.decision, above.units, above.reasons[0]) == ("wait", 0, "above_reorder_point")
    assert below.decision == "order"
    assert below.units == plan.quantity.units
    assert above.gain is not None
    assert below.gain is not None
    assert above.gain.value_minor <= 0 < below.gain.value_minor
    assert above.stock_out_with < above.stock_out_without < below.stock_out_without


@pytest.mark.parametrize("position", [0, 30, 60, 90])
def test_units_saved_are_those_of_simulated_weeks(position: int) -> None:
    """Gamma rate and lead time, Poisson demand; what is short is lost."""
    product = replace(SOAP, rate=DemandRate(3.0, 3.0, 0.6))
    random = np.random.default_rng(4)
    rate, lead = random.gamma(25, 3 / 25, 300_000), random.gamma((21 / 5) ** 2, 25 / 21, 300_000)
    left = np.maximum(position - random.poisson(rate * lead), 0)
    demand = random.poisson(rate * 7)
    saved = np.minimum(np.maximum(demand - left, 0), 15)
    outlook = look_ahead(position, product.rate, product.lead, 7)
    assert outlook.units_saved(15) == pytest.approx(saved.mean(), abs=0.12)
    for probability in (0.1, 0.5, 0.9):
        assert abs(outlook.saved_quantile(15, probability) - np.quantile(saved, probability)) <= 1
    assert outlook.stock_out() == pytest.approx(np.mean((left == 0) | (demand > left)), abs=0.025)


def test_an_empty_shelf_loses_the_profit_of_a_review() -> None:
    """R times the profit rate: 7 (d (m - K / Q) - h Q / 2), as waiting puts all off by a review."""
    rate = DemandRate(3.0, 3.0)
    product = StockedProduct(rate, LeadTime(14), SUPPLY, StockTerms(2_500, 0.25))
    profit = 3 * (1_500 - 5_000 / 200) - 1_000 * 0.25 / 365 * 200 / 2
    assert gain_of_ordering_now(product, StockPosition(0), 200).value_minor == pytest.approx(7 * profit, abs=2)


@pytest.mark.parametrize("position", [20, 55])
def test_the_gain_is_what_two_simulated_shops_differ_by(position: int) -> None:
    """The same customers in both; one orders now, one a week later; then both by the plan for two years."""
    product = StockedProduct(DemandRate(3.0, 3.0), LeadTime(14), SUPPLY, StockTerms(2_500, 0.25))
    plan = plan_replenishment(product)
    gain = gain_of_ordering_now(product, StockPosition(position), plan.quantity.units)
    demand = np.random.default_rng(6).poisson(3.0, (728, 3_000))
    now, later = (_profit(product, position, plan.quantity.units, wait, demand) for wait in (0, 7))
    assert (now - later).mean() == pytest.approx(gain.value_minor, abs=0.04 * 21 * 1_500)


def test_the_interval_holds_what_is_saved_as_often_as_it_says() -> None:
    random = np.random.default_rng(12)
    gain = gain_of_ordering_now(SOAP, StockPosition(55), 100, coverage=0.80)
    rate = np.maximum(random.normal(3.0, 0.2, 100_000), 0.1)
    lead = random.gamma((21 / 5) ** 2, 25 / 21, 100_000)
    left = np.maximum(55 - random.negative_binomial(rate * lead, 0.5), 0)
    saved = np.minimum(np.maximum(random.negative_binomial(rate * 7, 0.5) - left, 0), 100)
    holding = 1_000 * 0.25 / 365
    gains = saved * (1_500 - 50 + holding * 100 / 6) - holding * 7 * 100
    held = np.mean((gains >= gain.low_minor - 1) & (gains <= gain.high_minor + 1))
    assert 0.78 <= held <= 0.90
    assert gain.value_minor == pytest.approx(gains.mean(), rel=0.02)


def test_money_decides_better_than_any_other_reorder_point() -> None:
    """By simulation, the plan's cost is within two percent of the best of a grid round it."""
    product = StockedProduct(DemandRate(3.0, 6.0), LeadTime(14), SUPPLY, StockTerms(2_500, 0.25))
    plan = plan_replenishment(product)
    points = np.arange(plan.reorder_point - 30, plan.reorder_point + 31, 5)
    demand = np.random.default_rng(7).negative_binomial(3.0, 0.5, (728, 400))
    costs = [_cost(product, int(point), plan.quantity.units, demand).mean() for point in points]
    assert costs[6] <= 1.02 * min(costs)


def test_stock_short_of_the_point_is_filled_up_to_the_level() -> None:
    plan = plan_replenishment(SOAP)
    advice = advise_order(SOAP, StockPosition(plan.reorder_point - 30), plan=plan)
    assert plan.quantity.units < advice.units <= plan.quantity.units + 30
    assert "need" in advice.reasons


def test_no_demand_is_never_ordered_and_all_of_it_too_much() -> None:
    advice = advise_order(replace(SOAP, rate=DemandRate(0, 0)), StockPosition(40))
    assert (advice.decision, advice.units, advice.cover_days, advice.excess_units) == ("wait", 0, None, 40)
    assert {"no_demand", "slow_mover", "more_stock_than_needed"} <= set(advice.reasons)


def test_no_margin_is_never_ordered() -> None:
    for revenue in (1_000, 600):
        advice = advise_order(replace(SOAP, terms=StockTerms(revenue, 0.25)), StockPosition(0))
        assert (advice.decision, advice.units, advice.reasons[0]) == ("wait", 0, "no_margin")


def test_a_minimum_that_cannot_sell_before_it_expires_is_refused_with_the_reason() -> None:
    supply = SupplyTerms(SUPPLY.tiers, 5_000, minimum_units=500)
    advice = advise_order(
        replace(SOAP, supply=supply, terms=StockTerms(2_500, 0.25, shelf_life_days=60)), StockPosition(0)
    )
    assert (advice.decision, advice.units, advice.gain) == ("impossible", 0, None)
    assert "minimum_above_shelf_life" in advice.reasons


def test_no_more_is_ordered_than_sells_before_it_expires() -> None:
    product = replace(SOAP, terms=StockTerms(2_500, 0.25, shelf_life_days=40, sell_out_probability=0.95))
    advice = advise_order(product, StockPosition(20))
    assert advice.decision == "order"
    assert "shelf_life" in advice.reasons
    assert product.rate.over(61, 5).more_than(advice.units + 20 - 1) >= 0.95
    assert product.rate.over(40).more_than(advice.units - 1) >= 0.95


def test_cash_cuts_the_order_and_says_so() -> None:
    cut = advise_order(replace(SOAP, terms=StockTerms(2_500, 0.25, cash_minor=50_000)), StockPosition(10))
    assert (cut.decision, cut.units) == ("order", 50)
    assert "cash" in cut.reasons
    none = advise_order(replace(SOAP, terms=StockTerms(2_500, 0.25, cash_minor=10)), StockPosition(10))
    assert (none.decision, none.reasons[0]) == ("impossible", "minimum_above_cash")


def test_a_minimum_of_years_does_not_pay_to_stock() -> None:
    slow = StockedProduct(
        DemandRate(0.01, 0.01), LeadTime(20), SupplyTerms(SUPPLY.tiers, 0, minimum_units=60), StockTerms(1_400, 0.25)
    )
    advice = advise_order(slow, StockPosition(0))
    assert (advice.decision, advice.reorder_point) == ("wait", -1)
    assert "never_pays_to_stock" in advice.reasons


def test_a_service_above_what_pays_is_served_and_called_a_loss() -> None:
    plan = plan_replenishment(SOAP, ServiceTarget("cycle_service", 0.9999))
    advice = advise_order(
        SOAP, StockPosition(plan.reorder_point), service=ServiceTarget("cycle_service", 0.9999), plan=plan
    )
    assert advice.decision == "order"
    assert "loses_money_but_service_asks_for_it" in advice.reasons


def test_too_much_and_slow_stock_is_flagged_and_an_assumed_lead_time_told() -> None:
    advice = advise_order(replace(SOAP, lead=LeadTime(20, 6, assumed=True)), StockPosition(900))
    assert {"more_stock_than_needed", "slow_mover", "lead_time_is_assumed"} <= set(advice.reasons)
    assert advice.cover_days == 300
    assert advice.excess_units == 900 - advice.order_up_to


def test_certain_demand_and_lead_time_order_when_a_review_would_be_short() -> None:
    sure = StockedProduct(DemandRate(3.0, 0.0), LeadTime(14), SUPPLY, StockTerms(2_500, 0.25))
    plan = plan_replenishment(sure)
    assert plan.reorder_point == 62
    assert advise_order(sure, StockPosition(63), plan=plan).stock_out_without == 0


def test_goods_that_come_at_once_need_only_a_review_of_stock() -> None:
    plan = plan_replenishment(replace(SOAP, lead=LeadTime(0)))
    assert 0 < plan.reorder_point < SOAP.rate.over(7).quantile(0.9999)


def test_stock_owed_is_ordered_for() -> None:
    owed = advise_order(SOAP, StockPosition(0, 0, 25))
    empty = advise_order(SOAP, StockPosition(0))
    assert owed.units == empty.units + 25
    assert owed.stock_out_without == pytest.approx(1)


@settings(max_examples=examples(60), deadline=None)
@given(
    rate=st.floats(0, 1e4),
    ratio=st.floats(0, 30),
    error=st.floats(0, 2),
    lead=st.floats(0, 300),
    spread=st.floats(0, 2),
    cost=st.floats(0.01, 1e7),
    markup=st.floats(0, 5),
    holding=st.floats(0, 3),
    fixed=st.floats(0, 1e6),
    minimum=st.integers(1, 10**6),
    shelf=st.none() | st.floats(0, 1_000),
    stock=st.floats(0, 1e6),
)
def test_whatever_comes_the_advice_holds_numbers_and_keeps_the_terms(
    rate: float,
    ratio: float,
    error: float,
    lead: float,
    spread: float,
    cost: float,
    markup: float,
    holding: float,
    fixed: float,
    minimum: int,
    shelf: float | None,
    stock: float,
) -> None:
    product = StockedProduct(
        DemandRate(rate, rate * ratio, rate * error),
        LeadTime(lead, lead * spread),
        SupplyTerms((PriceTier(1, cost),), fixed, minimum, 6),
        StockTerms(cost * markup, holding, shelf),
    )
    advice = advise_order(product, StockPosition(stock))
    numbers = [advice.safety_stock, advice.stock_out_with, advice.stock_out_without, advice.excess_units]
    assert all(math.isfinite(number) for number in numbers)
    assert advice.stock_out_with <= advice.stock_out_without + 1e-9
    assert advice.units == 0 or advice.units >= minimum
    assert advice.units % 6 == 0
    assert (advice.units > 0) == (advice.decision == "order")
    if advice.gain is not None:
        assert advice.gain.low_minor <= advice.gain.value_minor <= advice.gain.high_minor
        assert advice.decision != "order" or advice.gain.value_minor > 0


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf, 1e13])
def test_senseless_numbers_are_refused(bad: float) -> None:
    for wrong in (
        lambda: StockPosition(bad),
        lambda: StockTerms(bad, 0.2),
        lambda: StockTerms(5, 0.2, shelf_life_days=bad),
        lambda: replace(SOAP, review_days=bad),
        lambda: replace(SOAP, review_days=0),
        lambda: gain_of_ordering_now(SOAP, StockPosition(5), 0),
        lambda: advise_order(SOAP, StockPosition(5), coverage=bad),
    ):
        with pytest.raises(InvalidNumbers):
            wrong()


def _profit(product: StockedProduct, stock: int, first: int, wait: int, demand: np.ndarray) -> np.ndarray:
    """Margin less holding and order cost; stock left at the end at its cost and its share of an order's."""
    plan, lead = plan_replenishment(product), 14
    chains = demand.shape[1]
    on_hand, way, profit = np.full(chains, float(stock)), np.zeros(chains), np.zeros(chains)
    arriving = np.zeros((len(demand) + lead + 1, chains))
    for day, day_demand in enumerate(demand):
        on_hand, way = on_hand + arriving[day], way - arriving[day]
        ordered = np.zeros(chains)
        if day == wait:
            ordered[:] = first
        elif day % 7 == 0 and day > 7:
            ordered = np.where(on_hand + way <= plan.reorder_point, plan.quantity.units, 0.0)
        arriving[day + lead] += ordered
        way = way + ordered
        sold = np.minimum(day_demand, on_hand)
        on_hand = on_hand - sold
        profit += sold * 1_500 - on_hand * 1_000 * 0.25 / 365 - (ordered > 0) * 5_000
    return profit + (on_hand + way) * 5_000 / plan.quantity.units


def _cost(product: StockedProduct, point: int, quantity: int, demand: np.ndarray) -> np.ndarray:
    """Holding, order cost and lost margin when `quantity` is ordered at or below `point`."""
    lead, chains = 14, demand.shape[1]
    on_hand, way, cost = np.full(chains, float(point + quantity / 2)), np.zeros(chains), np.zeros(chains)
    arriving = np.zeros((len(demand) + lead + 1, chains))
    for day, day_demand in enumerate(demand):
        on_hand, way = on_hand + arriving[day], way - arriving[day]
        ordered = np.where((on_hand + way <= point) & (day % 7 == 0), float(quantity), 0.0)
        arriving[day + lead] += ordered
        way = way + ordered
        sold = np.minimum(day_demand, on_hand)
        on_hand = on_hand - sold
        cost += (day_demand - sold) * 1_500 + on_hand * 1_000 * 0.25 / 365 + (ordered > 0) * 5_000
    return cost


def test_what_several_orders_bring_together_is_their_sum_in_a_simulated_world() -> None:
    """Three products, each short once in a while: the ends hold four draws in five."""
    rng = np.random.default_rng(3)
    gains, drawn = [], np.zeros(40_000)
    for seed, position in enumerate((60.0, 75.0, 90.0)):
        product = replace(SOAP, rate=DemandRate(3.0, 6.0, 0.0))
        gain = gain_of_ordering_now(product, StockPosition(position), 80)
        assert gain.law is not None
        money, chances = gain.law.cells()
        assert chances.sum() == pytest.approx(1.0)
        assert float(money @ chances) == pytest.approx(gain.value_minor, rel=0.04, abs=20), seed
        gains.append(gain)
        drawn += rng.choice(money, size=len(drawn), p=chances / chances.sum())
    value, low, high = gain_together(gains)
    off = HOLDING_OFF * sum(gain.law.longer for gain in gains if gain.law)
    held = ((drawn >= low) & (drawn <= high)).mean()
    assert value == pytest.approx(drawn.mean(), rel=0.05)
    assert held >= 0.79
    assert low + off == pytest.approx(np.quantile(drawn, 0.1), abs=0.01 * np.ptp(drawn))
    assert high - off == pytest.approx(np.quantile(drawn, 0.9), abs=0.02 * np.ptp(drawn))


def test_where_most_orders_save_nothing_the_low_end_is_what_holding_costs() -> None:
    plenty = [gain_of_ordering_now(SOAP, StockPosition(200.0), 50) for _ in range(4)]
    _, low, _ = gain_together(plenty)
    longer = sum(gain.law.longer for gain in plenty if gain.law)
    assert low == round(-(1 + HOLDING_OFF) * longer)


def test_the_law_of_every_gain_is_needed() -> None:
    gain = replace(gain_of_ordering_now(SOAP, StockPosition(60.0), 80), law=None)
    with pytest.raises(InvalidNumbers):
        gain_together([gain])
