"""The oracle's refills: which stands to call at, with how many units of what, by the true demand of each stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from scipy.special import pdtr

from simulation.draws import Counts, Floats


@dataclass(frozen=True)
class TripCost:
    """Euros that a round costs however short it is, and each stand that it calls at."""

    round: float
    stop: float


@dataclass(frozen=True, eq=False)
class StandStocks:
    """The stocks and demand that a round is decided on: P products, S stands.

    `demand` (P, S) expected units until the next chance to call there; `stock` (P, S) there now, `room` (P, S) the most
    that a stand holds; `on_hand` (P,) in the warehouse; `worth` (P,) euros that a unit sold at a stand earns.
    """

    demand: Floats
    stock: Counts
    room: Counts
    on_hand: Counts
    worth: Floats


@dataclass(frozen=True, eq=False)
class Round:
    """The stands to call at (indices, rising), the units (P, S) to bring, and the euros earned after its cost."""

    stops: tuple[int, ...]
    units: Counts
    gain: float


def sold(demand: Floats, stock: Floats | Counts) -> Floats:
    """Expected units sold of a Poisson demand with so much stock: E min(D, S) = m P(D < S) + S P(D > S)."""
    return np.where(stock > 0, demand * pdtr(np.maximum(stock - 1, 0), demand) + stock * (1 - pdtr(stock, demand)), 0.0)


def load(stands: StandStocks, stops: Sequence[int], least: float = 0.01) -> tuple[Counts, float]:
    """The units (P, S) to bring to some stands and the euros that they earn, the trip not yet paid.

    Unit by unit where the next one earns most. As each unit earns less than the one before, no other load earns more
    (Fox 1966). A unit that earns less than `least` euros stays in the warehouse.
    """
    units = np.zeros_like(stands.stock)
    earned = 0.0
    for p in np.flatnonzero((stands.on_hand > 0) & (stands.worth > 0)):
        left, worth = int(stands.on_hand[p]), float(stands.worth[p])
        ranked = [
            (-worth * _next_sells(stands, int(p), s, 0), s) for s in stops if stands.room[p, s] > stands.stock[p, s]
        ]
        heapify(ranked)
        while left and ranked:
            worst, s = heappop(ranked)
            if -worst < least:
                break
            units[p, s] += 1
            earned, left = earned - worst, left - 1
            if stands.stock[p, s] + units[p, s] < stands.room[p, s]:
                heappush(ranked, (-worth * _next_sells(stands, int(p), s, int(units[p, s])), s))
    return units, earned


def _next_sells(stands: StandStocks, p: int, s: int, brought: int) -> float:
    """The chance that one unit more than what is there and brought is asked for."""
    return float(1 - pdtr(stands.stock[p, s] + brought, stands.demand[p, s]))


def trips(stands: StandStocks, cost: TripCost) -> Round:
    """The round that earns most: none where no round pays for itself.

    Begun with every stand that would pay its stop if it had the warehouse to itself; where goods are scarce, stands
    are then dropped, added and exchanged one at a time while that earns more, which finds a best set among its
    neighbours, and on small cases the best of all (`tests/unit/evals/test_oracle_stands.py`).
    """
    alone = np.array([load(stands, [s])[1] for s in range(stands.stock.shape[1])])
    worthy = [int(s) for s in np.flatnonzero(alone > cost.stop)]
    best = _round(stands, worthy, cost)
    if not _is_scarce(stands, worthy):
        return best if best.gain > 0 else _nothing(stands)
    improved = True
    while improved:
        improved = False
        for tried in _neighbours(best.stops, worthy):
            candidate = _round(stands, tried, cost)
            if candidate.gain > best.gain + 1e-9:
                best, improved = candidate, True
                break
    return best if best.gain > 0 else _nothing(stands)


def _is_scarce(stands: StandStocks, stops: Sequence[int]) -> bool:
    """Whether the warehouse cannot bring every one of these stands what it would take alone."""
    plenty = StandStocks(stands.demand, stands.stock, stands.room, stands.room.sum(axis=1), stands.worth)
    return bool((load(plenty, stops)[0].sum(axis=1) > stands.on_hand).any())


def _neighbours(stops: Sequence[int], worthy: Sequence[int]) -> list[list[int]]:
    without = [[stop for stop in stops if stop != gone] for gone in stops]
    missing = [stand for stand in worthy if stand not in stops]
    more = [sorted([*stops, stand]) for stand in missing]
    return [*without, *more, *(sorted([*part, stand]) for part in without for stand in missing)]


def _round(stands: StandStocks, stops: Sequence[int], cost: TripCost) -> Round:
    units, earned = load(stands, stops)
    called = tuple(s for s in stops if units[:, s].any())
    return Round(called, units, earned - cost.stop * len(called) - cost.round * bool(called))


def _nothing(stands: StandStocks) -> Round:
    return Round((), np.zeros_like(stands.stock), 0.0)


def share_of_cycle(demand_a_day: Floats, room: Counts, worth: Floats, stop: float, review_days: int = 7) -> float:
    """The part of a stop's cost that belongs to one review: what waiting for the next one would save.

    A stand that is filled up every T days costs `stop` and what it then could not sell; T is the number of reviews
    that costs least a day. Going now instead of at the next review brings every later visit forward by one review, so
    that it has to earn review / T of a stop, not all of it. `demand_a_day`, `room` and `worth` (P,) are of one stand.
    """
    days = np.arange(1, 13) * review_days
    wanted = demand_a_day[:, None] * days
    lost = ((wanted - sold(wanted, room[:, None])) * worth[:, None]).sum(axis=0)
    cycle = days[int(np.argmin((stop + lost) / days))]
    return float(review_days / cycle)
