"""Reorder points and order-up-to levels for a target service level or for least cost."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.statistics.amounts import check_amounts, check_positive, check_probabilities
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw
from analytics.stock.lead_time import DemandRate, LeadTime

_POSITIONS = 64

ServiceKind = Literal["money", "cycle_service", "fill_rate"]


@dataclass(frozen=True)
class ServiceTarget:
    """Target of stock: least cost, or a share of order cycles or of units that must not run short."""

    kind: ServiceKind = "money"
    share: float | None = None

    def __post_init__(self) -> None:
        if (self.share is None) != (self.kind == "money"):
            raise InvalidNumbers("A cycle service or fill rate needs its share, and a service by money has none.")
        if self.share is not None:
            check_probabilities(service=self.share)


def critical_fractile(underage_minor: float, overage_minor: float) -> float:
    """The share of demand to cover when a unit short costs `underage_minor` and a unit left over `overage_minor`.

    cu / (cu + co) (Arrow, Harris & Marschak 1951; Nahmias & Olsen 2015, section 5.3). For stock that keeps, reviewed
    each week, underage is a unit's margin and overage a week's holding. Raises InvalidNumbers when both are 0.
    """
    check_amounts(underage=underage_minor, overage=overage_minor)
    if underage_minor + overage_minor <= 0:
        raise InvalidNumbers("Neither a unit short nor a unit over costs anything, so no level is better than another.")
    return underage_minor / (underage_minor + overage_minor)


def newsvendor_level(law: DemandLaw, underage_minor: float, overage_minor: float) -> float:
    """The level of least expected cost, the critical fractile's quantile: 0 where being short costs nothing.

    Raises InvalidNumbers where being over costs nothing, as no level is then enough.
    """
    share = critical_fractile(underage_minor, overage_minor)
    if share == 0:
        return 0.0
    if share == 1:
        raise InvalidNumbers("A unit left over must cost something, or no level is enough.")
    return law.quantile(share)


def level_for_cycle_service(law: DemandLaw, share: float) -> float:
    """The least level that the demand of `law` stays within in `share` of cycles.

    `law` is that of the lead time for a reorder point watched all the time, and of lead time plus review for an
    order-up-to level: both exact. For a reorder point looked at once a review the latter is a little more than needed.
    """
    return law.quantile(share)


def share_short(
    rate: DemandRate, lead: LeadTime, review_days: float, reorder_point: float, order_units: float
) -> float:
    """The long-run share of units that are not served from stock, with backorders.

    The position after a review is evenly spread over the order quantity's steps above the reorder point; what is
    short from one arrival to the next is then E(D over L + R beyond y) - E(D over L beyond y) (Hadley & Whitin 1963,
    chapter 5 for orders in multiples of Q; chapter 4 with no time between reviews). Where sales are lost instead, it
    errs on the safe side. Raises InvalidNumbers when there is no demand, or nothing is ordered.
    """
    check_positive(units_a_day=rate.units_per_day, order_quantity=order_units)
    check_amounts(review_days=review_days)
    at_arrival = rate.over(lead.mean_days, lead.sd_days)
    if review_days == 0:
        ends = at_arrival.shortage(np.array([reorder_point, reorder_point + order_units]))
        return min(1.0, max(0.0, float(ends[0] - ends[1]) / order_units))
    steps = min(_POSITIONS, max(1, math.floor(order_units)))
    width = order_units / steps
    middle = (width + 1) / 2 if rate.family == "counts" else width / 2
    positions = reorder_point + width * np.arange(steps) + middle
    later = rate.over(lead.mean_days + review_days, lead.sd_days)
    short = later.shortage(positions) - at_arrival.shortage(positions)
    return min(1.0, max(0.0, float(short.mean()) / (rate.units_per_day * review_days)))


def level_for_fill_rate(rate: DemandRate, lead: LeadTime, review_days: float, order_units: float, share: float) -> int:
    """The least whole reorder point that serves `share` of units from stock, orders being `order_units` each.

    It may be 0 though the goods take time: a large order serves much by itself. Raises InvalidNumbers.
    """
    check_probabilities(fill_rate=share)
    low, high = -1, 1 + math.ceil(rate.over(lead.mean_days + review_days, lead.sd_days).mean)
    while share_short(rate, lead, review_days, high, order_units) > 1 - share:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if share_short(rate, lead, review_days, middle, order_units) > 1 - share:
            low = middle
        else:
            high = middle
    return high
