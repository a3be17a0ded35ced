"""Demand rates for short histories and for products that never sold, with wide variances."""

from analytics.forecasting.intermittent import SteadyRate
from analytics.pricing.panel import Floats

PRIOR_WEIGHT = 2.0


def few_periods(units: Floats, least_variance: float) -> SteadyRate:
    """The mean of `units` (n,), known and not all zero, with a variance drawn towards its square.

    Demand with a coefficient of variation of 1 (and at least the mean times `least_variance`, 1 for counts) counts as
    PRIOR_WEIGHT degrees of freedom: the posterior scale under a conjugate prior (Gelman et al. 2013, section 3.3).
    """
    mean = float(units.mean())
    squares = float(((units - mean) ** 2).sum()) + PRIOR_WEIGHT * (mean**2 + least_variance * mean)
    variance = squares / (units.size - 1 + PRIOR_WEIGHT)
    return SteadyRate("few_periods", mean, variance, variance / units.size)


def never_sold(periods: int) -> SteadyRate:
    """Jeffreys' posterior of a Poisson rate after `periods` without a sale, gamma of shape 1/2 (Gelman et al. 2013)."""
    rate = 0.5 / periods
    return SteadyRate("never_sold", rate, rate, rate / periods)
