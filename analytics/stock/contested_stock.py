"""Value of a demand change while stock on hand limits sales until the next supply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate


@dataclass(frozen=True)
class Arrival:
    """Units that arrive after so many days."""

    days: float
    units: float


@dataclass(frozen=True)
class ShelfUntilSupply:
    """Stock of one product: units on hand, those on order, and days until an order of today arrives.

    `rate` is the daily demand of all channels.
    """

    on_hand: float
    arrivals: Sequence[Arrival]
    supply_days: float
    rate: DemandRate

    def without(self, units: float) -> "ShelfUntilSupply":
        """The same with so many units less on hand."""
        return replace(self, on_hand=self.on_hand - units)

    def sold(self, days: float, factor: float = 1.0) -> float:
        """Expected units sold in `days`, with demand `factor` times the usual.

        From one arrival to the next, E min(D, s) = E D - E(D - s)+ of what is expected to be left: exact for the first
        stretch, and taking the mean for what is carried over afterwards.
        """
        return float(self.sold_after(0.0, days, factor))

    def sold_after(self, taken: ArrayLike, days: float, factor: float = 1.0) -> Floats:
        """As `sold`, once units `taken` (any shape) are gone from what is on hand: the same shape."""
        check_amounts(days=days, factor=factor)
        rate = self.rate.times(factor)
        arrivals = sorted(
            (arrival for arrival in self.arrivals if arrival.days < days), key=lambda arrival: arrival.days
        )
        on_hand = np.maximum(self.on_hand - np.asarray(taken, dtype=float), 0.0)
        sold, elapsed = np.zeros_like(on_hand), 0.0
        for until, units in [*((arrival.days, arrival.units) for arrival in arrivals), (days, 0.0)]:
            stretch = max(until, 0.0) - elapsed
            if stretch > 0:
                law = rate.over(stretch)
                served = np.minimum(law.mean - law.shortage(on_hand), on_hand)
                sold, on_hand = sold + served, on_hand - served
            on_hand, elapsed = on_hand + units, elapsed + stretch
        return sold


@dataclass(frozen=True)
class ChannelSales:
    """A channel's sales of a product: units a day, and each one's contribution, in minor units."""

    units_a_day: float
    contribution_a_unit: float


def gain_within_stock(
    shelf: ShelfUntilSupply, now: ChannelSales, then: ChannelSales, others_contribution: float, horizon_days: float
) -> float:
    """Contribution gained over the horizon by going from `now` to `then` in one channel, in minor units.

    Until supply can follow, all channels share the stock on hand in proportion to their demand
    (`others_contribution` is a unit's contribution in the others); afterwards all demand is served. With stock to spare
    this is the difference of both channels' contributions. Raises InvalidNumbers.
    """
    check_positive(horizon_days=horizon_days)
    check_amounts(units_now=now.units_a_day, units_then=then.units_a_day, supply_days=shelf.supply_days)
    if shelf.rate.units_per_day <= 0:
        raise InvalidNumbers("Nothing is asked for, so nothing can run short.")
    usual = max(shelf.rate.units_per_day, now.units_a_day)
    others = usual - now.units_a_day
    short = min(shelf.supply_days, horizon_days)
    bounded = _contribution(shelf, short, others + then.units_a_day, then, others_contribution)
    bounded -= _contribution(shelf, short, usual, now, others_contribution)
    free = then.units_a_day * then.contribution_a_unit - now.units_a_day * now.contribution_a_unit
    return bounded + (horizon_days - short) * free


def _contribution(
    shelf: ShelfUntilSupply, days: float, demand_a_day: float, sales: ChannelSales, others_contribution: float
) -> float:
    """Contribution of the units sold until supply arrives, at a total demand of `demand_a_day` units."""
    if demand_a_day <= 0 or days <= 0:
        return 0.0
    share = sales.units_a_day / demand_a_day
    return shelf.sold(days, demand_a_day / shelf.rate.units_per_day) * (
        share * sales.contribution_a_unit + (1 - share) * others_contribution
    )
