"""The demand figure of a product: what every order, transfer check, price check and item about it goes by."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np

from analytics.forecasting.demand import DemandForecast, forecast
from analytics.forecasting.events import EventWeeks, apart_from_events
from analytics.pricing.panel import Floats
from analytics.pricing.price_shift import PriceShift, with_error
from analytics.stock.censored_demand import unconstrained_demand
from analytics.stock.lead_time import DemandRate, rate_from_periods

WEEKS_A_YEAR = 52
_DAYS, _SURE = 7.0, 0.9


@dataclass(frozen=True, eq=False)
class WeeklyDemand:
    """Mean units of a usual week over the horizon, the interval of a single week, and the daily law behind them.

    `event_units` (H,) are the units that events bring on top, by week ahead: `events` names them. `set_apart` names
    those that were taken out of the past, so that they do not count as its level.
    """

    mean: float
    low: float
    high: float
    rate: DemandRate
    event_units: Floats = field(default_factory=lambda: np.zeros(0))
    events: tuple[str, ...] = ()
    set_apart: tuple[str, ...] = ()

    def times(self, factor: float) -> "WeeklyDemand":
        """This demand times `factor`."""
        return replace(
            self,
            mean=self.mean * factor,
            low=self.low * factor,
            high=self.high * factor,
            rate=self.rate.times(factor),
            event_units=self.event_units * factor,
        )

    def events_within(self, days: float) -> float:
        """Units that events bring on top of usual demand in the next `days`."""
        whole = int(days // _DAYS)
        more = self.event_units
        return float(more[:whole].sum() + (more[whole] * (days / _DAYS - whole) if whole < len(more) else 0.0))


def weekly_demand(
    used: Floats, available: Floats, weeks_ahead: int, shift: PriceShift, events: Sequence[EventWeeks] = ()
) -> WeeklyDemand:
    """The demand of the `weeks_ahead`: THE figure of a product, by this definition and no other.

    Units used by week (W,) are restated for the share `available` (W,) of the week with stock (`unconstrained_demand`)
    and to today's prices (`shift`); events are told apart (`apart_from_events`), the rest is forecast, and its mean
    over the weeks ahead is the usual week. Raises InvalidNumbers.
    """
    asked_for = unconstrained_demand(used, available) * shift.factor
    told = apart_from_events(asked_for, events, weeks_ahead, available >= _SURE)
    ahead = forecast(told.usual, weeks_ahead, WEEKS_A_YEAR, family="gamma")
    rate = _rate(ahead)
    return WeeklyDemand(
        mean=float(ahead.mean.mean()),
        low=float(ahead.lower.mean()),
        high=float(ahead.upper.mean()),
        rate=replace(rate, standard_error=with_error(rate.standard_error, rate.units_per_day, shift)),
        event_units=ahead.mean * told.more,
        events=told.names,
        set_apart=told.set_apart,
    )


def _rate(ahead: DemandForecast) -> DemandRate:
    """A steady daily law with the forecast's mean and its deviations of one week and of all weeks together.

    Of independent weeks with a shared error e of the mean, one week's variance is v + e^2, that of n is n v + n^2 e^2.
    """
    weeks = len(ahead.mean)
    one_week, all_weeks = float((ahead.deviation**2).mean()), float(ahead.total_deviation[-1] ** 2)
    shared = max((all_weeks - weeks * one_week) / (weeks**2 - weeks), 0.0) if weeks > 1 else 0.0
    own = max(one_week - shared, 0.0)
    return rate_from_periods(float(ahead.mean.mean()), sqrt(own), _DAYS, sqrt(shared))
