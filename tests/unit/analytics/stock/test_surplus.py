"""Expected expiry agrees with a simulation that sells the first to expire first."""

import math

import numpy as np
import pytest

from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate
from analytics.stock.surplus import StockBatch, expiring_stock, units_worth_keeping


def test_certain_sales_leave_what_arithmetic_says() -> None:
    """2 a day: by day 10, 20 of 30 are sold; in 5 days more 10 of 12."""
    batches = [StockBatch("late", 12, 15, 100), StockBatch("early", 30, 10, 100)]
    early, late = expiring_stock(batches, DemandRate(2.0, 0.0))
    assert (early.batch, early.expected_units, early.probability_of_any) == ("early", 10, 1)
    assert (late.batch, late.expected_units, late.expected_minor) == ("late", 2, 200)


def test_expected_losses_are_those_of_simulated_sales_first_expiring_first() -> None:
    random = np.random.default_rng(2)
    sizes, ends = (10, 25, 40), (8.0, 20.0, 45.0)
    batches = [StockBatch(str(end), size, end, 50) for size, end in zip(sizes, ends, strict=True)]
    losses = expiring_stock(batches, DemandRate(1.5, 3.0))
    stock = np.tile(np.array(sizes, dtype=float), (60_000, 1))
    since = 0.0
    for place, end in enumerate(ends):
        demand = random.negative_binomial(1.5 * (end - since), 0.5, 60_000).astype(float)
        for batch in range(place, 3):
            taken = np.minimum(demand, stock[:, batch])
            stock[:, batch] -= taken
            demand -= taken
        since = end
    for place, loss in enumerate(losses):
        assert loss.expected_units == pytest.approx(stock[:, place].mean(), abs=0.12)
        assert loss.probability_of_any == pytest.approx(np.mean(stock[:, place] > 0), abs=0.01)
        assert loss.expected_minor == pytest.approx(50 * loss.expected_units, abs=0.5)


def test_a_large_stock_is_laid_on_a_coarser_grid_with_the_same_answer() -> None:
    """One batch: (b - D)+ = b - m + E(D - b)+."""
    rate = DemandRate(100.0, 900.0)
    (loss,) = expiring_stock([StockBatch("a", 6_100, 60, 1)], rate)
    law = rate.over(60)
    assert loss.expected_units == pytest.approx(6_100 - law.mean + float(law.shortage(6_100)), rel=0.02)


def test_an_unsure_rate_makes_loss_likelier() -> None:
    batch = [StockBatch("a", 60, 30, 1)]
    sure, unsure = (expiring_stock(batch, DemandRate(2.5, 2.5, error))[0] for error in (0.0, 0.8))
    assert unsure.expected_units > sure.expected_units


def test_what_has_expired_is_lost_and_what_never_sells_too() -> None:
    gone, still = expiring_stock([StockBatch("a", 5, 0, 10), StockBatch("b", 7, 30, 10)], DemandRate(0.0, 0.0))
    assert (gone.expected_units, gone.expected_minor, still.expected_units) == (5, 50, 7)
    assert expiring_stock([], DemandRate(1, 1)) == []
    assert expiring_stock([StockBatch("a", 0, 5, 1)], DemandRate(1, 1))[0].expected_units == 0


def test_stock_is_worth_keeping_until_holding_eats_what_clearing_loses() -> None:
    """By hand: (10 - 4 + 50 / 100) / (10 * 0.25) = 2.6 years of 200, and half an order of 100: 570."""
    assert units_worth_keeping(200, 10, 4, 0.25, 50, 100) == pytest.approx(570)
    assert units_worth_keeping(200, 10, 500, 0.25) == 0
    assert units_worth_keeping(200, 10, 4, 0.0) is None


def test_keeping_pays_exactly_up_to_that_point() -> None:
    """The last unit kept sells after all others: its holding is then what clearing and buying it again costs."""
    kept = units_worth_keeping(200, 10, 4, 0.25, 0, 1e-9)
    assert kept is not None
    assert 10 * 0.25 * kept / 200 == pytest.approx(10 - 4)


def test_senseless_batches_are_refused() -> None:
    with pytest.raises(InvalidNumbers):
        StockBatch("a", -1, 5, 1)
    with pytest.raises(InvalidNumbers):
        StockBatch("a", 1, math.nan, 1)
    with pytest.raises(InvalidNumbers):
        expiring_stock([StockBatch("a", 1, 5, 1), StockBatch("a", 2, 6, 1)], DemandRate(1, 1))
    with pytest.raises(InvalidNumbers):
        units_worth_keeping(-1, 1, 1, 1)
