"""Reorder point and order quantity of a product, independent of its present stock."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analytics.statistics.amounts import LARGEST, check_amounts, check_positive, check_probabilities
from analytics.stock.lead_time import DemandRate, LeadTime
from analytics.stock.order_quantity import OrderLimits, OrderQuantity, SupplyTerms, order_quantity
from analytics.stock.review_outlook import look_ahead
from analytics.stock.service_levels import ServiceTarget, level_for_cycle_service, level_for_fill_rate, share_short

DAYS_PER_YEAR = 365.0
_ROUNDS = 3
_PLANS_KEPT = 4_096


@dataclass(frozen=True)
class StockTerms:
    """Economics and limits of stock: revenue of a unit, holding cost, shelf life, cash and cover.

    `net_revenue_minor` is a unit's net revenue before its cost; `holding_rate_per_year` is a share of its unit cost.
    `shelf_life_days` are left on arrival; an order sells out within them with `sell_out_probability`. `cash_minor` is
    the most that the goods of this order may cost. `slow_days` of cover and more make a slow mover, and
    `most_cover_days`, if any, are the most that an order may bring it to where the supplier takes so little.
    """

    net_revenue_minor: float
    holding_rate_per_year: float
    shelf_life_days: float | None = None
    sell_out_probability: float = 0.9
    cash_minor: float | None = None
    slow_days: float = 180.0
    most_cover_days: float | None = None

    def __post_init__(self) -> None:
        check_amounts(
            net_revenue=self.net_revenue_minor,
            holding_rate=self.holding_rate_per_year,
            shelf_life=self.shelf_life_days,
            cash=self.cash_minor,
        )
        check_probabilities(sell_out_probability=self.sell_out_probability)
        check_positive(slow_days=self.slow_days)
        check_amounts(most_cover=self.most_cover_days)


@dataclass(frozen=True)
class StockedProduct:
    """Replenishment parameters of a product: demand, lead time, the supplier's terms and the brand's.

    Raises InvalidNumbers when there are no days between reviews.
    """

    rate: DemandRate
    lead: LeadTime
    supply: SupplyTerms
    terms: StockTerms
    review_days: float = 7.0

    def __post_init__(self) -> None:
        check_positive(review_days=self.review_days)

    @property
    def units_per_year(self) -> float:
        """Yearly demand, in units."""
        return self.rate.units_per_day * DAYS_PER_YEAR

    def margin_minor(self, unit_cost_minor: float) -> float:
        """Margin of a unit sold, in minor units."""
        return self.terms.net_revenue_minor - unit_cost_minor


@dataclass(frozen=True)
class ReplenishmentPlan:
    """Reorder point and order-up-to level, independent of present stock; `reorder_point` -1 where no order pays."""

    reorder_point: int
    quantity: OrderQuantity
    safety_stock: float

    @property
    def order_up_to(self) -> int:
        """The level that an order fills up to: the quantity above the reorder point."""
        return max(self.reorder_point, 0) + self.quantity.units


_BY_MONEY = ServiceTarget()


@lru_cache(maxsize=_PLANS_KEPT)
def plan_replenishment(product: StockedProduct, service: ServiceTarget = _BY_MONEY) -> ReplenishmentPlan:
    """The reorder point and quantity, found in turn (Hadley & Whitin 1963, chapter 4).

    By money the reorder point is the highest position at which ordering gains more than waiting: for small reviews
    this is their P(D > r) = Q h / (p d). An order covers a review's demand at least. Shelf life bounds the quantity.
    Plans are remembered, as a meeting asks for the same ones again and again.
    """
    limits = OrderLimits(sellable_units=sells_in_shelf_life(product), cover_units=covers_at_most(product))
    covered = product.rate.units_per_day * product.review_days
    quantity = quantity_within(product, limits, 0.0, covered)
    if not quantity.units or product.margin_minor(quantity.unit_cost_minor) <= 0:
        return ReplenishmentPlan(-1, quantity, 0.0)
    point = _reorder_point(product, service, quantity)
    for _ in range(_ROUNDS if service.kind == "money" and point >= 0 else 0):
        again = quantity_within(product, limits, _short_minor_per_cycle(product, quantity, point), covered)
        if again.units == quantity.units:
            break
        quantity, point = again, _reorder_point(product, service, again)
    awaited = product.rate.units_per_day * (product.lead.mean_days + product.review_days)
    return ReplenishmentPlan(point, quantity, max(point, 0) - awaited)


def worth_minor(product: StockedProduct, quantity: OrderQuantity) -> tuple[float, float]:
    """Value of a unit saved from shortage, and cost of holding the order a review longer, in minor units.

    m - K / Q + h Q / 2 d, and h R Q: see `analytics.stock.replenishment.advise_order`.
    """
    units = quantity.units
    holding = quantity.unit_cost_minor * product.terms.holding_rate_per_year / DAYS_PER_YEAR
    again = product.supply.order_cost_minor / units - holding * units / (2 * product.rate.units_per_day)
    return product.margin_minor(quantity.unit_cost_minor) - again, holding * product.review_days * units


def quantity_within(product: StockedProduct, limits: OrderLimits, shortage: float, needed: float) -> OrderQuantity:
    """The product's `order_quantity`. Raises InvalidNumbers."""
    return order_quantity(
        product.units_per_year,
        product.supply,
        product.terms.holding_rate_per_year,
        limits=limits,
        shortage_minor_per_cycle=shortage,
        needed_units=needed,
    )


def sells_in_shelf_life(product: StockedProduct, position: float | None = None) -> int | None:
    """The most units to order that sell before they expire, present stock selling first."""
    days, sure = product.terms.shelf_life_days, product.terms.sell_out_probability
    if days is None:
        return None
    alone = product.rate.over(days).demand_at_least(sure)
    if position is None:
        return alone
    all_of_it = product.rate.over(product.lead.mean_days + days, product.lead.sd_days).demand_at_least(sure)
    return max(0, min(alone, int(all_of_it - max(position, 0.0))))


def covers_at_most(product: StockedProduct, position: float = 0.0) -> float | None:
    """The most units that may come on top of a position within the brand's limit of cover; below 0 if it is beyond."""
    days = product.terms.most_cover_days
    return None if days is None else product.rate.units_per_day * days - position


def _short_minor_per_cycle(product: StockedProduct, quantity: OrderQuantity, point: int) -> float:
    short = share_short(product.rate, product.lead, product.review_days, point, quantity.units) * quantity.units
    return min(product.margin_minor(quantity.unit_cost_minor) * short, LARGEST)


def _reorder_point(product: StockedProduct, service: ServiceTarget, quantity: OrderQuantity) -> int:
    if service.kind == "cycle_service" and service.share is not None:
        span = product.lead.mean_days + product.review_days
        return int(np.ceil(level_for_cycle_service(product.rate.over(span, product.lead.sd_days), service.share)))
    if service.kind == "fill_rate" and service.share is not None:
        return level_for_fill_rate(product.rate, product.lead, product.review_days, quantity.units, service.share)
    return _point_by_money(product, quantity)


def _point_by_money(product: StockedProduct, quantity: OrderQuantity) -> int:
    """By halving, as what is saved falls with the position."""
    worth, longer = worth_minor(product, quantity)

    def pays(position: int) -> bool:
        outlook = look_ahead(position, product.rate, product.lead, product.review_days)
        return worth * outlook.units_saved(quantity.units) > longer

    span = product.rate.over(product.lead.mean_days + product.review_days, product.lead.sd_days)
    low, high = -1, int(np.ceil(span.quantile(0.99999))) + 1
    if product.margin_minor(quantity.unit_cost_minor) <= 0 or not pays(0):
        return -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if pays(middle) else (low, middle)
    return low
