"""Lead times of suppliers, and daily demand rates over them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.statistics.amounts import SMALLEST, check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw, Family

PROMISE_WEIGHT = 4.0
"""Weight of the promise, in deliveries."""
ASSUMED_SPREAD = 0.3
"""Prior deviation of a single delivery, as a share of the promise."""


@dataclass(frozen=True)
class DemandRate:
    """Mean daily demand, the variance of a single day round it, and the standard error of the mean.

    Days are taken as independent given the rate. A rate below 10^-9 counts as 0.
    Raises InvalidNumbers on negative or infinite numbers.
    """

    units_per_day: float
    variance_per_day: float
    standard_error: float = 0.0
    family: Family = "counts"

    def __post_init__(self) -> None:
        check_amounts(
            units_a_day=self.units_per_day,
            variance_a_day=self.variance_per_day,
            standard_error_of_the_rate=self.standard_error,
        )
        if self.units_per_day < SMALLEST:
            object.__setattr__(self, "units_per_day", 0.0)

    def times(self, factor: float) -> "DemandRate":
        """The rate at `factor` times the demand: the deviation of a day grows by the square root of the factor."""
        return DemandRate(
            self.units_per_day * factor, self.variance_per_day * factor, self.standard_error * factor, self.family
        )

    def over(self, days: float, sd_days: float = 0.0) -> DemandLaw:
        """Demand over a time of mean `days` and deviation `sd_days`.

        Mean m L, variance L s^2 + m^2 V(L) (Hadley & Whitin 1963, chapter 3; Silver, Pyke & Thomas 2017, on variable
        lead times), and e^2 (L^2 + V(L)) for the standard error e of the rate, which all days share.
        """
        check_amounts(days=days, deviation_of_days=sd_days)
        spread = sd_days**2
        variance = days * self.variance_per_day + self.units_per_day**2 * spread
        variance += self.standard_error**2 * (days**2 + spread)
        return DemandLaw(self.units_per_day * days, math.sqrt(variance), self.family)


def rate_from_periods(
    mean: float, sd: float, period_days: float, standard_error: float = 0.0, family: Family = "counts"
) -> DemandRate:
    """The daily rate of a demand with `mean`, `sd` and `standard_error` a period of `period_days`.

    Raises InvalidNumbers on negative or infinite numbers, or a period of no days.
    """
    check_amounts(mean=mean, deviation=sd, standard_error=standard_error)
    check_positive(days_of_a_period=period_days)
    return DemandRate(mean / period_days, sd**2 / period_days, standard_error / period_days, family)


@dataclass(frozen=True)
class LeadTime:
    """Days from order to arrival: mean and deviation of the next delivery, and the deliveries behind them.

    `assumed` is true without a past delivery: then both come from the promise alone.
    """

    mean_days: float
    sd_days: float = 0.0
    deliveries: int = 0
    promised_days: float | None = None
    assumed: bool = False

    def __post_init__(self) -> None:
        check_amounts(lead_time_days=self.mean_days, deviation_of_the_lead_time=self.sd_days)


def estimate_lead_time(observed_days: Sequence[float], promised_days: float | None = None) -> LeadTime:
    """The next delivery's days from past ones (ordered to arrived, any order), drawn towards the promise.

    The promise counts as PROMISE_WEIGHT deliveries with a spread of ASSUMED_SPREAD of it: the mean and the predictive
    variance of a normal law under its conjugate prior (Gelman et al. 2013, section 3.3). Without a promise the
    deliveries' own mean stands in for it. No delivery: the promise, marked as assumed. Late orders that have not come
    yet are not in it, so that a supplier who is failing now looks better than it is.
    Raises InvalidNumbers on a negative or infinite time, or when there is neither a delivery nor a promise.
    """
    days = np.asarray(observed_days, dtype=float)
    if days.ndim != 1 or not np.isfinite(days).all() or (days < 0).any():
        raise InvalidNumbers("Lead times must be finite days, none below zero.")
    check_amounts(promised_days=promised_days)
    if not days.size and promised_days is None:
        raise InvalidNumbers("A lead time needs a delivery or a promise.", remedy="Enter the supplier's lead time.")
    seen, mean = days.size, float(days.mean()) if days.size else 0.0
    promise = mean if promised_days is None else float(promised_days)
    weight = PROMISE_WEIGHT + seen
    strayed = float(((days - mean) ** 2).sum()) + PROMISE_WEIGHT * seen / weight * (mean - promise) ** 2
    variance = (PROMISE_WEIGHT * (ASSUMED_SPREAD * promise) ** 2 + strayed) / weight
    return LeadTime(
        mean_days=(PROMISE_WEIGHT * promise + seen * mean) / weight,
        sd_days=math.sqrt(variance * (1 + 1 / weight)) if seen else ASSUMED_SPREAD * promise,
        deliveries=int(seen),
        promised_days=promised_days,
        assumed=not seen,
    )
