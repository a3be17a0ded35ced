"""What a change of demand is worth where the stock at hand limits what can be sold until more can come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.statistics.amounts import check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate


@dataclass(frozen=True)
class Arrival:
    """Units that come after so many days."""

    days: float
    units: float


@dataclass(frozen=True)
class ShelfUntilSupply:
    """What one product can be sold out of: units on hand, those on their way, and days until an order of today is in.

    `rate` is what all channels ask of it a day.
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
        check_amounts(days=days, factor=factor)
        rate = self.rate.times(factor)
        coming = sorted((one for one in self.arrivals if one.days < days), key=lambda one: one.days)
        left, sold, at = max(self.on_hand, 0.0), 0.0, 0.0
        for until, units in [*((one.days, one.units) for one in coming), (days, 0.0)]:
            stretch = max(until, 0.0) - at
            law = rate.over(stretch)
            now = min(law.mean - float(law.shortage(left)), left) if stretch > 0 else 0.0
            sold, left, at = sold + now, left - now + units, at + stretch
        return sold


@dataclass(frozen=True)
class ChannelSales:
    """A channel's sales of a product: units a day, and what each leaves after its cost, in minor units."""

    units_a_day: float
    left_a_unit: float


def gain_within_stock(
    shelf: ShelfUntilSupply, now: ChannelSales, then: ChannelSales, others_leave: float, horizon_days: float
) -> float:
    """What going from `now` to `then` in one channel brings over the horizon, in minor units.

    Until supply can follow, all channels share what is on the shelf in proportion to what is asked of them
    (`others_leave` is what a unit leaves in the others); afterwards everything asked for is sold. With stock to spare
    this is the difference of both channels' contributions. Raises InvalidNumbers.
    """
    check_positive(horizon_days=horizon_days)
    check_amounts(units_now=now.units_a_day, units_then=then.units_a_day, supply_days=shelf.supply_days)
    if shelf.rate.units_per_day <= 0:
        raise InvalidNumbers("Nothing is asked for, so nothing can run short.")
    usual = max(shelf.rate.units_per_day, now.units_a_day)
    others = usual - now.units_a_day
    short = min(shelf.supply_days, horizon_days)
    bounded = _brought(shelf, short, others + then.units_a_day, then, others_leave)
    bounded -= _brought(shelf, short, usual, now, others_leave)
    free = then.units_a_day * then.left_a_unit - now.units_a_day * now.left_a_unit
    return bounded + (horizon_days - short) * free


def _brought(shelf: ShelfUntilSupply, days: float, asked: float, sales: ChannelSales, others_leave: float) -> float:
    """What is left of the units sold until supply comes, with `asked` units a day asked for in all."""
    if asked <= 0 or days <= 0:
        return 0.0
    share = sales.units_a_day / asked
    return shelf.sold(days, asked / shelf.rate.units_per_day) * (share * sales.left_a_unit + (1 - share) * others_leave)
