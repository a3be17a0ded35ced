"""Economic order quantity under minimums, packs, price breaks, shelf life and cash."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from analytics.statistics.amounts import LARGEST, check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers

QuantityReason = Literal[
    "economic",
    "price_break",
    "minimum",
    "need",
    "pack",
    "shelf_life",
    "cash",
    "cover",
    "minimum_above_cover",
    "one_year",
    "no_demand",
    "minimum_above_shelf_life",
    "minimum_above_cash",
]


@dataclass(frozen=True)
class PriceTier:
    """From `from_units` on, every unit of the order costs `unit_cost_minor`."""

    from_units: int
    unit_cost_minor: float


@dataclass(frozen=True)
class SupplyTerms:
    """A supplier's terms: all-units price tiers from the lowest quantity up, a minimum and whole packs an order.

    `order_cost_minor` is the fixed cost of an order: handling, freight. Raises InvalidNumbers when the
    first tier starts above the smallest order, tiers do not rise, or a cost is not above 0.
    """

    tiers: tuple[PriceTier, ...]
    order_cost_minor: float = 0.0
    minimum_units: int = 1
    pack_units: int = 1

    def __post_init__(self) -> None:
        check_amounts(order_cost=self.order_cost_minor)
        check_positive(minimum_order=self.minimum_units, pack=self.pack_units)
        if not self.tiers or self.tiers[0].from_units > self.smallest_order:
            raise InvalidNumbers("A supplier needs a unit cost for its smallest order.")
        for tier in self.tiers:
            check_positive(unit_cost=tier.unit_cost_minor)
        if any(after.from_units <= before.from_units for before, after in pairwise(self.tiers)):
            raise InvalidNumbers("Price tiers must start at rising quantities.")

    @property
    def smallest_order(self) -> int:
        """The minimum, in whole packs."""
        return _whole_packs_up(self.minimum_units, self.pack_units)

    def unit_cost_minor(self, units: int) -> float:
        """Unit cost in an order of `units`, in minor units; below the first tier, as in the first."""
        reached = [tier.unit_cost_minor for tier in self.tiers if units >= tier.from_units]
        return reached[-1] if reached else self.tiers[0].unit_cost_minor


@dataclass(frozen=True)
class OrderLimits:
    """The most units that sell before they expire, and the most money for the goods; None where there is no limit.

    `cover_units` are the most that the brand wants to keep: only the supplier's smallest order goes beyond.
    """

    sellable_units: int | None = None
    cash_minor: float | None = None
    cover_units: float | None = None


@dataclass(frozen=True)
class OrderQuantity:
    """Units to order, unit cost, reasons, and the yearly cost of such orders (goods, orders, holding).

    `economic_units` is the quantity before minimums, packs and limits at that unit cost. 0 units: see the reasons.
    """

    units: int
    unit_cost_minor: float
    reasons: tuple[QuantityReason, ...]
    yearly_cost_minor: float
    economic_units: float


_NO_LIMITS = OrderLimits()


def economic_order_quantity(units_per_year: float, order_cost_minor: float, holding_minor_per_year: float) -> float:
    """sqrt(2 K d / h), the quantity of least ordering and holding cost (Harris 1913). Raises InvalidNumbers."""
    check_amounts(units_a_year=units_per_year, order_cost=order_cost_minor)
    check_positive(holding_cost_of_a_unit=holding_minor_per_year)
    return math.sqrt(2 * order_cost_minor * units_per_year / holding_minor_per_year)


def order_quantity(
    units_per_year: float,
    supply: SupplyTerms,
    holding_rate_per_year: float,
    *,
    limits: OrderLimits = _NO_LIMITS,
    shortage_minor_per_cycle: float = 0.0,
    needed_units: float = 0.0,
) -> OrderQuantity:
    """The allowed quantity of least yearly cost, and why it is that one.

    Cost of a year: d c + (K + B) d / Q + i c Q / 2, each tier at its own unit cost c; `shortage_minor_per_cycle` is B,
    what runs short in a cycle (Hadley & Whitin 1963, chapter 4, where Q and the reorder point are found in turn).
    It is convex within a tier, so that the best of a tier is its economic quantity drawn into the tier and rounded
    to a pack either way, and the best of all is the least of these (all-units discounts: Hadley & Whitin 1963,
    chapter 2; Nahmias & Olsen 2015, section 4.7). No more than a year's demand is ordered unless the minimum or
    `needed_units` asks for it. Raises InvalidNumbers on negative or infinite numbers.
    """
    check_amounts(
        units_a_year=units_per_year,
        holding_rate=holding_rate_per_year,
        shortage_cost=shortage_minor_per_cycle,
        needed_units=needed_units,
        sellable_units=limits.sellable_units,
        cash=limits.cash_minor,
        size_of_cover=None if limits.cover_units is None else abs(limits.cover_units),
    )
    problem = _Problem(units_per_year, supply, holding_rate_per_year, shortage_minor_per_cycle, needed_units)
    if units_per_year == 0:
        return _none("no_demand", supply)
    best = problem.best(limits)
    if best is not None:
        return OrderQuantity(
            units=best.units,
            unit_cost_minor=best.tier.unit_cost_minor,
            reasons=_reasons(problem, best, limits),
            yearly_cost_minor=problem.yearly_cost(best.units, best.tier),
            economic_units=problem.economic(best.tier),
        )
    sellable = limits.sellable_units
    if sellable is not None and sellable < supply.smallest_order:
        return _none("minimum_above_shelf_life", supply)
    return _none("minimum_above_cash", supply)


@dataclass(frozen=True)
class _Candidate:
    units: int
    tier: PriceTier


@dataclass(frozen=True)
class _Problem:
    units_per_year: float
    supply: SupplyTerms
    holding_rate: float
    shortage: float
    needed: float

    def economic(self, tier: PriceTier) -> float:
        fixed = self.supply.order_cost_minor + self.shortage
        holding = self.holding_rate * tier.unit_cost_minor
        if holding == 0:
            return self.units_per_year
        return min(math.sqrt(2 * fixed / holding) * math.sqrt(self.units_per_year), LARGEST)

    def yearly_cost(self, units: int, tier: PriceTier) -> float:
        goods, fixed = tier.unit_cost_minor * self.units_per_year, self.supply.order_cost_minor + self.shortage
        return goods + fixed * self.units_per_year / units + self.holding_rate * tier.unit_cost_minor * units / 2

    @property
    def least(self) -> int:
        """Least units needed; a limit may still cut them down to the smallest order."""
        return _whole_packs_up(max(self.needed, self.supply.smallest_order), self.supply.pack_units)

    @property
    def year(self) -> int:
        return max(self.least, _whole_packs_down(self.units_per_year, self.supply.pack_units))

    def best(self, limits: OrderLimits) -> _Candidate | None:
        """The least costly allowed order; where the limits forbid what is needed, the largest that they allow."""
        ends: Sequence[int | None] = [tier.from_units for tier in self.supply.tiers[1:]] + [None]
        enough: list[_Candidate] = []
        short: list[_Candidate] = []
        for tier, end in zip(self.supply.tiers, ends, strict=True):
            high = self._highest(tier, end, limits)
            low = max(self.supply.smallest_order, _whole_packs_up(tier.from_units, self.supply.pack_units))
            if high < low:
                continue
            if high < self.least:
                short.append(_Candidate(high, tier))
                continue
            quantity = min(max(self.economic(tier), low, self.least), high)
            down, up = (turn(quantity, self.supply.pack_units) for turn in (_whole_packs_down, _whole_packs_up))
            enough += [_Candidate(units, tier) for units in {down, up} if max(low, self.least) <= units <= high]
        if enough:
            return min(
                enough, key=lambda candidate: (self.yearly_cost(candidate.units, candidate.tier), candidate.units)
            )
        return max(short, key=lambda candidate: candidate.units, default=None)

    def _highest(self, tier: PriceTier, end: int | None, limits: OrderLimits) -> int:
        bounds = [float(self.year)]
        if end is not None:
            bounds.append(end - 1)
        if limits.sellable_units is not None:
            bounds.append(limits.sellable_units)
        if limits.cash_minor is not None:
            bounds.append(limits.cash_minor / tier.unit_cost_minor)
        if limits.cover_units is not None:
            bounds.append(max(limits.cover_units, self.supply.smallest_order))
        return _whole_packs_down(min(bounds), self.supply.pack_units)


def _reasons(problem: _Problem, best: _Candidate, limits: OrderLimits) -> tuple[QuantityReason, ...]:
    """A limit is a reason where the best order without it is another one, or where only the minimum goes beyond it."""
    without: dict[QuantityReason, OrderLimits] = {
        "shelf_life": replace(limits, sellable_units=None),
        "cash": replace(limits, cash_minor=None),
        "cover": replace(limits, cover_units=None),
    }
    if limits.cover_units is not None and best.units > limits.cover_units:
        return ("minimum_above_cover",)
    cut: list[QuantityReason] = [reason for reason, others in without.items() if problem.best(others) != best]
    if cut:
        return tuple(cut)
    economic, pack = problem.economic(best.tier), problem.supply.pack_units
    if best.units == problem.least and economic < best.units - pack / 2:
        return ("need",) if problem.needed > problem.supply.smallest_order else ("minimum",)
    start = _whole_packs_up(best.tier.from_units, pack)
    if best.tier != problem.supply.tiers[0] and best.units == start and economic < best.units:
        return ("price_break",)
    if best.units == problem.year and economic >= best.units + pack:
        return ("one_year",)
    return ("pack",) if pack > 1 and best.units != round(economic) else ("economic",)


def _none(reason: QuantityReason, supply: SupplyTerms) -> OrderQuantity:
    return OrderQuantity(0, supply.unit_cost_minor(supply.smallest_order), (reason,), 0.0, 0.0)


def _whole_packs_up(units: float, pack: int) -> int:
    return math.ceil(units / pack - 1e-9) * pack


def _whole_packs_down(units: float, pack: int) -> int:
    return math.floor(units / pack + 1e-9) * pack
