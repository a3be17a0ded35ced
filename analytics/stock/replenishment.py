"""Order advice for a product at this review: units, and the gain against waiting for the next review."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive, check_probabilities
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.order_quantity import OrderLimits, OrderQuantity, QuantityReason
from analytics.stock.reorder_plan import (
    ReplenishmentPlan,
    StockedProduct,
    covers_at_most,
    plan_replenishment,
    quantity_within,
    sells_in_shelf_life,
    worth_minor,
)
from analytics.stock.review_outlook import ReviewOutlook, look_ahead
from analytics.stock.service_levels import ServiceTarget

_LAW_CELLS, _MONEY_CELLS = 64, 2_048
HOLDING_OFF = 0.25
"""Uncertainty of the holding cost, as a share of the brand's estimate, either way."""

OrderReason = Literal[
    "below_reorder_point",
    "above_reorder_point",
    "no_margin",
    "never_pays_to_stock",
    "loses_money_but_service_asks_for_it",
    "lead_time_is_assumed",
    "more_stock_than_needed",
    "slow_mover",
    "owed_to_customers",
]


@dataclass(frozen=True)
class StockPosition:
    """Units on hand, on order, and reserved for customers. Raises InvalidNumbers below 0.

    What is reserved beyond both is owed, and is ordered on top. Events take `event_units_before` the goods come, as far
    as there is stock (the rest is lost), and `event_units_after` it, which can be ordered for.
    """

    on_hand: float
    on_order: float = 0.0
    reserved: float = 0.0
    event_units_before: float = 0.0
    event_units_after: float = 0.0

    def __post_init__(self) -> None:
        check_amounts(
            on_hand=self.on_hand,
            on_order=self.on_order,
            reserved=self.reserved,
            event_units_before=self.event_units_before,
            event_units_after=self.event_units_after,
        )

    @property
    def units(self) -> float:
        """The inventory position for usual demand: on hand and on order, less reserved and what events take."""
        held = self.on_hand + self.on_order - self.reserved
        return max(held - self.event_units_before, min(held, 0.0)) - self.event_units_after

    def lasts_days(self, rate: DemandRate, lead: LeadTime, review_days: float, ordered: float = 0.0) -> float:
        """How long it lasts, with so many more units; what events take goes evenly until goods come, and after that.

        Below zero by the days of usual demand that are owed. The rate must be above zero.
        """
        left, days = self.on_hand + self.on_order - self.reserved + ordered, 0.0
        for span, event_units in ((lead.mean_days, self.event_units_before), (review_days, self.event_units_after)):
            taken = rate.units_per_day * span + event_units
            if left < taken:
                return days + left / taken * span if left > 0 else days + left / rate.units_per_day
            left, days = left - taken, days + span
        return days + left / rate.units_per_day

    @property
    def owed(self) -> float:
        """Units sold beyond all that is there or under way."""
        return max(self.reserved - self.on_hand - self.on_order, 0.0)


@dataclass(frozen=True)
class OrderGain:
    """Profit from ordering now less that from waiting one review, in minor units, `low..high` at `coverage`.

    `units_saved` are the sales that waiting would lose. Stock left at the end counts at what it saves later.
    """

    value_minor: int
    low_minor: int
    high_minor: int
    coverage: float
    units_saved: float
    law: "GainLaw | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class GainLaw:
    """Distribution of the gain of one order of `units`: a unit saved is worth `worth`, holding all costs `longer`."""

    outlook: ReviewOutlook
    units: int
    worth: float
    longer: float

    def cells(self) -> tuple[Floats, Floats]:
        """Money (k,) and its probabilities (k,): nothing saved by itself, the rest in cells taken at their middle."""
        edges = np.unique(np.linspace(0, self.units, min(self.units, _LAW_CELLS) + 1).astype(int))
        more = np.concatenate([[1.0], self.outlook.more_saved_than(edges[:-1]), [0.0]])
        saved = np.array([0.0, *((edges[:-1] + 1 + edges[1:]) / 2)])
        return self.worth * saved - self.longer, np.maximum(-np.diff(more), 0.0)


def gain_together(gains: Sequence[OrderGain], coverage: float = 0.80) -> tuple[int, int, int]:
    """Gain of several orders together: expected, low and high, in minor units.

    Their laws are laid out on cells of money, shared so that each mean is kept, and folded: the demands of
    products are taken to be independent. A sum of rare large gains is skewed, so that no root of squares describes its
    ends. Holding costs are known to `HOLDING_OFF`, which moves both ends, also where nothing is saved.
    Raises InvalidNumbers where a gain has no law.
    """
    check_probabilities(coverage=coverage)
    laws = [gain.law.cells() for gain in gains if gain.law is not None]
    if len(laws) < len(gains):
        raise InvalidNumbers("The law of a gain is not known.")
    value = sum(gain.value_minor for gain in gains)
    base = sum(float(money.min()) for money, _ in laws)
    span = sum(float(np.ptp(money)) for money, _ in laws)
    if span <= 0:
        return value, value, value
    total = np.ones(1)
    for money, chances in laws:
        place = (money - money.min()) / span * (_MONEY_CELLS - 1)
        below = np.floor(place).astype(int)
        cells = np.bincount(below, chances * (1 - (place - below)), _MONEY_CELLS + 1)
        cells += np.bincount(below + 1, chances * (place - below), _MONEY_CELLS + 1)[: _MONEY_CELLS + 1]
        total = np.convolve(total, cells[: int(below.max()) + 2])
    tail = (1 - coverage) / 2
    ends = np.searchsorted(np.cumsum(total), [tail + 1e-12, total.sum() * (1 - tail) - 1e-12])
    low, high = (base + end / (_MONEY_CELLS - 1) * span for end in ends)
    off = HOLDING_OFF * sum(gain.law.longer for gain in gains if gain.law is not None)
    return value, min(round(low - off), value), max(round(high + off), value)


@dataclass(frozen=True)
class OrderAdvice:
    """Order `units` now, wait, or see why no order is possible.

    The reorder point (-1: never) and the level ordered up to stand for this product at its terms. Stock-out
    probabilities run to the day when the next review's order could be here. `gain` is of `quantity`, also when the
    advice is to wait. `cover_days` is None without demand, `cover_after_days` counts the order in; `excess_units` is
    what lies above the level ordered up to.
    """

    decision: Literal["order", "wait", "impossible"]
    reasons: tuple[OrderReason | QuantityReason, ...]
    units: int
    quantity: OrderQuantity
    reorder_point: int
    order_up_to: int
    safety_stock: float
    gain: OrderGain | None
    stock_out_without: float
    stock_out_with: float
    cover_days: float | None
    cover_after_days: float | None
    excess_units: float


_BY_MONEY = ServiceTarget()


def advise_order(
    product: StockedProduct,
    position: StockPosition,
    *,
    service: ServiceTarget = _BY_MONEY,
    plan: ReplenishmentPlan | None = None,
    coverage: float = 0.80,
) -> OrderAdvice:
    """Advice to order at this review or wait for the next, with the gain of ordering now.

    Ordered is up to the plan's level, counting as stock what will have been lost before the goods are here; within
    shelf life and cash. The gain of an order of Q is s (m - K / Q + h Q / 2 d) - h R Q: the s units that only it can
    sell before the next review's order arrives bring their margin m, must be bought again at their share of the order
    cost K, and need not be held while Q sells at d; all Q are held the review's length R longer. What is owed to
    customers is ordered on top and counts for no gain: it is sold already. It follows from the
    relative value of stock under orders of Q (dynamic programming for average cost), is zero for both when waiting
    costs nothing, and is R times the profit rate when the shelf is empty. `plan` saves time where it is known.
    Raises InvalidNumbers.
    """
    check_probabilities(coverage=coverage)
    check_amounts(size_of_position=abs(position.units))
    plan = plan_replenishment(product, service) if plan is None else plan
    outlook = look_ahead(position.units, product.rate, product.lead, product.review_days)
    quantity = _to_order_now(product, plan, position.units)
    free = max(quantity.units - ceil(position.owed), min(quantity.units, 1))
    gain = _gain(product, outlook, replace(quantity, units=free), coverage) if free else None
    decision, reasons = _decide(product, plan, quantity, gain, position, service)
    return OrderAdvice(
        decision=decision,
        reasons=(*reasons, *_flags(product, plan, position)),
        units=quantity.units if decision == "order" else 0,
        quantity=quantity,
        reorder_point=plan.reorder_point,
        order_up_to=plan.order_up_to,
        safety_stock=plan.safety_stock,
        gain=gain,
        stock_out_without=outlook.stock_out(),
        stock_out_with=outlook.stock_out(free),
        cover_days=_cover_days(product, position),
        cover_after_days=_cover_days(product, position, quantity.units),
        excess_units=max(0.0, position.units - plan.order_up_to) if _is_settled(product, plan) else 0.0,
    )


def gain_of_ordering_now(
    product: StockedProduct, position: StockPosition, units: int, coverage: float = 0.80
) -> OrderGain:
    """Gain of an order of `units` at this review against the next, as in `advise_order`. Raises InvalidNumbers."""
    check_positive(units=units, units_a_day=product.rate.units_per_day)
    check_probabilities(coverage=coverage)
    outlook = look_ahead(position.units, product.rate, product.lead, product.review_days)
    cost = product.supply.unit_cost_minor(units)
    return _gain(product, outlook, OrderQuantity(units, cost, (), 0.0, 0.0), coverage)


def _to_order_now(product: StockedProduct, plan: ReplenishmentPlan, position: float) -> OrderQuantity:
    if not plan.quantity.units:
        return plan.quantity
    lost = product.rate.over(product.lead.mean_days, product.lead.sd_days).shortage(max(position, 0.0))
    needed = plan.order_up_to - position - float(lost)
    limits = OrderLimits(
        sells_in_shelf_life(product, position), product.terms.cash_minor, covers_at_most(product, position)
    )
    quantity = quantity_within(product, limits, 0.0, max(needed, plan.quantity.units))
    if quantity.reasons != ("need",):
        return quantity
    topped_up: tuple[QuantityReason, ...] = ("need",) if quantity.units > plan.quantity.units else ()
    return replace(quantity, reasons=(*topped_up, *plan.quantity.reasons))


def _gain(product: StockedProduct, outlook: ReviewOutlook, quantity: OrderQuantity, coverage: float) -> OrderGain:
    worth, longer = worth_minor(product, quantity)
    saved, tail = outlook.units_saved(quantity.units), (1 - coverage) / 2
    ends = [worth * outlook.saved_quantile(quantity.units, share) - longer for share in (tail, 1 - tail)]
    value = round(worth * saved - longer)
    law = GainLaw(outlook, quantity.units, worth, longer)
    return OrderGain(value, min(value, *map(round, ends)), max(value, *map(round, ends)), coverage, saved, law)


def _decide(
    product: StockedProduct,
    plan: ReplenishmentPlan,
    quantity: OrderQuantity,
    gain: OrderGain | None,
    position: StockPosition,
    service: ServiceTarget,
) -> tuple[Literal["order", "wait", "impossible"], tuple[OrderReason | QuantityReason, ...]]:
    if not product.rate.units_per_day:
        return "wait", ("no_demand",)
    if product.margin_minor(quantity.unit_cost_minor) <= 0:
        return "wait", ("no_margin",)
    if plan.quantity.units and plan.reorder_point < 0:
        return "wait", ("never_pays_to_stock", *plan.quantity.reasons)
    if plan.quantity.units and position.units > plan.reorder_point:
        return "wait", ("above_reorder_point",)
    if gain is None:
        return "impossible", quantity.reasons
    owed: tuple[OrderReason, ...] = ("owed_to_customers",) if position.owed else ()
    if gain.value_minor <= 0 and service.kind == "money" and not owed:
        return "wait", ("never_pays_to_stock", *quantity.reasons)
    losing: tuple[OrderReason, ...] = (
        ("loses_money_but_service_asks_for_it",) if gain.value_minor < 0 and service.kind != "money" else ()
    )
    return "order", ("below_reorder_point", *owed, *losing, *quantity.reasons)


def _flags(product: StockedProduct, plan: ReplenishmentPlan, position: StockPosition) -> tuple[OrderReason, ...]:
    cover = _cover_days(product, position)
    flags: dict[OrderReason, bool] = {
        "lead_time_is_assumed": product.lead.assumed,
        "more_stock_than_needed": position.units > plan.order_up_to and _is_settled(product, plan),
        "slow_mover": position.units > 0 and (cover is None or cover >= product.terms.slow_days),
    }
    return tuple(flag for flag, holds in flags.items() if holds)


def _is_settled(product: StockedProduct, plan: ReplenishmentPlan) -> bool:
    """True if the order-up-to level is known: not where the supplier's minimum makes any order impossible."""
    return plan.quantity.units > 0 or product.rate.units_per_day == 0


def _cover_days(product: StockedProduct, position: StockPosition, ordered: int = 0) -> float | None:
    if not product.rate.units_per_day:
        return None
    return max(position.lasts_days(product.rate, product.lead, product.review_days, ordered), 0.0)
