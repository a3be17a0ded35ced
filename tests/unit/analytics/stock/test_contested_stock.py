"""Value of a price change while stock limits sales, against sums by hand and simulated days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.contested_stock import Arrival, ChannelSales, ShelfUntilSupply, gain_within_stock
from analytics.stock.lead_time import DemandRate


def certain(units_a_day: float) -> DemandRate:
    return DemandRate(units_a_day, 0.0)


def test_a_shelf_sells_what_it_holds_and_what_comes_in_time() -> None:
    shelf = ShelfUntilSupply(50, [Arrival(10, 30), Arrival(40, 500)], 21, certain(10))
    assert shelf.sold(5) == pytest.approx(50)
    assert shelf.sold(8) == pytest.approx(50), "it is empty from the fifth day on"
    assert shelf.sold(21) == pytest.approx(80), "what came on the tenth day is sold too, what comes later is not"
    assert shelf.sold(5, factor=0.5) == pytest.approx(25)


def test_a_cut_that_sells_what_would_have_sold_out_anyway_gives_money_away() -> None:
    """60 units, 10 a day asked for, nothing more for 21 days: each is sold at 100 less, and then 35 days are free."""
    shelf = ShelfUntilSupply(60, [], 21, certain(10))
    gain = gain_within_stock(shelf, ChannelSales(10, 500), ChannelSales(15, 400), 500, 56)
    assert gain == pytest.approx(60 * (400 - 500) + 35 * (15 * 400 - 10 * 500))


def test_a_raise_of_what_sells_out_anyway_loses_no_sales() -> None:
    shelf = ShelfUntilSupply(60, [], 21, certain(10))
    gain = gain_within_stock(shelf, ChannelSales(10, 500), ChannelSales(8, 600), 500, 21)
    assert gain == pytest.approx(60 * (600 - 500))


def test_what_one_channel_sells_more_of_is_missing_in_the_others() -> None:
    """Of 60 units the channel's part grows from 5/10 to 10/15; the others leave 900 a unit, it leaves 400."""
    shelf = ShelfUntilSupply(60, [], 21, certain(10))
    gain = gain_within_stock(shelf, ChannelSales(5, 500), ChannelSales(10, 400), 900, 21)
    assert gain == pytest.approx(60 * (10 / 15 * 400 + 5 / 15 * 900) - 60 * (0.5 * 500 + 0.5 * 900))


@given(
    usual=st.floats(0.5, 50),
    then=st.floats(0, 50),
    left=st.floats(1, 1_000),
    left_then=st.floats(1, 1_000),
    days=st.floats(1, 200),
    rate=st.floats(0.5, 50),
)
def test_with_stock_to_spare_it_is_the_difference_of_the_contributions(
    usual: float, then: float, left: float, left_then: float, days: float, rate: float
) -> None:
    """Also where the warehouse has not been asked for as much as the channel sells, or for more."""
    shelf = ShelfUntilSupply(1e6, [], 30, certain(rate))
    gain = gain_within_stock(shelf, ChannelSales(usual, left), ChannelSales(then, left_then), 0, days)
    assert gain == pytest.approx(days * (then * left_then - usual * left), rel=1e-6, abs=1e-4)


def test_expected_sales_agree_with_days_played_out() -> None:
    shelf = ShelfUntilSupply(90, [], 14, DemandRate(6.0, 6.0))
    demand = np.random.default_rng(4).poisson(6.0, (40_000, 14)).sum(axis=1)
    assert shelf.sold(14) == pytest.approx(np.minimum(demand, 90).mean(), rel=0.002)


def test_nothing_asked_for_is_no_question() -> None:
    with pytest.raises(InvalidNumbers):
        gain_within_stock(ShelfUntilSupply(10, [], 5, certain(0)), ChannelSales(0, 1), ChannelSales(1, 1), 1, 7)


def test_many_amounts_taken_at_once_sell_as_one_at_a_time() -> None:
    shelf = ShelfUntilSupply(40, [Arrival(5, 12), Arrival(9, 3)], 14, DemandRate(3.0, 5.0, 0.4))
    taken = np.arange(0, 60, 0.75)
    together = shelf.sold_after(taken, 14, 1.2)
    assert together == pytest.approx([shelf.without(units).sold(14, 1.2) for units in taken], rel=1e-12)
    assert (np.diff(together) <= 1e-9).all(), "what is taken is missed"
