"""Suppliers: minimum orders, price breaks, lead times around the promise, and nothing for who cannot pay."""

import numpy as np
import pytest

from simulation.books import Books
from simulation.catalog import PRODUCTS, SUPPLIERS
from simulation.draws import Draws
from simulation.happenings import SupplierOrder
from simulation.supply import SupplyLine, broken_price, lead_weeks
from simulation.truth import draw_truth

TRUTH = draw_truth(1)
ONE_EACH = np.ones(len(PRODUCTS), dtype=np.int64)
NO_DELAY = np.zeros(len(SUPPLIERS))
DAYS = 2_000


def open_books(cash: float = 1e6) -> Books:
    return Books(cash, DAYS)


def suppliers(books: Books | None = None, seed: int = 1) -> SupplyLine:
    return SupplyLine(TRUTH, Draws(seed), books or open_books())


def placed(
    here: SupplyLine, day: int = 0, units: np.ndarray = ONE_EACH, delay: np.ndarray = NO_DELAY
) -> list[SupplierOrder]:
    here.order(day, units, TRUTH.unit_cost, delay)
    return here.take_placed()


def supplier_of(order: SupplierOrder) -> int:
    return int(TRUTH.supplier[order.product])


def test_less_than_the_minimum_becomes_the_minimum() -> None:
    for order in placed(suppliers()):
        assert order.units == SUPPLIERS[supplier_of(order)].minimum_units
        assert order.unit_cost == TRUTH.unit_cost[order.product]


def test_what_is_not_wanted_is_not_ordered() -> None:
    units = np.zeros(len(PRODUCTS), dtype=np.int64)
    units[[3, 17]] = 1_000
    assert [(order.product, order.units) for order in placed(suppliers(), units=units)] == [(3, 1_000), (17, 1_000)]


@pytest.mark.parametrize(
    ("quantity", "price"), [(100, 10.0), (299, 10.0), (300, 9.7), (599, 9.7), (600, 9.4), (99_999, 9.4)]
)
def test_many_at_once_are_cheaper(quantity: int, price: float) -> None:
    assert broken_price(10.0, quantity, 100) == price


def test_an_order_is_charged_at_its_price_break() -> None:
    for order in placed(suppliers(), units=ONE_EACH * 2_000):
        assert order.unit_cost == pytest.approx(0.94 * TRUTH.unit_cost[order.product], abs=0.006)


def test_lead_times_vary_round_the_promise_as_far_as_the_supplier_is_unreliable() -> None:
    here, leads = suppliers(), [[] for _ in SUPPLIERS]
    for day in range(200):
        for order in placed(here, day):
            leads[supplier_of(order)].append(order.arrives - order.ordered)
    for number, supplier in enumerate(SUPPLIERS):
        assert np.mean(leads[number]) == pytest.approx(supplier.lead_time_days, rel=0.05)
        spread = np.std(leads[number]) / supplier.lead_time_days
        assert spread == pytest.approx(TRUTH.lead_time_spread[number], rel=0.15)
        assert min(leads[number]) >= 2


def test_what_is_promised_is_the_suppliers_usual_time() -> None:
    for order in placed(suppliers(), day=5):
        assert order.promised - order.ordered == SUPPLIERS[supplier_of(order)].lead_time_days
        assert lead_weeks(TRUTH)[order.product] * 7 == SUPPLIERS[supplier_of(order)].lead_time_days


def test_the_luck_of_a_day_is_the_same_whatever_else_is_ordered() -> None:
    alone, together = suppliers(), suppliers()
    placed(together, day=3)
    quantities = np.zeros(len(PRODUCTS), dtype=np.int64)
    quantities[20] = 500
    (order,) = placed(alone, day=4, units=quantities)
    (same,) = (each for each in placed(together, day=4) if each.product == 20)
    assert order.arrives == same.arrives


def test_nothing_is_sold_to_a_brand_without_cash() -> None:
    broke = suppliers(open_books(-0.01))
    assert placed(broke) == []
    assert broke.under_way().sum() == 0
    assert len(placed(suppliers(open_books(0.0)))) == len(PRODUCTS)


def test_everything_arrives_on_its_day_once_and_is_under_way_until_then() -> None:
    here = suppliers()
    orders = placed(here)
    assert np.array_equal(here.under_way(), [order.units for order in orders])
    arrived = {}
    for day in range(200):
        for order in here.deliver(day):
            assert order.number not in arrived
            arrived[order.number] = day
    assert arrived == {order.number: order.arrives for order in orders}
    assert here.under_way().sum() == 0


def test_bills_fall_due_the_suppliers_terms_after_delivery_and_are_paid_by_the_books() -> None:
    books = open_books(1e6)
    here = suppliers(books)
    orders = {f"goods:{order.number}": order for order in placed(here)}
    assert books.position().payables == 0
    for day in range(300):
        here.deliver(day)
        for bill in here.paid_today(day):
            order = orders.pop(bill.category)
            assert day == order.arrives + SUPPLIERS[supplier_of(order)].terms_days
            assert bill.amount == pytest.approx(order.units * order.unit_cost)
        books.settle(day)
    assert not orders
    assert books.position().payables == pytest.approx(0)
    minimum = np.array([SUPPLIERS[at].minimum_units for at in TRUTH.supplier])
    assert books.cash == pytest.approx(1e6 - (minimum * TRUTH.unit_cost).sum())


def test_a_hold_up_delays_what_is_under_way_from_that_supplier_only() -> None:
    here, extra = suppliers(), np.array([0, 0, 0, 0, 28.0])
    orders = {order.number: order for order in placed(here)}
    here.hold_up(1, extra)
    for day in range(200):
        for order in here.deliver(day):
            before = orders[order.number]
            assert day == before.arrives + (28 if supplier_of(order) == 4 else 0)
            assert order.promised == before.promised


def test_a_delay_adds_to_the_same_luck() -> None:
    usual, late = placed(suppliers()), placed(suppliers(), delay=np.array([10.0, 0, 0, 0, 0]))
    for usual_day, other in zip(usual, late, strict=True):
        assert other.arrives - usual_day.arrives == (10 if supplier_of(usual_day) == 0 else 0)
