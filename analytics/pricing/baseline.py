"""Baseline sales per period at today's price, with their standard error."""

from dataclasses import dataclass

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.autocorrelation import lag_one_correlation
from analytics.statistics.errors import InvalidNumbers


@dataclass(frozen=True)
class Baseline:
    """Baseline sales per period at today's price: the mean, its standard error, and the deviation of single periods.

    `deviation` is one period's standard deviation and `correlation` that between a period and the next.
    """

    units: float
    standard_error: float
    deviation: float
    correlation: float
    periods: int
    promoted_included: bool = False

    def error_over(self, horizon_periods: int) -> float:
        """Standard error of the mean of the next `horizon_periods`: of the baseline, and of the periods round it."""
        astray = self.deviation * np.sqrt(_carry(self.correlation) / horizon_periods)
        return float(np.hypot(self.standard_error, min(astray, self.deviation)))


def baseline_units(units: Floats, promoted: Floats | None = None, periods: int = 8) -> Baseline:
    """Sales to expect in a period, from the last `periods` unpromoted ones of `units` (T,), oldest first.

    The mean is of values drawn in to three robust deviations from the median (Huber 1981, section 1.7); the deviation
    is that of four times as many periods, as eight are too few for it. Its standard error allows for
    lag-one correlation r by (1 + r) / (1 - r). Where fewer than half of `periods` are unpromoted, all recent ones
    count and the answer says so. Raises InvalidNumbers on negative or no data, or when lengths differ.
    """
    sales = np.asarray(units, dtype=float)
    if sales.ndim != 1 or sales.size < 2 or not np.isfinite(sales).all() or (sales < 0).any():
        raise InvalidNumbers("A baseline needs at least two periods of units, none of them negative.")
    marked = np.zeros(sales.size) if promoted is None else np.asarray(promoted, dtype=float)
    if marked.shape != sales.shape:
        raise InvalidNumbers(f"{sales.size} periods of units and {marked.size} of promotion do not match.")
    plain = sales[marked <= 0]
    enough = len(plain) >= max(2, periods // 2)
    history = plain if enough else sales
    recent, longer = history[-periods:], history[-4 * periods :]
    deviation = _robust_deviation(longer)
    middle = np.median(recent)
    drawn_in = np.clip(recent, middle - 3 * deviation, middle + 3 * deviation)
    correlation = lag_one_correlation(history)
    error = deviation * np.sqrt(_carry(correlation) / len(recent))
    return Baseline(float(drawn_in.mean()), float(error), deviation, correlation, len(recent), not enough)


def at_price(units: Floats, prices: Floats, price_now: float, elasticity: float) -> Floats:
    """Past units (T,) as they would have been at today's price: q (p_now / p)^e. Raises InvalidNumbers."""
    if np.shape(units) != np.shape(prices) or np.any(np.asarray(prices) <= 0) or price_now <= 0:
        raise InvalidNumbers("Units and prices must be equally long, and prices above zero.")
    return np.asarray(units, dtype=float) * (price_now / np.asarray(prices, dtype=float)) ** elasticity


def _robust_deviation(history: Floats) -> float:
    """1.4826 times the median absolute deviation (Rousseeuw & Croux 1993, equation 1.2), n / (n - 0.8) for small n."""
    robust = 1.4826 * float(np.median(np.abs(history - np.median(history)))) * len(history) / (len(history) - 0.8)
    return robust if robust > 0 else float(history.std(ddof=1))


def _carry(correlation: float) -> float:
    """Variance inflation of a mean under lag-one correlation r: (1 + r) / (1 - r)."""
    return (1 + correlation) / (1 - correlation)
