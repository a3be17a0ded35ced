"""Demand: what a price does to its own product, to its neighbours and to nobody else; rivals, buy-box, deals, ads."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulation.catalog import CATEGORIES, CHANNELS, MARKET_A, MARKET_B, PRODUCTS, SHOP, STANDS
from simulation.demand import Market, buy_box, dealer_demand, online_demand, season, stand_demand
from simulation.expectation import expected_week, own_elasticity
from simulation.truth import draw_truth
from simulation.world import World
from tests.unit.simulation.lives import live, opened
from tests.unit.simulation.markets import a_market

TRUTH = draw_truth(1)
STEP = 0.05
NO_GAP = np.zeros(1)


def priced(channel: int, product: int, log_change: float) -> Market:
    """The market with one product's price in one channel away from the reference."""
    market = a_market()
    change = np.zeros_like(market.list_price)
    change[product, channel] = log_change
    return replace(
        market,
        list_price=change,
        online_price=change[:, :3],
        stand_price=np.repeat(change[:, STANDS][:, None], market.stand_price.shape[1], axis=1),
    )


def units(channel: int, market: Market) -> np.ndarray:
    """(P,) what is wanted in a channel."""
    if channel < 3:
        return online_demand(TRUTH, market)[:, channel]
    if channel == STANDS:
        return stand_demand(TRUTH, market).sum(axis=1)
    price = np.exp(market.list_price[:, 3]) * TRUTH.base_price[:, 3]
    return dealer_demand(TRUTH, market, price, TRUTH.base_price[:, SHOP]).sum(axis=1)


@pytest.mark.parametrize("channel", range(len(CHANNELS)), ids=CHANNELS)
def test_ones_own_price_lowers_demand_with_the_elasticity_that_the_oracle_is_told(channel: int) -> None:
    said = own_elasticity(TRUTH, TRUTH.base_price, STEP)[:, channel]
    for product in range(len(PRODUCTS)):
        up, down = (units(channel, priced(channel, product, move))[product] for move in (STEP, -STEP))
        assert np.log(up / down) / (2 * STEP) == pytest.approx(said[product], abs=1e-9)
    assert (said < 0).all()


def test_in_the_shop_it_is_the_truths_own_number_and_at_marketplace_a_the_buy_box_comes_on_top() -> None:
    said = own_elasticity(TRUTH, TRUTH.base_price)
    for channel in (SHOP, MARKET_B, STANDS):
        assert np.allclose(said[:, channel], TRUTH.elasticity[:, channel])
    assert (said[:, MARKET_A] < TRUTH.elasticity[:, MARKET_A]).all()


@pytest.mark.parametrize("channel", [SHOP, MARKET_B, STANDS], ids=lambda number: CHANNELS[number])
def test_a_dearer_product_sends_customers_to_its_neighbours_and_to_nobody_else(channel: int) -> None:
    usual = units(channel, a_market())
    for product in (0, 10, 20, 33, 39):
        gain = np.log(units(channel, priced(channel, product, STEP)) / usual) / STEP
        same = TRUTH.category == TRUTH.category[product]
        same[product] = False
        assert (gain[same] > 0).all()
        assert np.allclose(gain[same], TRUTH.cross[same, product])
        outside = TRUTH.category != TRUTH.category[product]
        assert np.allclose(gain[outside], 0)


def test_neighbours_never_win_more_than_the_product_loses() -> None:
    for product in range(len(PRODUCTS)):
        before, after = units(SHOP, a_market()), units(SHOP, priced(SHOP, product, STEP))
        assert after.sum() < before.sum()


def test_a_price_in_one_channel_leaves_the_other_online_channels_alone_but_for_the_buy_box() -> None:
    usual = online_demand(TRUTH, a_market())
    dearer_b = online_demand(TRUTH, priced(MARKET_B, 4, 0.1))
    assert np.allclose(dearer_b[:, [SHOP, MARKET_A]], usual[:, [SHOP, MARKET_A]])
    cheaper_shop = online_demand(TRUTH, priced(SHOP, 4, -0.2))
    assert cheaper_shop[4, MARKET_A] < usual[4, MARKET_A]
    assert np.allclose(cheaper_shop[:, MARKET_B], usual[:, MARKET_B])


def test_a_competitors_cut_lowers_demand_everywhere_less_at_stands() -> None:
    cut = replace(a_market(), competitor=np.full(len(PRODUCTS), np.log(0.75)))
    online = online_demand(TRUTH, cut) / online_demand(TRUTH, a_market())
    stands = stand_demand(TRUTH, cut).sum(axis=1) / stand_demand(TRUTH, a_market()).sum(axis=1)
    assert (online < 1).all()
    assert np.allclose(online[:, SHOP], 0.75**TRUTH.competitor_elasticity)
    assert (online[:, MARKET_A] < online[:, SHOP]).all()
    assert (online[:, SHOP] < stands).all()
    assert (stands < 1).all()


def test_the_buy_box_is_the_usual_at_reference_prices_and_falls_as_the_price_rises() -> None:
    prices = np.linspace(-0.3, 0.3, 61)
    share = buy_box(TRUTH, prices, prices, np.zeros(61))
    assert (np.diff(share) < 0).all()
    assert buy_box(TRUTH, NO_GAP, NO_GAP, NO_GAP) == pytest.approx(1)


def test_the_buy_box_is_lost_by_a_quarter_where_the_own_shop_is_cheaper() -> None:
    shop = -np.linspace(0, 0.4, 41)
    share = buy_box(TRUTH, np.zeros(41), shop, np.zeros(41))
    assert (np.diff(share) <= 0).all()
    assert share[-1] == pytest.approx(0.75 / (1 - 0.25 / (1 + np.e**2)), abs=0.001)
    dearer_shop = buy_box(TRUTH, NO_GAP, np.full(1, 0.3), NO_GAP)
    assert 1 <= dearer_shop[0] < 1.04


def test_gifts_sell_in_december_and_each_category_has_its_wave() -> None:
    sets = TRUTH.category == CATEGORIES.index("sets")
    december, january = season(TRUTH, date(2024, 12, 10)), season(TRUTH, date(2025, 1, 10))
    assert (december[sets] > 1.8 * january[sets]).all()
    year = np.array([season(TRUTH, date(2025, 1, 1).replace(month=month)) for month in range(1, 11)])
    assert year.mean() == pytest.approx(1, abs=0.1)
    assert (np.ptp(year, axis=0) > TRUTH.season_size[TRUTH.category]).all()


def test_the_expected_week_is_what_the_equations_give_over_seven_days() -> None:
    week = expected_week(TRUTH, TRUTH.unit_cost, TRUTH.base_price, answered=0.0)
    market = replace(a_market(), years=1.5, advertising=np.array([1.35, 1.15, 1.1]))
    days = [replace(market, day=date(2024, 3, day)) for day in range(4, 11)]
    online = sum(online_demand(TRUTH, day) / season(TRUTH, day.day)[:, None] for day in days)
    assert isinstance(online, np.ndarray)
    assert np.allclose(week.units[:, :3] / season(TRUTH, date(2024, 3, 6))[:, None], online, rtol=1e-6)
    kept = TRUTH.base_price * TRUTH.kept_share
    margin = kept - TRUTH.unit_cost[:, None]
    assert (week.profit < week.units * margin + 1e-9).all()
    assert np.allclose(week.profit[:, 3:], (week.units * margin)[:, 3:])


@pytest.fixture(scope="module")
def opening() -> tuple[int, int]:
    return 4, 28


def wanted_each_day(seed: int, history: int, budgets: list[float], days: int) -> np.ndarray:
    """Units wanted on each day of the run, under that day's weekly budget of each campaign in euros."""
    world = opened(seed, history)
    wanted: list[float] = []

    def spend(here: World) -> None:
        here.budgets = np.full(3, budgets[min(len(wanted), len(budgets) - 1)])

    for _ in range(days):
        before = world.wanted_units
        live(world, 1, spend)
        wanted.append(world.wanted_units - before)
    return np.array(wanted)


def test_advertising_has_diminishing_returns(opening: tuple[int, int]) -> None:
    nothing, some, more, much = (
        wanted_each_day(*opening, [budget], 63)[28:].sum() for budget in (0.0, 1_500.0, 3_000.0, 4_500.0)
    )
    assert some - nothing > more - some > much - more > 0
    assert some - nothing > 2 * (much - more)


def test_advertising_carries_over_and_wears_off(opening: tuple[int, int]) -> None:
    never = wanted_each_day(*opening, [0.0], 84)
    burst = wanted_each_day(*opening, [4_000.0] * 28 + [0.0], 84)
    gain = (burst - never) / never
    assert gain[:3].mean() < gain[14:28].mean()
    assert gain[28:33].mean() > 0.4 * gain[14:28].mean() > 0
    assert gain[70:].mean() < 0.35 * gain[28:33].mean()
