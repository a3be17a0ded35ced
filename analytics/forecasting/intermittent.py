"""Forecasts of intermittent demand: the size of a sale and the interval between sales."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.pricing.panel import Floats

Pattern = Literal["smooth", "erratic", "intermittent", "lumpy"]
RateMethod = Literal["sba", "tsb", "few_periods", "never_sold"]

INTERVAL_CUT, VARIATION_CUT = 1.32, 0.49
SMOOTHING = 0.1
UNLIKELY = 0.05
UNLIKELY_WAIT = 0.01


@dataclass(frozen=True)
class DemandPattern:
    """Mean periods between sales, the squared coefficient of variation of their sizes, and the pattern's name."""

    interval: float
    variation: float

    @property
    def name(self) -> Pattern:
        """Class by Syntetos, Boylan & Croston 2005: cut at an interval of 1.32 and a squared variation of 0.49."""
        if self.interval <= INTERVAL_CUT:
            return "smooth" if self.variation <= VARIATION_CUT else "erratic"
        return "intermittent" if self.variation <= VARIATION_CUT else "lumpy"


@dataclass(frozen=True)
class SteadyRate:
    """Units a period, the same in each; the variance of a single period round it, and of the rate itself."""

    method: RateMethod
    units: float
    variance: float
    rate_variance: float


def demand_pattern(units: Floats) -> DemandPattern:
    """The pattern of `units` (T,) without missing periods, at least one above zero."""
    sizes = units[units > 0]
    return DemandPattern(units.size / sizes.size, float(sizes.var() / sizes.mean() ** 2))


def since_launch(units: Floats) -> Floats:
    """`units` (T,) from the first sale on, where so long a wait for it is unlikely at the later rate.

    Unlikely is a chance under 1 in 100 of so many zeros at the share of periods with sales since; else all of them.
    """
    first_sale = int(np.flatnonzero(units > 0)[0])
    since_first_sale = units[first_sale:][np.isfinite(units[first_sale:])]
    share = np.count_nonzero(since_first_sale) / (since_first_sale.size + 1)
    waited = int(np.isfinite(units[:first_sale]).sum())
    return units[first_sale:] if (1 - share) ** waited < UNLIKELY_WAIT else units


def sba_rates(units: Floats, smoothing: float = SMOOTHING) -> Floats:
    """Units a period as expected after each of `units` (T,): Croston 1972, less the bias of Syntetos & Boylan 2005.

    (1 - smoothing / 2) size / interval, both smoothed at sales alone, and plain averages until 1 / smoothing sales.
    The first interval counts from the start of the history. 0 before the first sale.
    """
    rates = np.zeros(units.size)
    size = interval = rate = 0.0
    sales = since = 0
    for period, sold in enumerate(units):
        since += 1
        if sold > 0:
            sales += 1
            weight = max(smoothing, 1 / sales)
            size += weight * (sold - size)
            interval += weight * (since - interval)
            since = 0
            rate = (1 - smoothing / 2) * size / interval
        rates[period] = rate
    return rates


def tsb_rates(units: Floats, smoothing: float = SMOOTHING) -> Floats:
    """Units a period as expected after each of `units` (T,): probability of a sale times size.

    The probability is smoothed in every period, so that it fades while nothing sells (Teunter, Syntetos & Babai 2011);
    plain averages until 1 / smoothing periods, or sales for the size.
    """
    rates = np.zeros(units.size)
    size = probability = 0.0
    sales = 0
    for period, sold in enumerate(units):
        if sold > 0:
            sales += 1
            size += max(smoothing, 1 / sales) * (sold - size)
        probability += max(smoothing, 1 / (period + 1)) * (float(sold > 0) - probability)
        rates[period] = probability * size
    return rates


def intermittent_rate(units: Floats, least_variance: float) -> SteadyRate:
    """The rate of `units` (T,) without missing periods, at least one above zero.

    SBA, or TSB once nothing has sold for so long that it has a chance under 5 % at the usual rate. The variance is of
    errors one period ahead, each forecast from what came before it alone; it is never below the rate times
    `least_variance` (1 for counts: Poisson). The rate's own is as for a mean of the periods that smoothing reaches.
    """
    until_last = int(np.flatnonzero(units)[-1]) + 1
    interval = demand_pattern(units[:until_last]).interval
    quiet = units.size - until_last
    method: RateMethod = "tsb" if quiet and (1 - 1 / interval) ** quiet < UNLIKELY else "sba"
    rates = tsb_rates(units) if method == "tsb" else sba_rates(units)
    reach = (2 - SMOOTHING) / SMOOTHING * (1 if method == "tsb" else interval)
    periods = min(units.size, reach)
    rate = float(rates[-1])
    first = min(int(np.flatnonzero(units)[0]), units.size - 2)
    strayed = units[first + 1 :] - rates[first:-1]
    one_ahead = float(strayed @ strayed) / max(strayed.size - 1, 1)
    variance = max(one_ahead / (1 + 1 / periods), least_variance * rate)
    return SteadyRate(method, rate, variance, variance / periods)
