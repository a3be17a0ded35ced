"""Contribution margins, and a bridge that adds up to the minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.finance.margins import BookedSales, Contribution, bridge, contribution
from analytics.statistics.errors import InvalidNumbers
from domain.pricing import SaleTerms


def line(product: str, units: int, price: int, cost: int = 0) -> Contribution:
    """Without VAT or fees: `units` at `price`, each with `cost`."""
    return contribution(BookedSales(product, "shop", units, units * price, cost))


def test_vat_fee_returns_discounts_and_costs_come_off() -> None:
    """By hand: 125.00 a unit with 25 % VAT, 10 sold, 50.00 off in all, one sent back and restocked, 10 % fee."""
    terms = SaleTerms(vat_bps=2500, fee_bps=1000)
    trade = BookedSales(
        "tea", "shop", 10, 125_000, 4_000, 5_000, 12_500, restocked_units=1, variable_minor=6_000, terms=terms
    )
    margin = contribution(trade)
    assert (margin.list_net_minor, margin.discounts_net_minor, margin.refunds_net_minor) == (100_000, 4_000, 10_000)
    assert margin.revenue_minor == 86_000
    assert margin.fees_minor == 8_600
    assert margin.cost_minor == 36_000
    assert margin.contribution_minor == 86_000 - 8_600 - 36_000 - 6_000
    assert margin.margin_bps == 4_116


def test_volume_and_mix_are_the_textbooks() -> None:
    """Horngren's form: A leaves 20 a unit, B 5; 100 of each before, 180 and 60 after; contribution a unit unchanged."""
    change = bridge([line("A", 100, 20), line("B", 100, 5)], [line("A", 180, 20), line("B", 60, 5)])
    assert change.effects["volume"] == 40 * 1250 // 100
    assert change.effects["mix"] == (180 - 120) * 20 + (60 - 120) * 5
    assert change.after_minor - change.before_minor == 500 + 900
    assert {effect: amount for effect, amount in change.effects.items() if amount} == {"volume": 500, "mix": 900}


def test_price_and_cost_are_told_apart() -> None:
    change = bridge([line("A", 100, 20, 8)], [line("A", 100, 22, 9)])
    assert (change.effects["price"], change.effects["unit_cost"]) == (200, -100)
    assert change.effects["volume"] == change.effects["mix"] == 0


def test_more_returns_are_not_a_lower_price() -> None:
    after = BookedSales("A", "shop", 100, 2_000, 0, discounts_minor=50, refunds_minor=300, variable_minor=70)
    change = bridge([line("A", 100, 20)], [contribution(after)])
    assert {effect: amount for effect, amount in change.effects.items() if amount} == {
        "returns": -300,
        "discounts": -50,
        "variable_costs": -70,
    }


def test_what_began_and_what_ended_is_neither_volume_nor_price() -> None:
    change = bridge([line("old", 10, 7), line("A", 5, 4)], [line("new", 3, 9), line("A", 5, 4)])
    assert (change.effects["begun"], change.effects["ended"]) == (27, -70)


amounts = st.integers(0, 10**7)
trades = st.builds(
    BookedSales,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["shop", "stand"]),
    st.integers(0, 500),
    amounts,
    st.integers(0, 10**5),
    amounts,
    amounts,
    st.just(0),
    amounts,
    st.builds(SaleTerms, st.integers(0, 3000), st.integers(0, 3000)),
)
periods = st.lists(trades, max_size=6, unique_by=lambda trade: (trade.product, trade.channel))


@given(before=periods, after=periods)
def test_a_bridge_adds_up_to_the_minor_unit(before: list[BookedSales], after: list[BookedSales]) -> None:
    change = bridge(map(contribution, before), map(contribution, after))
    assert change.before_minor + sum(change.effects.values()) == change.after_minor
    for product_line in change.lines:
        assert product_line.before_minor + sum(product_line.effects.values()) == product_line.after_minor
    assert change.before_minor == sum(contribution(trade).contribution_minor for trade in before)


def test_nothing_before_and_after_is_an_empty_bridge() -> None:
    change = bridge([], [])
    assert (change.before_minor, change.after_minor, dict(change.effects)) == (0, 0, {})


@pytest.mark.parametrize(
    "trade",
    [
        BookedSales("a", "shop", -1, 5, 5),
        BookedSales("a", "shop", 1, 2**53 + 1, 5),
        BookedSales("a", "shop", 1, float("nan"), 5),  # type: ignore[arg-type]
        BookedSales("a", "shop", 1, 5, 5, restocked_units=2),
    ],
)
def test_senseless_trades_are_refused(trade: BookedSales) -> None:
    with pytest.raises(InvalidNumbers):
        contribution(trade)


def test_a_product_twice_in_a_channel_is_refused() -> None:
    with pytest.raises(InvalidNumbers):
        bridge([line("A", 1, 1), line("A", 2, 1)], [])
