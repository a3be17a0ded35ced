"""Orders become customers without losing or inventing any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.customers.purchases import CustomerBase, Purchases, customer_base, purchase_gaps
from analytics.statistics.errors import InvalidNumbers
from tests.examples import examples
from tests.unit.analytics.shoppers import base_of, bought

orders = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 60), st.floats(0, 500)), max_size=40)


def test_a_customer_is_repeats_the_latest_of_them_age_and_their_mean_value() -> None:
    base = customer_base(bought((7, 0, 10), (7, 14, 20), (7, 14, 5), (7, 28, 15), (9, 21, 8)), until_day=35)
    assert base.customer.tolist() == [7, 9]
    assert base.repeats.tolist() == [2, 0]
    assert base.last.tolist() == [4, 0]
    assert base.age.tolist() == [5, 2]
    assert base.mean_value.tolist() == [20, 0]
    assert base.silence.tolist() == [1, 2]


def test_what_comes_after_the_day_is_not_known() -> None:
    log = bought((1, 0, 10), (1, 7, 10), (2, 8, 10))
    assert customer_base(log, 7).repeats.tolist() == [1]
    assert len(customer_base(log, -1)) == 0


def test_who_buys_today_has_age_zero() -> None:
    base = customer_base(bought((1, 5, 10)), 5)
    assert (base.age[0], base.repeats[0]) == (0, 0)


@settings(max_examples=examples(40))
@given(orders)
def test_purchase_days_add_up_and_order_does_not_matter(rows: list[tuple[int, int, float]]) -> None:
    log, backwards = bought(*rows), bought(*rows[::-1])
    base, again = customer_base(log, 60), customer_base(backwards, 60)
    assert base.repeats.sum() + len(base) == len({row[:2] for row in rows})
    assert base.repeats.tolist() == again.repeats.tolist()
    assert np.isfinite(base.mean_value).all()


@settings(max_examples=examples(40))
@given(orders)
def test_closed_gaps_are_the_repeats_and_every_customer_has_one_open(rows: list[tuple[int, int, float]]) -> None:
    log = bought(*rows)
    gaps, base = purchase_gaps(log, 60), customer_base(log, 60)
    assert gaps.closed.sum() == base.repeats.sum()
    assert (~gaps.closed).sum() == gaps.first.sum() == len(base)
    assert gaps.length.sum() == pytest.approx(base.age.sum())


@pytest.mark.parametrize(
    ("customer", "day", "amount"),
    [
        ([1, 2], [1], [1.0]),
        ([1], [1], [-5.0]),
        ([1], [1], [np.nan]),
        ([1], [1.5], [1.0]),
        ([1], [np.inf], [1.0]),
        (["a"], [1], [1.0]),
        ([[1]], [[1]], [[1.0]]),
    ],
)
def test_orders_that_cannot_be_are_refused(customer: list, day: list, amount: list) -> None:
    with pytest.raises(InvalidNumbers):
        Purchases(np.array(customer), np.array(day), np.array(amount))


@pytest.mark.parametrize(
    "row", [(1, 5, 4, 9), (1, 0, 4, 9), (0, 2, 4, 0), (-1, 0, 4, 0), (1.5, 2, 4, 9), (1, 2, 4, -9), (1, 2, np.nan, 9)]
)
def test_customers_that_cannot_be_are_refused(row: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidNumbers):
        base_of(row)


def test_a_customer_who_occurs_twice_is_refused() -> None:
    with pytest.raises(InvalidNumbers, match="twice"):
        CustomerBase(np.array([3, 3]), np.zeros(2), np.zeros(2), np.ones(2), np.zeros(2))


def test_a_part_of_the_base_keeps_its_customers_and_its_unit() -> None:
    base = customer_base(bought((7, 0, 10), (7, 14, 20), (9, 21, 8)), until_day=35, unit_days=1)
    part = base.where(base.repeats > 0)
    assert (part.customer.tolist(), part.last.tolist(), part.unit_days) == ([7], [14], 1)
