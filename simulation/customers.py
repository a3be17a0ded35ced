"""The shop's customers: they buy, come back, tire of messages, and leave."""

from dataclasses import dataclass

import numpy as np

from simulation.draws import Counts, Draws, Floats
from simulation.truth import Truth

FIRST_CUSTOMERS = 20_000
_ROOM = 60_000
_ARRIVALS_A_DAY = 9.0
_MAIL_DAYS = 6
_FATIGUE_KEPT = 0.97
_UNITS_AN_ORDER = 1.9


@dataclass(frozen=True, eq=False)
class ShopOrders:
    """One day's orders of the shop, a row a line: which order, customer, product (indices), and how many."""

    order: Counts
    customer: Counts
    product: Counts
    quantity: Counts


class Customers:
    """Each has a rate of buying and a chance of leaving after a purchase (Fader, Hardie & Lee 2005), and a mood."""

    def __init__(self, truth: Truth, draws: Draws) -> None:
        self._truth, self._draws = truth, draws
        rng = draws.stream("customers")
        self.rate = rng.gamma(0.8, 1.0, _ROOM)
        self._leaves_after = rng.beta(0.8, 9.0, _ROOM)
        self.alive = np.arange(_ROOM) < FIRST_CUSTOMERS
        self.fatigue = np.zeros(_ROOM)
        self.count = FIRST_CUSTOMERS
        self._told = 0
        self._mailed_until = np.full(_ROOM, -1, dtype=np.int64)
        self._opted_out: list[int] = []
        self._first = float(self.rate[:FIRST_CUSTOMERS].sum())

    def activity(self, day: int) -> float:
        """How much the customers want to buy, against the first day's."""
        return float((self._wish(day) * self.alive).sum()) / self._first

    def mail(self, day: int) -> int:
        """Write to all who are left; how many. They buy more for some days, tire of it, and some leave."""
        here = np.flatnonzero(self.alive)
        self._annoy(day, here)
        self._mailed_until[:] = day + _MAIL_DAYS  # newcomers of these days hear of it, too
        return here.size

    def write_to(self, day: int, customers: Counts) -> int:
        """Write to some customers (indices), of whom the brand hears if they want no more of it; how many were here."""
        here = np.unique(customers)
        here = here[self.alive[here]]
        self._opted_out += self._annoy(day, here).tolist()
        self._mailed_until[here] = day + _MAIL_DAYS
        return here.size

    def take_opted_out(self) -> list[int]:
        """Customers who asked to be left alone since this was last asked."""
        newly_opted_out, self._opted_out = self._opted_out, []
        return newly_opted_out

    def _annoy(self, day: int, here: Counts) -> Counts:
        """A message tires those it goes to (indices); some leave: which."""
        chance = self._draws.stream("mail", day).random(_ROOM)[here]
        annoyed = self._truth.mail_leave * (1 + 6 * self.fatigue[here] ** 2)
        left = here[chance < annoyed]
        self.alive[left] = False
        self.fatigue[here] += self._truth.mail_fatigue
        return left

    def buy(self, day: int, sold: Counts, advertising: float) -> ShopOrders:
        """Share the units sold (P,) out into orders of customers; afterwards some leave and others come."""
        rng = self._draws.stream("baskets", day)
        units = np.repeat(np.arange(sold.size), sold)
        orders = max(1, round(units.size / _UNITS_AN_ORDER)) if units.size else 0
        wish = np.cumsum(self._wish(day) * self.alive)
        orders = orders if wish[-1] > 0 else 0  # when nobody is left, what is sold is sold to passers-by
        buyers = np.searchsorted(wish, rng.random(orders) * wish[-1], side="right") if orders else units[:0]
        units = units if orders else units[:0]
        place = rng.integers(0, max(orders, 1), units.size)
        lines, quantity = np.unique(place * sold.size + units, return_counts=True)
        order, product = np.divmod(lines, sold.size)
        self._leave(buyers[np.unique(order)], rng)
        self._arrive(rng, advertising)
        self.fatigue *= _FATIGUE_KEPT
        customer = buyers[order]
        return ShopOrders(order.astype(np.int64), customer.astype(np.int64), product.astype(np.int64), quantity)

    def newly_known(self) -> tuple[int, int]:
        """First and last (excluded) of the customers that the shop came to know since this was last asked."""
        first, self._told = self._told, self.count
        return first, self.count

    def _wish(self, day: int) -> Floats:
        moved = day <= self._mailed_until
        if not moved.any():
            return self.rate
        return np.where(moved, self.rate * (1 + self._truth.mail_lift * np.maximum(1 - self.fatigue, 0.0)), self.rate)

    def _leave(self, buyers: Counts, rng: np.random.Generator) -> None:
        self.alive[buyers[rng.random(buyers.size) < self._leaves_after[buyers]]] = False

    def _arrive(self, rng: np.random.Generator, advertising: float) -> None:
        arrivals = min(int(rng.poisson(_ARRIVALS_A_DAY * advertising)), _ROOM - self.count)
        self.alive[self.count : self.count + arrivals] = True
        self.count += arrivals
