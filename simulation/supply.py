"""Suppliers: minimum orders, price breaks, lead times that vary, and bills to be paid."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from simulation.books import Books
from simulation.catalog import PRODUCTS, SUPPLIERS
from simulation.draws import Counts, Draws, Floats
from simulation.happenings import Outlay, SupplierOrder
from simulation.truth import Truth

PRICE_BREAKS = ((3, 0.03), (6, 0.06))
"""From so many times the minimum order on, so much off the unit cost."""


def lead_weeks(truth: Truth) -> Floats:
    """(P,) what each product's supplier promises."""
    return np.array([supplier.lead_time_days for supplier in SUPPLIERS])[truth.supplier] / 7


class SupplyLine:
    """Orders under way, and what is owed for those delivered."""

    def __init__(self, truth: Truth, draws: Draws, books: Books) -> None:
        self._truth, self._draws, self._books = truth, draws, books
        self._open: list[SupplierOrder] = []
        self._placed: list[SupplierOrder] = []
        self._bills: list[tuple[int, str, float]] = []
        self._numbers = 0

    def under_way(self) -> Counts:
        """(P,) units ordered and not yet here."""
        units = np.zeros(len(PRODUCTS), dtype=np.int64)
        for order in self._open:
            units[order.product] += order.units
        return units

    def open_orders(self) -> list[SupplierOrder]:
        """The orders placed and not yet here."""
        return list(self._open)

    def postpone(self, numbers: Collection[str], days: int) -> None:
        """These orders come so many days later, whatever their supplier: for asking what would have been."""
        self._open = [
            replace(order, arrives=order.arrives + days) if order.number in numbers else order for order in self._open
        ]

    def order(
        self, day: int, units: Counts, unit_cost: Floats, delay: Floats, numbers: Mapping[int, str] | None = None
    ) -> bool:
        """Order units (P,), each at least the minimum, whether they were taken: not from a brand that cannot pay.

        `numbers` are those that the brand itself gave to what it ordered, by product.
        """
        if self._books.cash < 0:
            return False
        luck = self._draws.stream("lead times", day).random(len(PRODUCTS))
        for product in np.flatnonzero(units):
            supplier = SUPPLIERS[self._truth.supplier[product]]
            quantity = max(int(units[product]), supplier.minimum_units)
            lead = self._lead_days(int(self._truth.supplier[product]), luck[product])
            self._numbers += 1
            placed = SupplierOrder(
                number=(numbers or {}).get(int(product), f"PO{self._numbers:05d}"),
                product=int(product),
                units=quantity,
                unit_cost=broken_price(float(unit_cost[product]), quantity, supplier.minimum_units),
                ordered=day,
                promised=day + supplier.lead_time_days,
                arrives=day + lead + int(delay[self._truth.supplier[product]]),
            )
            self._open.append(placed)
            self._placed.append(placed)
        return True

    def hold_up(self, day: int, extra_days: Floats) -> None:
        """Delay each order under way since before today by its supplier's extra days (suppliers,)."""
        late = extra_days[self._truth.supplier]
        self._open = [
            replace(order, arrives=order.arrives + int(late[order.product])) if order.ordered < day else order
            for order in self._open
        ]

    def deliver(self, day: int) -> list[SupplierOrder]:
        """The orders that arrive today; each bill falls due after the supplier's terms."""
        here = [order for order in self._open if order.arrives <= day]
        self._open = [order for order in self._open if order.arrives > day]
        for order in here:
            terms = SUPPLIERS[self._truth.supplier[order.product]].terms_days
            amount = order.units * order.unit_cost
            self._books.owe(day + terms, amount)
            self._bills.append((day + terms, order.number, amount))
        return here

    def take_placed(self) -> list[SupplierOrder]:
        """The orders placed since this was last asked."""
        placed, self._placed = self._placed, []
        return placed

    def paid_today(self, day: int) -> list[Outlay]:
        """The bills that fall due; the books pay them by themselves."""
        due = [Outlay(f"goods:{number}", amount) for when, number, amount in self._bills if when == day]
        self._bills = [bill for bill in self._bills if bill[0] > day]
        return due

    def _lead_days(self, supplier: int, luck: float) -> int:
        """A gamma law of the supplier's mean and spread (its quantile at `luck`)."""
        from scipy.special import gammaincinv

        shape = 1 / self._truth.lead_time_spread[supplier] ** 2
        mean = SUPPLIERS[supplier].lead_time_days
        return max(2, round(float(gammaincinv(shape, luck)) / shape * mean))


def tiers(unit_cost: float, minimum: int) -> list[tuple[int, float]]:
    """A supplier's price breaks: (least quantity, euros a unit), the minimum order first."""
    quantities = [minimum, *(times * minimum for times, _ in PRICE_BREAKS)]
    return [(quantity, broken_price(unit_cost, quantity, minimum)) for quantity in quantities]


def broken_price(unit_cost: float, quantity: int, minimum: int) -> float:
    """The unit cost after the best price break that a quantity reaches."""
    off = max((share for times, share in PRICE_BREAKS if quantity >= times * minimum), default=0.0)
    return round(unit_cost * (1 - off), 2)
