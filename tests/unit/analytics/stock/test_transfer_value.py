"""Value of a stock transfer, against figures computed by hand."""

import pytest

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.transfer_value import TransferPlace, units_to_move, value_transfer


def test_what_will_not_sell_goes_where_it_is_lacking_and_no_more() -> None:
    slow, fast = TransferPlace(100, 0.5), TransferPlace(20, 1.0)
    assert units_to_move(slow, fast, 56) == 36, "of 72 that will not sell, 36 are lacking"
    assert units_to_move(TransferPlace(50, 0.5), fast, 56) == 22, "only 22 will not sell"
    assert units_to_move(slow, TransferPlace(20, 1.0, on_the_way=30), 56) == 6
    assert units_to_move(slow, TransferPlace(60, 1.0), 56) == 0
    assert units_to_move(TransferPlace(30, 1.0), fast, 56, sellable_days=10) == 20, "ten days before it expires"


def test_units_that_are_surely_sold_bring_their_margin_less_the_transport() -> None:
    transfer = value_transfer(TransferPlace(500, 0.0), TransferPlace(0, 10.0), 30, 700, 2_800, 56)
    assert transfer.value_minor == pytest.approx(30 * 700 - 2_800)
    assert (transfer.low_minor, transfer.high_minor) == (transfer.value_minor, transfer.value_minor)


def test_what_the_source_would_have_sold_is_taken_off() -> None:
    transfer = value_transfer(TransferPlace(30, 10.0), TransferPlace(0, 10.0), 30, 700, 2_800, 56)
    assert transfer.value_minor == pytest.approx(-2_800), "sold here instead of there"


def test_units_that_may_not_sell_bring_less_and_less_surely() -> None:
    transfer = value_transfer(TransferPlace(500, 0.0), TransferPlace(50, 1.0), 20, 700, 1_000, 56)
    assert 0 < transfer.extra_units < 20
    assert transfer.low_minor < transfer.value_minor < transfer.high_minor


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        value_transfer(TransferPlace(5, 0.0), TransferPlace(0, 1.0), -1, 700, 0, 56)
