"""The crews that the product is compared with in the twin: nobody, rules of thumb, and the oracle."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from domain.pricing import PRICE_UPDATE
from domain.stock import PURCHASE_ORDER_CREATE
from evals.twin.desk import CrewDesk, Wanted, Wish
from evals.twin.limits import CORRIDOR, bounds, towards
from evals.twin.oracle import PricedBrand, best_prices, gain_of
from evals.twin.oracle_orders import order_bids
from simulation.catalog import CAMPAIGNS, CHANNELS, SUPPLIERS
from simulation.draws import Counts, Floats
from simulation.expectation import expected_week
from simulation.practice import STANDING_BUDGETS
from simulation.world import WEEK, World

MONTH_DAYS = 28
_THINKS_EVERY_WEEKS = 4
_ON_THE_WAY = 0.4
"""How much of the way to the best prices will be gone, on average, while what is ordered now is used."""
_GROWTH = 1.2
"""How far above past use the standing practice follows until the next thought: its cover, and its stands' levels."""


class Crew(Protocol):
    """Acts each morning, before the shop opens; `day` counts from the start of the run."""

    def morning(self, world: World, desk: CrewDesk, day: int) -> None: ...


class Nobody:
    """The brand as it was: its standing replenishment, and no price is touched."""

    def morning(self, world: World, desk: CrewDesk, day: int) -> None:
        """Nothing is done."""


@dataclass(frozen=True)
class Textbook:
    """Rules of thumb: cost-plus prices, base stock from a moving average, a mail to everybody each month, even budgets.

    `markup` (C,) on unit cost of what is kept of the price; `average_weeks` of use; `safety` standard deviations over
    lead time and review. Tuned on seeds of their own by `python -m evals.twin.tuning`.
    """

    markup: Sequence[float] = (2.35, 2.05, 2.05, 1.6, 2.0)
    average_weeks: int = 5
    safety: float = 4.0
    order_weeks: float = 9.0
    mails: bool = True

    def morning(self, world: World, desk: CrewDesk, day: int) -> None:
        world.standing_rule = None
        world.budgets = np.full(len(CAMPAIGNS), STANDING_BUDGETS.sum() / len(CAMPAIGNS))
        if self.mails and day % MONTH_DAYS == 0:
            world.mail()
        if day % WEEK == 0:
            world.order(self._orders(world))
            desk.ask(self._wishes(world, desk))

    def _wishes(self, world: World, desk: CrewDesk) -> list[Wish]:
        wanted = world.unit_cost[:, None] * np.array(self.markup) / world.truth.kept_share * 100
        limits = bounds(world.truth, world.unit_cost, world.list_price, desk.reference())
        return _wishes(towards(wanted, world.list_price, limits), world.list_price, "cost-plus")

    def _orders(self, world: World) -> Counts:
        """Order up to the use of lead time and review plus safety stock (Silver, Pyke & Thomas 2017, section 7.9)."""
        used = world.weekly_units[-self.average_weeks :]
        lead = np.array([supplier.lead_time_days for supplier in SUPPLIERS])[world.truth.supplier] / WEEK
        at_risk = lead + 1
        level = used.mean(axis=0) * at_risk + self.safety * used.std(axis=0, ddof=1) * np.sqrt(at_risk)
        shelf = world.shelf()
        position = shelf.on_hand + shelf.under_way
        missing = np.ceil(level + used.mean(axis=0) * self.order_weeks - position)
        return np.where(position < level, np.maximum(missing, 0), 0).astype(np.int64)


class Oracle:
    """Knows the true parameters, not the luck; has the crew's action kinds, its limits and the chair's attention.

    `kinds` are the action kinds of the agents that it plays. Where it may order, the standing replenishment rests, and
    what competes for attention is promised alike: as what waiting for the next meeting would cost.
    """

    def __init__(self, kinds: Collection[str] = (PRICE_UPDATE.name,)) -> None:
        self._kinds = frozenset(kinds)
        self._known: Floats | None = None

    def morning(self, world: World, desk: CrewDesk, day: int) -> None:
        orders = PURCHASE_ORDER_CREATE.name in self._kinds
        if orders:
            world.standing_rule = None
        if day % WEEK:
            return
        wanted: list[Wanted] = []
        aim = world.list_price / 100
        if PRICE_UPDATE.name in self._kinds:
            brand = self._brand(world, orders)
            best = self._best(world, brand)
            wishes = self._prices(world, desk, brand, best)
            wanted += [replace(wish, weeks=1) for wish in wishes] if orders else wishes
            aim = aim * (best / aim) ** _ON_THE_WAY
        if orders:
            wanted += order_bids(world, aim)
        desk.propose(wanted)

    def _brand(self, world: World, orders: bool) -> PricedBrand:
        """Who orders can follow what its prices sell; who does not takes the standing practice as it is."""
        most = np.full(world.unit_cost.size, np.inf) if orders else _orderable(world)
        return PricedBrand(world.truth, world.unit_cost, most, np.ceil(world.par * _GROWTH).astype(np.int64))

    def _prices(self, world: World, desk: CrewDesk, brand: PricedBrand, best: Floats) -> list[Wish]:
        limits = bounds(world.truth, world.unit_cost, world.list_price, desk.reference())
        price = towards(best * 100, world.list_price, limits)
        gains = gain_of(brand, world.list_price / 100, price / 100)
        return [wish for wish in _wishes(price, world.list_price, "oracle", gains) if wish.gain > 0]

    def _best(self, world: World, brand: PricedBrand) -> Floats:
        """The best list inside a corridor round the usual prices; what is allowed today is cut out of it each week."""
        usual = world.truth.base_price
        if self._known is None or world.day // WEEK % _THINKS_EVERY_WEEKS == 0:
            start = usual if self._known is None else self._known
            self._known = best_prices(brand, start, usual * CORRIDOR[0], usual * CORRIDOR[1])
        return self._known


class Unlimited:
    """The oracle without limits or attention: each Monday the best list at once. For the upper bound only.

    `answered` is how much of the rivals' answer it takes as given.
    """

    def __init__(self, answered: float) -> None:
        self._answered = answered
        self._known: tuple[bytes, Floats] | None = None

    def morning(self, world: World, desk: CrewDesk, day: int) -> None:
        key = world.unit_cost.tobytes()
        if self._known is None or self._known[0] != key:
            usual = world.truth.base_price
            brand = PricedBrand(world.truth, world.unit_cost, np.full(usual.shape[0], np.inf), answered=self._answered)
            self._known = key, best_prices(brand, usual, usual * 0.4, usual * 2.5)
        world.list_price = np.round(self._known[1] * 100).astype(np.int64)


def _orderable(world: World) -> Floats:
    """(P,) units of an ordinary week that the standing replenishment can keep up with: it follows half a year's use.

    An ordinary week's units are the equations' at the standing list; use runs above or below them with the season.
    """
    usual = expected_week(world.truth, world.unit_cost, world.list_price / 100).units.sum(axis=1)
    lately = np.maximum(world.weekly_units[-4:].mean(axis=0), 1.0)
    return usual * _GROWTH * world.weekly_units[-26:].mean(axis=0) / lately


def _wishes(price: Counts, now: Counts, why: str, gains: Floats | None = None) -> list[Wish]:
    gains = np.zeros(price.shape) if gains is None else gains
    return [Wish(int(p), CHANNELS[c], int(price[p, c]), float(gains[p, c]), why) for p, c in np.argwhere(price != now)]
