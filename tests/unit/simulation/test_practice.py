"""The former manager's habits, and the trap in them: prices that answered demand mislead a plain regression."""

from itertools import pairwise

import numpy as np
import pytest

from simulation import practice
from simulation.catalog import CHANNELS, MARKET_A, MARKET_B, PRODUCTS, SHOP, STAND_COUNT, SUPPLIERS
from simulation.draws import Draws
from simulation.expectation import own_elasticity
from simulation.happenings import Day
from simulation.practice import PRICING_WEEKS, Shelf, StandingRule
from simulation.truth import draw_truth
from simulation.world import WEEK, World
from tests.unit.simulation.lives import live, new_world

WEEKS = 52
TRUTH = draw_truth(1)


@pytest.fixture(scope="module")
def histories() -> list[tuple[World, list[Day]]]:
    worlds = [new_world(seed, WEEKS * WEEK) for seed in (1, 2, 3)]
    return [(world, live(world, WEEKS * WEEK)) for world in worlds]


def weekly(lived: list[Day], channel: int) -> tuple[np.ndarray, np.ndarray]:
    """(weeks, P) units sold and list price of an online channel."""
    units = np.array([day.online_units[:, channel] for day in lived]).reshape(WEEKS, WEEK, -1).sum(axis=1)
    price = np.array([day.list_price[:, channel] for day in lived]).reshape(WEEKS, WEEK, -1)[:, 0]
    return units, price


def plain_slopes(units: np.ndarray, price: np.ndarray) -> np.ndarray:
    """(P,) of each product, the slope of log units on log price over the weeks."""
    x, y = np.log(price), np.log(np.maximum(units, 0.5))
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return (x * y).sum(axis=0) / (x * x).sum(axis=0)


@pytest.mark.parametrize(
    "channel",
    [SHOP, MARKET_A, MARKET_B],
    ids=lambda number: CHANNELS[number],
)
def test_a_plain_regression_of_the_past_is_biased_towards_zero(
    histories: list[tuple[World, list[Day]]], channel: int
) -> None:
    estimated, true = [], []
    for world, lived in histories:
        estimated.append(plain_slopes(*weekly(lived, channel)))
        true.append(own_elasticity(world.truth, world.truth.base_price)[:, channel])
    bias = np.concatenate(estimated) - np.concatenate(true)
    assert bias.mean() > 3 * bias.std() / np.sqrt(bias.size)


def test_prices_rise_where_sales_ran_high() -> None:
    price = np.round(TRUTH.base_price * 100).astype(np.int64)
    usual_mood = np.zeros(len(PRODUCTS))
    due = np.arange(len(PRODUCTS)) % PRICING_WEEKS == 0
    usual, up, down = (
        practice.former_prices(TRUTH, Draws(1), 8, price, units)[due]
        for units in (usual_mood, usual_mood + 0.3, usual_mood - 0.3)
    )
    assert (up >= usual).all() and up.sum() > usual.sum()
    assert (down <= usual).all() and down.sum() < usual.sum()


def test_a_quarter_of_the_range_is_looked_at_each_week_and_only_on_mondays(
    histories: list[tuple[World, list[Day]]],
) -> None:
    _, lived = histories[0]
    for before, after in pairwise(lived):
        moved = np.flatnonzero((before.list_price != after.list_price).any(axis=1))
        if after.day % WEEK:
            assert moved.size == 0
        else:
            assert set(moved % PRICING_WEEKS) <= {after.day // WEEK % PRICING_WEEKS}


def test_prices_keep_to_a_fifth_round_the_usual_and_look_like_prices(histories: list[tuple[World, list[Day]]]) -> None:
    for world, lived in histories:
        prices = np.array([day.list_price for day in lived[28::28]])
        assert (np.abs(np.log(prices / 100 / world.truth.base_price)) < 0.25).all()
        assert (prices[:, :, [0, 1, 2, 4]] % 10 == 9).all()
        assert (prices[:, :, 3] % 10 == 0).all()


def test_each_product_is_on_offer_for_ten_days_a_quarter() -> None:
    for quarter in range(4):
        days = np.array([practice.online_deals(Draws(1), 91 * quarter + day) for day in range(91)])
        assert (days.sum(axis=0) == 10).all()
        assert (days == days[:, :, :1]).all()


def days_around_deals(lived: list[Day], width: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """(P,) shop and marketplace units of the days just before a deal and just after it, over all whole deals."""
    sold = np.array([day.online_units.sum(axis=1) for day in lived])
    deal = np.array([day.online_deal[:, 0] for day in lived])
    before, after = np.zeros(len(PRODUCTS)), np.zeros(len(PRODUCTS))
    for product in range(len(PRODUCTS)):
        turns = np.flatnonzero(np.diff(deal[:, product].astype(int))) + 1
        starts = [day for day in turns if deal[day, product]]
        ends = [day for day in turns if not deal[day, product]]
        for start, end in zip(starts, [end for end in ends if not starts or end > starts[0]], strict=False):
            around = [*range(start - width, start), *range(end, end + width)]
            if around[0] < 0 or around[-1] >= len(lived) or deal[around, product].any():
                continue
            before[product] += sold[start - width : start, product].sum()
            after[product] += sold[end : end + width, product].sum()
    return before, after


def test_deals_pull_sales_forward(histories: list[tuple[World, list[Day]]]) -> None:
    before = after = during = usual = 0.0
    for _, lived in histories:
        quiet, dip = days_around_deals(lived)
        before, after = before + quiet.sum(), after + dip.sum()
        deal = np.array([day.online_deal[:, 0] for day in lived])
        sold = np.array([day.online_units.sum(axis=1) for day in lived])
        during += (sold * deal).sum() / deal.sum()
        usual += (sold * ~deal).sum() / (~deal).sum()
    assert during > 1.3 * usual
    assert after < 0.96 * before


def test_each_stand_is_visited_every_two_weeks() -> None:
    calls = np.concatenate([practice.visited(day) for day in range(28)])
    assert (np.bincount(calls, minlength=STAND_COUNT) == 2).all()


def shelf(on_hand: float, under_way: int = 0, weekly_units: float = 70.0) -> Shelf:
    every = np.ones(len(PRODUCTS), dtype=np.int64)
    return Shelf((every * on_hand).astype(np.int64), every * under_way, every * weekly_units, TRUTH.supplier)


def test_the_standing_rule_orders_what_is_missing_and_never_less_than_the_supplier_takes() -> None:
    rule, minimum = StandingRule(), np.array([SUPPLIERS[at].minimum_units for at in TRUTH.supplier])
    assert (rule.orders(shelf(1e6)) == 0).all()
    assert (rule.orders(shelf(0)) >= minimum).all()
    assert (rule.orders(shelf(0, weekly_units=0.1)) == minimum).all()
    assert (rule.orders(shelf(0, under_way=100_000)) == 0).all()
    lead = np.array([supplier.lead_time_days for supplier in SUPPLIERS])[TRUTH.supplier] / WEEK
    assert np.array_equal(rule.orders(shelf(0)), np.ceil(70 * ((lead + 1) * rule.cover + rule.weeks)).clip(minimum))


def test_stands_are_filled_up_with_what_they_carry_only() -> None:
    par = practice.par_levels(TRUTH.stand_range, TRUTH.stand_units)
    assert (par[~TRUTH.stand_range] == 0).all()
    assert (par[TRUTH.stand_range] >= 5).all()
    assert (TRUTH.stand_range.sum(axis=0) == 12).all()
