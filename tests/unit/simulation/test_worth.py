"""Net worth: neither starving the stock, nor piling it up, nor paying later makes a brand look richer."""

from collections.abc import Callable

import numpy as np
import pytest

from simulation.catalog import PRODUCTS, SUPPLIERS
from simulation.practice import StandingRule
from simulation.world import WEEK, World
from simulation.worth import RUN_OUT_DAYS, net_worth, run_out
from tests.unit.simulation.lives import live, opened

SEEDS = (1, 2, 3)
HISTORY, RUN = 28, 42
Conduct = Callable[[World], None]


def as_before(world: World) -> None:
    """Nothing is done."""


def starve(world: World) -> None:
    world.standing_rule = None


def pile_up(world: World) -> None:
    if world.day == HISTORY + RUN - WEEK:
        world.order(np.full(len(PRODUCTS), 3_000))


def stock_up_at_the_best_price(world: World) -> None:
    if world.day == HISTORY + RUN - WEEK:
        world.order(6 * np.array([SUPPLIERS[at].minimum_units for at in world.truth.supplier]))


def worth_after(seed: int, conduct: Conduct) -> float:
    world = opened(seed, HISTORY)
    live(world, RUN, conduct)
    run_out(world)
    return net_worth(world).total_minor / 100


@pytest.fixture(scope="module")
def usual() -> dict[int, float]:
    return {seed: worth_after(seed, as_before) for seed in SEEDS}


def gained(usual: dict[int, float], conduct: Conduct) -> float:
    """Mean gain in net worth of a conduct over the usual one, over the seeds."""
    return float(np.mean([worth_after(seed, conduct) - usual[seed] for seed in SEEDS]))


def test_starving_the_stock_before_the_end_makes_nobody_richer(usual: dict[int, float]) -> None:
    assert gained(usual, starve) < -5_000


def test_piling_up_stock_before_the_end_makes_nobody_richer(usual: dict[int, float]) -> None:
    assert gained(usual, pile_up) < 0


def test_buying_at_a_price_break_is_no_gain_until_it_is_sold(usual: dict[int, float]) -> None:
    assert gained(usual, stock_up_at_the_best_price) < 0


def test_it_is_cash_and_what_is_owed_either_way_and_stock_that_will_sell() -> None:
    world = opened(1, HISTORY)
    live(world, 7)
    worth, books = net_worth(world), world.books.position()
    assert (worth.cash, worth.receivables, worth.payables) == (books.cash, books.receivables, books.payables)
    at_cost = ((world.warehouse.on_hand + world.stand_stock.sum(axis=1)) * world.unit_cost).sum()
    assert 0.8 * at_cost < worth.stock <= at_cost
    total = worth.cash + worth.receivables - worth.payables + worth.stock
    assert worth.total_minor == round(total * 100)


def test_bills_and_receivables_count_the_same_whenever_they_fall_due() -> None:
    worths = []
    for days in (1, 30, 300):
        world = opened(1, HISTORY)
        live(world, 7)
        world.books.owe(world.day + days, 50_000.0)
        world.books.expect(world.day + days, 20_000.0)
        worths.append(net_worth(world).total_minor)
    assert len(set(worths)) == 1


def test_goods_that_arrived_and_are_not_paid_are_stock_and_debt() -> None:
    world = opened(1, HISTORY)
    live(world, 7)
    before = net_worth(world)
    bought = np.full(len(PRODUCTS), 40)
    world.warehouse.receive(world.day, bought)
    world.books.owe(world.day + 300, float((bought * world.unit_cost).sum()))
    after = net_worth(world)
    assert after.stock > before.stock
    assert after.total_minor <= before.total_minor


def test_stock_that_will_not_sell_before_it_expires_is_worth_nothing() -> None:
    world = opened(1, HISTORY)
    live(world, 7)
    reasonable = net_worth(world).stock
    world.warehouse.receive(world.day, np.full(len(PRODUCTS), 100_000))
    huge = net_worth(world).stock
    world.warehouse.receive(world.day, np.full(len(PRODUCTS), 100_000))
    assert net_worth(world).stock == huge
    assert huge > reasonable


def test_stock_is_worth_what_it_brings_where_that_is_less_than_its_cost() -> None:
    world = opened(1, HISTORY)
    live(world, 7)
    usual = net_worth(world).stock
    world.list_price = np.round(world.list_price * 0.2).astype(np.int64)
    assert net_worth(world).stock < 0.9 * usual


def test_the_run_out_is_a_quarter_under_the_standing_practice() -> None:
    world = opened(1, HISTORY)
    world.standing_rule, world.budgets = None, np.zeros(3)
    day = world.day
    run_out(world)
    assert world.day - day == RUN_OUT_DAYS == 13 * WEEK
    assert world.standing_rule == StandingRule()
    assert world.budgets is None
