"""The oracle's refills against every other round, on cases small enough to try them all."""

from itertools import chain, combinations, product

import numpy as np
import pytest
from scipy.stats import poisson

from evals.twin.oracle_stands import StandStocks, TripCost, load, share_of_cycle, sold, trips


def stands(seed: int, *, count: int = 3, products: int = 2, on_hand: int = 60) -> StandStocks:
    rng = np.random.default_rng(seed)
    shape = (products, count)
    return StandStocks(
        demand=rng.gamma(2.0, 2.0, shape),
        stock=rng.integers(0, 5, shape),
        room=rng.integers(3, 12, shape),
        on_hand=np.full(products, on_hand),
        worth=rng.uniform(2.0, 8.0, products),
    )


def best_gain(here: StandStocks, cost: TripCost) -> float:
    """Of every set of stops and every load of them."""
    count = here.stock.shape[1]
    sets = chain.from_iterable(combinations(range(count), size) for size in range(count + 1))
    return max(_best_load(here, stops) - cost.stop * len(stops) - cost.round * bool(stops) for stops in sets)


def _best_load(here: StandStocks, stops: tuple[int, ...]) -> float:
    return sum(_best_of_product(here, p, stops) for p in range(here.stock.shape[0])) if stops else 0.0


def _best_of_product(here: StandStocks, p: int, stops: tuple[int, ...]) -> float:
    loads = (range(max(int(here.room[p, s] - here.stock[p, s]), 0) + 1) for s in stops)
    earned = []
    for units in product(*loads):
        if sum(units) <= here.on_hand[p]:
            after = [here.stock[p, s] + brought for s, brought in zip(stops, units, strict=True)]
            gains = (_sells(here.demand[p, s], a) - _sells(here.demand[p, s], here.stock[p, s])
                     for s, a in zip(stops, after, strict=True))  # fmt: skip
            earned.append(here.worth[p] * sum(gains))
    return max(earned)


def _sells(demand: float, stock: int) -> float:
    """The mean of what is wanted and there, summed over what may be wanted."""
    wanted = np.arange(200)
    return float((np.minimum(wanted, stock) * poisson.pmf(wanted, demand)).sum())


def test_expected_sales_are_those_summed_by_hand() -> None:
    for demand, stock in ((0.5, 0), (0.5, 3), (8.0, 2), (8.0, 8), (8.0, 30)):
        assert sold(np.array([demand]), np.array([stock]))[0] == pytest.approx(_sells(demand, stock), abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("on_hand", [60, 6])
def test_no_other_round_earns_more(seed: int, on_hand: int) -> None:
    here, cost = stands(seed, on_hand=on_hand), TripCost(round=10.0, stop=12.0)
    planned = trips(here, cost)
    assert planned.gain == pytest.approx(best_gain(here, cost), abs=0.05)
    assert (planned.units.sum(axis=1) <= here.on_hand).all()
    assert (here.stock + planned.units <= np.maximum(here.room, here.stock)).all()
    assert set(np.flatnonzero(planned.units.any(axis=0))) == set(planned.stops)


def test_a_round_that_costs_more_than_it_earns_is_not_made() -> None:
    here = stands(1)
    assert trips(here, TripCost(round=0.0, stop=10_000.0)).stops == ()
    assert trips(here, TripCost(round=10_000.0, stop=0.0)).stops == ()
    assert trips(here, TripCost(round=0.0, stop=0.0)).stops != ()


def test_what_is_there_already_and_what_earns_nothing_is_not_brought() -> None:
    here = stands(2)
    full = StandStocks(here.demand, here.room.copy(), here.room, here.on_hand, here.worth)
    free = StandStocks(here.demand, here.stock, here.room, here.on_hand, np.zeros(2))
    for nothing in (full, free):
        assert load(nothing, [0, 1, 2])[1] == 0
        assert trips(nothing, TripCost(1.0, 1.0)).gain == 0


def test_a_dear_stop_is_shared_by_more_weeks() -> None:
    demand, room, worth = np.array([1.0, 0.5]), np.array([9, 5]), np.array([5.0, 5.0])
    shares = [share_of_cycle(demand, room, worth, stop) for stop in (0.1, 30.0, 400.0)]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.25
