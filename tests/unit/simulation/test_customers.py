"""Customers: what they order is what was sold; mails move them for a while, tire them, and drive some away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.catalog import PRODUCTS
from simulation.customers import FIRST_CUSTOMERS, Customers
from simulation.draws import Draws
from simulation.truth import draw_truth
from tests.examples import examples

TRUTH = draw_truth(1)
NOTHING = np.zeros(len(PRODUCTS), dtype=np.int64)
SOME = np.full(len(PRODUCTS), 4, dtype=np.int64)


def customers() -> Customers:
    return Customers(TRUTH, Draws(1))


def mailed_share_that_leaves(each_days: int) -> list[float]:
    """Share of the recipients (0 to 1) that leaves at each of six mails, so many days apart; nobody comes or buys."""
    here, shares = customers(), []
    for number in range(6):
        before = int(here.alive.sum())
        assert here.mail(number * each_days) == before
        shares.append(1 - int(here.alive.sum()) / before)
        here.fatigue *= 0.97**each_days
    return shares


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.integers(0, 40), min_size=len(PRODUCTS), max_size=len(PRODUCTS)))
def test_orders_add_up_to_the_units_sold(sold: list[int]) -> None:
    units = np.array(sold, dtype=np.int64)
    orders = customers().buy(0, units, 1.0)
    assert np.array_equal(np.bincount(orders.product, weights=orders.quantity, minlength=len(PRODUCTS)), units)
    assert (orders.quantity > 0).all()
    lines = list(zip(orders.order, orders.product, strict=True))
    assert len(set(lines)) == len(lines)


def test_an_order_is_one_customers_and_about_two_units() -> None:
    orders = customers().buy(0, SOME, 1.0)
    numbers = np.unique(orders.order)
    assert all(np.unique(orders.customer[orders.order == number]).size == 1 for number in numbers)
    assert 1.7 < SOME.sum() / numbers.size < 2.8


def test_without_sales_there_are_no_orders() -> None:
    orders = customers().buy(0, NOTHING, 1.0)
    assert [part.size for part in (orders.order, orders.customer, orders.product, orders.quantity)] == [0, 0, 0, 0]


def test_only_those_buy_who_are_here_and_those_who_buy_more_often_do() -> None:
    here = customers()
    here.alive[: FIRST_CUSTOMERS // 2] = False
    rates = []
    for day in range(20):
        alive = here.alive.copy()
        orders = here.buy(day, SOME, 1.0)
        assert alive[orders.customer].all()
        rates.append(here.rate[orders.customer].mean())
    assert np.mean(rates) > 1.5 * here.rate[here.alive].mean()


def test_buying_is_what_makes_some_leave() -> None:
    here = customers()
    here.buy(0, NOTHING, 1.0)
    assert here.alive[:FIRST_CUSTOMERS].all()
    orders = here.buy(1, SOME * 10, 1.0)
    left = np.flatnonzero(~here.alive[:FIRST_CUSTOMERS])
    assert 0 < left.size < np.unique(orders.customer).size
    assert np.isin(left, orders.customer).all()


def test_a_mail_lifts_activity_for_some_days_and_then_not() -> None:
    mailed, unmailed = customers(), customers()
    mailed.mail(10)
    unmailed.alive[:] = mailed.alive
    lift = np.array([mailed.activity(day) / unmailed.activity(day) for day in range(10, 25)])
    assert (lift[:7] > 1 + 0.5 * TRUTH.mail_lift).all()
    assert (lift[:7] <= 1 + TRUTH.mail_lift).all()
    assert (lift[7:] == 1).all()


def test_mails_in_a_row_lift_less_and_drive_more_away() -> None:
    often, rarely = mailed_share_that_leaves(2), mailed_share_that_leaves(60)
    assert often[0] == rarely[0] == pytest.approx(TRUTH.mail_leave, rel=0.15)
    assert often[-1] > 3 * rarely[-1]
    assert often == sorted(often)
    assert max(rarely) < 2 * min(rarely)
    tired = customers()
    tired.mail(0)
    fresh_lift = tired.activity(0) / (tired.alive @ tired.rate / tired.rate[:FIRST_CUSTOMERS].sum())
    for day in (1, 2):
        tired.mail(day)
    tired_lift = tired.activity(2) / (tired.alive @ tired.rate / tired.rate[:FIRST_CUSTOMERS].sum())
    assert 1 <= tired_lift < fresh_lift


def test_they_rest_from_mails_with_time() -> None:
    here = customers()
    here.mail(0)
    before = here.fatigue[here.alive].max()
    for day in range(30):
        here.buy(day, NOTHING, 1.0)
    assert here.fatigue.max() < 0.5 * before


def test_newcomers_come_with_advertising_and_are_told_of_once() -> None:
    quiet, loud = customers(), customers()
    assert quiet.newly_known() == (0, FIRST_CUSTOMERS)
    for day in range(100):
        quiet.buy(day, NOTHING, 1.0)
        loud.buy(day, NOTHING, 1.5)
    newcomers, more = (here.count - FIRST_CUSTOMERS for here in (quiet, loud))
    assert newcomers == pytest.approx(900, rel=0.1)
    assert more == pytest.approx(1_350, rel=0.1)
    assert quiet.newly_known() == (FIRST_CUSTOMERS, FIRST_CUSTOMERS + newcomers)
    assert quiet.newly_known() == (quiet.count, quiet.count)
    assert quiet.alive.sum() == quiet.count


def test_a_shop_that_drove_everybody_away_can_still_sell() -> None:
    here = customers()
    here.alive[:] = False
    here.buy(0, SOME, 1.0)
