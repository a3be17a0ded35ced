"""The oracle's orders against demand and lead times played out many times, and against what the world takes."""

import numpy as np
import pytest

from evals.twin.crews import Oracle
from evals.twin.desk import Bid, DirectDesk, PriceMemory, Wish, worth
from evals.twin.oracle_orders import CumulativeDemand, advise, arrival, order_bids
from simulation.catalog import PRODUCTS, SKUS, SUPPLIERS
from simulation.outlook import expected_weeks
from simulation.world import World
from tests.unit.simulation.lives import live, new_world

ORDERS, PRICES = "purchase_order.create", "price.update"


@pytest.fixture(scope="module")
def world() -> World:
    """A world whose shelves ran low while nobody ordered for three weeks."""
    world = new_world(4, 7)
    live(world, 28)
    world.standing_rule = None
    live(world, 21)
    return world


def test_the_shortage_is_that_of_many_demands_drawn() -> None:
    demand = CumulativeDemand(np.array([[50.0, 120.0]]), np.array([[10.0, 30.0]]))
    drawn = np.random.default_rng(1).normal(demand.mean, demand.deviation, (200_000, 2))
    for position in (20.0, 60.0, 130.0):
        assert demand.short(np.array([position]))[0] == pytest.approx(
            np.maximum(drawn - position, 0).mean(axis=0), abs=0.2
        )


def test_goods_come_when_the_worlds_suppliers_bring_them(world: World) -> None:
    days = arrival(world.truth) @ np.arange(arrival(world.truth).shape[1])
    promised = np.array([supplier.lead_time_days for supplier in SUPPLIERS])[world.truth.supplier]
    assert days == pytest.approx(promised + 0.75 + 0.7, abs=1.0)


def test_what_the_equations_expect_is_what_comes(world: World) -> None:
    stocked = new_world(4, 7)
    live(stocked, 28)
    expected = expected_weeks(stocked, stocked.list_price / 100, 8).use.sum()
    live(stocked, 57)
    sold = stocked.weekly_units[-8:].sum()
    assert expected == pytest.approx(sold, rel=0.15)


def test_what_runs_low_is_ordered_and_what_is_plenty_is_not(world: World) -> None:
    advised = advise(world, world.list_price / 100)
    weekly = world.weekly_units[-8:].mean(axis=0)
    cover = (world.warehouse.on_hand + world.suppliers.under_way()) / weekly
    ordered = advised.units > 0
    assert ordered.any() and (~ordered).any()
    assert cover[ordered].mean() < cover[~ordered].mean()
    minimum = np.array([SUPPLIERS[int(supplier)].minimum_units for supplier in world.truth.supplier])
    assert (advised.units[ordered] >= minimum[ordered]).all() and (advised.gain[ordered] > 0).all()
    shelf_weeks = np.array([product.shelf_life_days for product in PRODUCTS]) / 7
    assert (advised.units[ordered] / weekly[ordered] < shelf_weeks[ordered]).all()


def test_an_order_a_supplier_with_what_each_offers(world: World) -> None:
    bids = list(order_bids(world, world.list_price / 100))
    assert len({bid.action.subject for bid in bids}) == len(bids) <= len(SUPPLIERS)
    for bid in bids:
        assert bid.action.kind == ORDERS
        assert all(PRODUCTS[SKUS.index(line.sku)].supplier == bid.action.supplier for line in bid.action.lines)


class Asked(DirectDesk):
    """Keeps what was proposed."""

    proposed: list[Wish | Bid] = []

    def propose(self, wanted) -> None:
        self.proposed = list(wanted)
        super().propose(wanted)


@pytest.mark.parametrize("kinds", [(PRICES,), (ORDERS,), (PRICES, ORDERS)])
def test_the_oracle_asks_for_its_agents_kinds_alone_and_gets_ten_items(kinds: tuple[str, ...]) -> None:
    world, memory = new_world(4, 7), PriceMemory()
    live(world, 49)
    memory.see(world.day, world.list_price)
    desk, before = Asked(world, memory), world.list_price.copy()
    world.suppliers.take_placed()
    Oracle(kinds).morning(world, desk, 0)
    asked = {PRICES if isinstance(wish, Wish) else wish.action.kind for wish in desk.proposed}
    assert asked <= set(kinds) and (PRICES in asked) == (PRICES in kinds)
    assert (world.standing_rule is None) == (ORDERS in kinds)
    assert int((world.list_price != before).sum()) <= 10
    assert ORDERS in asked or not world.suppliers.take_placed()
    assert all(worth(wish) > 0 for wish in desk.proposed)
