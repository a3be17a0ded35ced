"""Daily demand of a product at a stand, from shelf counts with stockouts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate

_ROUNDS, _CLOSE = 200, 1e-9
_PRIOR_SPREADS = 5.0
"""Weight of the Poisson prior in the overdispersion, in intervals."""


@dataclass(frozen=True)
class CountedInterval:
    """Units sold between two counts of a shelf; if it was empty at the second, demand is censored at them."""

    days: float
    sold: int
    ended_empty: bool = False

    def __post_init__(self) -> None:
        check_positive(days_between_counts=self.days)
        check_amounts(units_sold=self.sold)


@dataclass(frozen=True)
class UsualRate:
    """Prior of the daily sales of similar stands, worth `worth_days` days of counting."""

    units_per_day: float
    worth_days: float

    def __post_init__(self) -> None:
        check_amounts(usual_units_a_day=self.units_per_day)
        check_positive(days_of_counting=self.worth_days)


def sell_through(intervals: Sequence[CountedInterval], usual: UsualRate | None = None) -> DemandRate:
    """Daily demand of a product at a stand, in units.

    Sales are Poisson with a gamma prior of mean `usual` (Gelman et al. 2013, section 2.6). Of an interval that ended
    empty only a lower bound is known: it counts at E(D | D >= sold), found by expectation maximisation (Dempster,
    Laird & Rubin 1977). The variance a day is the rate times the overdispersion of the other intervals, drawn
    towards 1 and never below it; the error is that of the days with stock.
    An interval that began empty has no information: leave it out. Raises InvalidNumbers without a usual rate when there
    are no intervals, or none but such as sold out.
    """
    if usual is None and all(interval.ended_empty for interval in intervals):
        raise InvalidNumbers(
            "A sell-through needs an interval at whose end something was left, or what such stands usually sell.",
            remedy="Give the usual rate of like stands.",
        )
    days = np.array([interval.days for interval in intervals])
    sold = np.array([float(interval.sold) for interval in intervals])
    emptied = np.array([interval.ended_empty for interval in intervals], dtype=bool)
    prior_days = 0.0 if usual is None else usual.worth_days
    prior_units = 0.0 if usual is None else usual.units_per_day * prior_days
    rate = (sold.sum() + prior_units) / (days.sum() + prior_days)
    for _ in range(_ROUNDS):
        demand = np.where(emptied, _demand_given_at_least(rate * days, sold), sold)
        previous, rate = rate, float((demand.sum() + prior_units) / (days.sum() + prior_days))
        if abs(rate - previous) <= _CLOSE * max(rate, _CLOSE):
            break
    spread = _overdispersion(sold[~emptied], rate * days[~emptied])
    days_in_stock = np.where(emptied, np.minimum(days, sold / max(rate, 1e-12)), days).sum() + prior_days
    return DemandRate(rate, rate * spread, math.sqrt(spread * rate / max(float(days_in_stock), 1e-9)))


def _demand_given_at_least(mean: Floats, least: Floats) -> Floats:
    """E(D | D >= least) of a Poisson law: mean P(D >= least - 1) / P(D >= least); the bound itself far in the tail."""
    at_least = np.where(least >= 1, scipy.special.gammainc(np.maximum(least, 1), mean), 1.0)
    one_less = np.where(least >= 2, scipy.special.gammainc(np.maximum(least - 1, 1), mean), 1.0)
    known = at_least > 1e-200
    return np.maximum(least, np.where(known, mean * one_less / np.where(known, at_least, 1.0), least))


def _overdispersion(sold: Floats, expected: Floats) -> float:
    """Pearson's chi-square over its degrees of freedom (McCullagh & Nelder 1989, chapter 6), drawn towards 1."""
    if len(sold) < 2 or not expected.all():
        return 1.0
    chi_square = float(((sold - expected) ** 2 / expected).sum())
    return max(1.0, (_PRIOR_SPREADS + chi_square) / (_PRIOR_SPREADS + len(sold) - 1))
