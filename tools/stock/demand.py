"""Weekly demand on the warehouse, sales lost to an empty shelf counted in, as the arithmetic of orders takes it."""

from dataclasses import dataclass, replace
from math import sqrt

from analytics.forecasting.demand import DemandForecast, forecast
from analytics.pricing.price_shift import with_error
from analytics.stock.censored_demand import unconstrained_demand
from analytics.stock.lead_time import DemandRate, rate_from_periods
from tools.stock.book import ProductStock

WEEKS_A_YEAR = 52


@dataclass(frozen=True)
class WeeklyDemand:
    """Mean units a week over the horizon, the interval of a single week, and the daily law behind them."""

    mean: float
    low: float
    high: float
    rate: DemandRate

    def times(self, factor: float) -> "WeeklyDemand":
        """This demand times `factor`."""
        return WeeklyDemand(self.mean * factor, self.low * factor, self.high * factor, self.rate.times(factor))


def weekly_demand(stock: ProductStock, weeks_ahead: int) -> WeeklyDemand:
    """The demand of the next weeks, from past ones as they would have been with enough stock, at today's prices.

    Raises InvalidNumbers.
    """
    shift = stock.shift
    asked_for = unconstrained_demand(stock.used, stock.available) * shift.factor
    ahead = forecast(asked_for, weeks_ahead, WEEKS_A_YEAR, family="gamma")
    rate = _rate(ahead)
    return WeeklyDemand(
        mean=float(ahead.mean.mean()),
        low=float(ahead.lower.mean()),
        high=float(ahead.upper.mean()),
        rate=replace(rate, standard_error=with_error(rate.standard_error, rate.units_per_day, shift)),
    )


def _rate(ahead: DemandForecast) -> DemandRate:
    """A steady daily law with the forecast's mean and its deviations of one week and of all weeks together.

    Of independent weeks with a shared error e of the mean, one week's variance is v + e^2, that of n is n v + n^2 e^2.
    """
    weeks = len(ahead.mean)
    one_week, all_weeks = float((ahead.deviation**2).mean()), float(ahead.total_deviation[-1] ** 2)
    shared = max((all_weeks - weeks * one_week) / (weeks**2 - weeks), 0.0) if weeks > 1 else 0.0
    own = max(one_week - shared, 0.0)
    return rate_from_periods(float(ahead.mean.mean()), sqrt(own), 7.0, sqrt(shared))
