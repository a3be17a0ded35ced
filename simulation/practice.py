"""How the brand was run before any crew came: its habits of pricing, promoting, ordering and refilling."""

from dataclasses import dataclass

import numpy as np

from simulation.catalog import CAMPAIGNS, ONLINE, PRODUCTS, STAND_COUNT, SUPPLIERS
from simulation.draws import Counts, Draws, Floats
from simulation.truth import Truth

PRICING_WEEKS = 4
REFILL_DAYS = 14
PAR_DAYS = 28
"""Every four weeks the stands' levels are set anew by what they sold since."""
TRIP_EUROS = 28.0
DEAL_OFF, STAND_DEAL_OFF = 0.15, 0.12
STANDING_BUDGETS = np.array([1_100.0, 900.0, 700.0])
_DEAL_DAYS, _QUARTER_DAYS = 10, 91
_ANSWER_TO_DEMAND = 0.4
_TESTS = 0.06
_WIDEST = 0.22
_PAR_COVER = 1.6
_LEAD_DAYS = np.array([supplier.lead_time_days for supplier in SUPPLIERS])
_MINIMUM = np.array([supplier.minimum_units for supplier in SUPPLIERS])


def former_prices(truth: Truth, draws: Draws, week: int, list_price: Counts, mood: Floats) -> Counts:
    """(P, C) the former manager's price list of the week, in cents: raised where demand ran high, tested now and then.

    A quarter of the range is looked at each week. `mood` (P,) is how far demand ran above the usual, as a logarithm:
    the manager knew the trade, and saw it. Prices that answer demand are what misleads a plain regression: more was
    sold at the higher prices, because of what raised both.
    """
    due = np.arange(len(PRODUCTS)) % PRICING_WEEKS == week % PRICING_WEEKS
    tests = draws.stream("former prices", week).normal(0, _TESTS, list_price.shape)
    away = np.clip(_ANSWER_TO_DEMAND * mood[:, None] + tests, -_WIDEST, _WIDEST)
    return np.where(due[:, None], _shelf_price(truth.base_price * np.exp(away)), list_price)


def _shelf_price(euros: Floats) -> Counts:
    """Prices as shops write them: ending in nine cents, dealers' to the ten cents below."""
    cents = np.maximum(np.round(euros * 10), 10).astype(np.int64) * 10
    cents[:, (0, 1, 2, 4)] -= 1
    return cents


def online_deals(draws: Draws, day: int) -> np.ndarray:
    """(P, 3) which products are on offer online: each for ten days a quarter, in all three at once."""
    quarter, at = divmod(day, _QUARTER_DAYS)
    start = draws.stream("deals", quarter).integers(0, _QUARTER_DAYS - _DEAL_DAYS, len(PRODUCTS))
    return np.repeat(((at >= start) & (at < start + _DEAL_DAYS))[:, None], len(ONLINE), axis=1)


def stand_deals(draws: Draws, week: int) -> np.ndarray:
    """(P, S) which products stand partners have on offer in a week."""
    return draws.stream("stand deals", week).random((len(PRODUCTS), STAND_COUNT)) < 0.04


def stand_deviation(draws: Draws, week: int, before: Floats) -> Floats:
    """(P, S) how far partners price from the list, as logarithms; looked at again every four weeks, by turns."""
    rng = draws.stream("stand prices", week)
    fresh = rng.normal(0, 0.05, before.shape)
    turn = (np.arange(STAND_COUNT) % PRICING_WEEKS == week % PRICING_WEEKS)[None, :] & (rng.random(before.shape) < 0.6)
    return np.where(turn, fresh, before)


def par_levels(stand_range: np.ndarray, units_a_day: Floats) -> Counts:
    """(P, S) what a stand is filled up to at each visit, for what it sells a day; five of what it hardly sells."""
    cover = units_a_day * REFILL_DAYS * _PAR_COVER
    return np.where(stand_range, np.maximum(np.ceil(cover), 5), 0).astype(np.int64)


def visited(day: int) -> Counts:
    """The stands that the driver calls at on a day: each every two weeks."""
    return np.flatnonzero(np.arange(STAND_COUNT) % REFILL_DAYS == day % REFILL_DAYS)


@dataclass(frozen=True, eq=False)
class Shelf:
    """The stock that an order is decided on, each (P,): units on hand, under way, usual a week, supplier (index)."""

    on_hand: Counts
    under_way: Counts
    weekly_units: Floats
    supplier: Counts


@dataclass(frozen=True)
class StandingRule:
    """Once less is on hand and under way than the use of lead time and a week times `cover`, order `weeks` beyond it.

    Tuned on seeds of its own by `python -m evals.twin.tuning`, as a brand with some experience would have it.
    """

    cover: float = 1.4
    weeks: float = 7.0

    def orders(self, shelf: Shelf) -> Counts:
        """(P,) units to order; never less than the supplier takes."""
        point = shelf.weekly_units * (_LEAD_DAYS[shelf.supplier] / 7 + 1) * self.cover
        position = shelf.on_hand + shelf.under_way
        wanted = np.ceil(point + shelf.weekly_units * self.weeks - position)
        return np.where(position < point, np.maximum(wanted, _MINIMUM[shelf.supplier]), 0).astype(np.int64)


def standing_budgets(draws: Draws, week: int) -> Floats:
    """(K,) euros a week for each campaign, which the agency moves about a little."""
    return STANDING_BUDGETS * np.exp(draws.stream("budgets", week).normal(0, 0.3, len(CAMPAIGNS)))
