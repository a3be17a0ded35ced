"""Dealers: they pay late and some never, send back what they were talked into, and go where the shop undercuts them."""

import numpy as np
import pytest

from simulation.catalog import DEALER_COUNT, REP_COUNT, SHOP
from simulation.dealers import COMMISSION, TERMS_DAYS
from simulation.demand import dealer_demand
from simulation.happenings import Day, DealerOrder
from simulation.world import World
from tests.unit.simulation.lives import happening, live, new_world, opened
from tests.unit.simulation.markets import a_market

DAYS = 400


@pytest.fixture(scope="module")
def world() -> World:
    return new_world(3, 700)


@pytest.fixture(scope="module")
def lived(world: World) -> list[Day]:
    return live(world, DAYS)


@pytest.fixture(scope="module")
def orders(lived: list[Day]) -> list[DealerOrder]:
    return [order for day in lived for order in day.dealer_orders]


def test_each_orders_every_so_many_days_and_never_on_a_weekend(world: World, lived: list[Day]) -> None:
    for dealer in range(DEALER_COUNT):
        days = [day.day for day in lived for order in day.dealer_orders if order.dealer == dealer]
        gaps = np.diff(days)
        assert (gaps >= world.truth.dealer_interval_days[dealer]).all()
        assert np.median(gaps) <= world.truth.dealer_interval_days[dealer] + 2
    assert all(not day.dealer_orders for day in lived if day.date.weekday() >= 5)


def test_an_invoice_is_what_was_delivered_at_the_dealers_price(orders: list[DealerOrder]) -> None:
    assert len({order.number for order in orders}) == len(orders)
    for order in orders:
        assert order.amount == pytest.approx(float(order.units @ order.price))
        assert 0 < order.units.sum() <= order.ordered_units


def test_invoices_are_paid_late_each_once_and_some_never(
    world: World, lived: list[Day], orders: list[DealerOrder]
) -> None:
    paid = {entry.invoice: (day.day, entry.amount) for day in lived for entry in day.paid if entry.invoice}
    assert len(paid) == sum(bool(entry.invoice) for day in lived for entry in day.paid)
    for order in orders:
        if order.number in paid:
            when, amount = paid[order.number]
            assert when >= order.due
            assert amount == pytest.approx(order.amount)
    old = [order for order in orders if order.due < DAYS - 150]
    never = sum(order.number not in paid for order in old)
    assert 0 < never < 0.03 * len(old)


def test_the_late_payers_are_the_ones_that_the_truth_says(
    world: World, lived: list[Day], orders: list[DealerOrder]
) -> None:
    paid = {entry.invoice: day.day for day in lived for entry in day.paid if entry.invoice}
    settled = [order for order in orders if order.number in paid and order.due < DAYS - 150]
    late = [
        np.mean([paid[order.number] - order.due for order in settled if order.dealer == dealer])
        for dealer in range(DEALER_COUNT)
    ]
    assert np.corrcoef(late, world.truth.dealer_lateness_days)[0, 1] > 0.8
    assert np.mean(late) == pytest.approx(world.truth.dealer_lateness_days.mean(), rel=0.25)


def test_invoices_fall_due_after_the_terms(lived: list[Day]) -> None:
    assert {order.due - day.day for day in lived for order in day.dealer_orders} == {TERMS_DAYS}


def test_reps_earn_on_what_their_dealers_order(lived: list[Day], orders: list[DealerOrder]) -> None:
    weeks = lived[: len(lived) // 7 * 7]
    earned = sum(entry.amount for day in weeks for entry in day.expenses if entry.category.startswith("commission:"))
    sold = sum(order.amount for day in weeks for order in day.dealer_orders)
    assert earned == pytest.approx(COMMISSION * sold)


def test_dealers_order_less_as_the_shop_undercuts_them() -> None:
    truth = new_world(1, 7).truth
    dealers, shop = truth.base_price[:, 3], truth.base_price[:, SHOP]
    usual = dealer_demand(truth, a_market(), dealers, shop)
    undercut = dealer_demand(truth, a_market(), dealers, shop * 0.9)
    assert (undercut < usual).all()
    dearer = dealer_demand(truth, a_market(), dealers, shop * 9)
    assert np.array_equal(dearer, dealer_demand(truth, a_market(), dealers, shop * 12))
    expected = 0.9**truth.dealer_parity
    already = np.log(dealers * 1.19 * 1.55 / shop) > 0
    assert np.allclose((undercut / usual)[already], expected)


def test_a_year_of_a_cheap_shop_costs_dealers_orders() -> None:
    def units(shop_factor: float) -> float:
        world = opened(2, 28)
        price = world.list_price.copy()
        price[:, SHOP] = np.round(price[:, SHOP] * shop_factor)
        world.list_price = price
        days = live(world, 120, lambda here: here.order(np.where(here.warehouse.on_hand < 500, 2_000, 0)))
        return sum(order.ordered_units for day in days for order in day.dealer_orders)

    assert units(0.8) < 0.85 * units(1.0)


@pytest.fixture(scope="module")
def inflated() -> tuple[list[Day], list[Day]]:
    """Days of the run without and with a rep who overpromises from day 14 to 43."""
    event = {"kind": "overpromising_rep", "start": 14, "days": 30, "rep": "R2", "inflate_percent": 100}
    schedules = (None, happening({**event, "return_percent": 80}))
    return tuple(live(opened(5, 28, each), 100) for each in schedules)  # type: ignore[return-value]


def test_inflated_orders_are_the_reps_and_come_back_as_credits(inflated: tuple[list[Day], list[Day]]) -> None:
    usual, talked_into = inflated
    theirs = [order for day in talked_into[14:44] for order in day.dealer_orders if order.dealer % REP_COUNT == 1]
    before = [order for day in usual[14:44] for order in day.dealer_orders if order.dealer % REP_COUNT == 1]
    assert sum(order.ordered_units for order in theirs) > 1.8 * sum(order.ordered_units for order in before)
    assert not any(day.credits for day in usual)
    back = {credit.invoice: (day.day, credit) for day in talked_into for credit in day.credits}
    assert set(back) == {order.number for order in theirs}
    for order in theirs:
        when, credit = back[order.number]
        assert when == order.due - TERMS_DAYS + 25
        came_back = np.floor(order.units * 0.5 * 0.8)
        assert np.array_equal(credit.units, np.floor(came_back * 0.7)), "the rest cannot be sold again"
        assert credit.amount == pytest.approx(float(came_back @ order.price))


def test_other_reps_dealers_order_as_they_would_have(inflated: tuple[list[Day], list[Day]]) -> None:
    usual, talked_into = (
        [
            (day.day, order.dealer, order.ordered_units)
            for day in days
            for order in day.dealer_orders
            if order.dealer % REP_COUNT != 1
        ]
        for days in inflated
    )
    assert usual == talked_into


def test_what_came_back_is_not_paid(inflated: tuple[list[Day], list[Day]]) -> None:
    _, talked_into = inflated
    credits = {credit.invoice: credit for day in talked_into for credit in day.credits}
    amounts = {order.number: order.amount for day in talked_into for order in day.dealer_orders}
    paid = {entry.invoice: entry.amount for day in talked_into for entry in day.paid if entry.invoice in credits}
    assert paid
    for invoice, amount in paid.items():
        assert amount == pytest.approx(amounts[invoice] - credits[invoice].amount)
