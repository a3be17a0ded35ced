"""How fast a stand sells a product, from counts that say little and shelves that stood empty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.lead_time import DemandRate

_ROUNDS, _CLOSE = 200, 1e-9
_PRIOR_SPREADS = 5.0
"""Evenly spread (Poisson) sales count as so many intervals in the variance."""


@dataclass(frozen=True)
class CountedInterval:
    """Units sold between two counts of a shelf, and whether it was empty at the second, so that more was asked for."""

    days: float
    sold: int
    ended_empty: bool = False

    def __post_init__(self) -> None:
        check_positive(days_between_counts=self.days)
        check_amounts(units_sold=self.sold)


@dataclass(frozen=True)
class UsualRate:
    """What such stands usually sell of it a day, and for how many days of counting that belief stands."""

    units_per_day: float
    worth_days: float

    def __post_init__(self) -> None:
        check_amounts(usual_units_a_day=self.units_per_day)
        check_positive(days_of_counting=self.worth_days)


def sell_through(intervals: Sequence[CountedInterval], usual: UsualRate | None = None) -> DemandRate:
    """The units asked for a day at a stand.

    Sales are Poisson with a gamma prior of mean `usual` (Gelman et al. 2013, section 2.6). Of an interval that ended
    empty only a lower bound is known: it counts at E(D | D >= sold), found by expectation maximisation (Dempster,
    Laird & Rubin 1977). The variance a day is the rate times the overdispersion of the other intervals, drawn
    towards 1 and never below it; the error is that of the days in which something could be seen to sell.
    An interval that began empty tells nothing: leave it out. Raises InvalidNumbers when there is nothing to go by:
    no intervals and no usual rate, or none but such as sold out and no usual rate.
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
        asked = np.where(emptied, _asked_given_at_least(rate * days, sold), sold)
        before, rate = rate, float((asked.sum() + prior_units) / (days.sum() + prior_days))
        if abs(rate - before) <= _CLOSE * max(rate, _CLOSE):
            break
    spread = _overdispersion(sold[~emptied], rate * days[~emptied])
    seen = np.where(emptied, np.minimum(days, sold / max(rate, 1e-12)), days).sum() + prior_days
    return DemandRate(rate, rate * spread, math.sqrt(spread * rate / max(float(seen), 1e-9)))


def _asked_given_at_least(mean: Floats, least: Floats) -> Floats:
    """E(D | D >= least) of a Poisson law: mean P(D >= least - 1) / P(D >= least); the bound itself far in the tail."""
    at_least = np.where(least >= 1, special.gammainc(np.maximum(least, 1), mean), 1.0)
    one_less = np.where(least >= 2, special.gammainc(np.maximum(least - 1, 1), mean), 1.0)
    known = at_least > 1e-200
    return np.maximum(least, np.where(known, mean * one_less / np.where(known, at_least, 1.0), least))


def _overdispersion(sold: Floats, expected: Floats) -> float:
    """Pearson's chi-square over its degrees of freedom (McCullagh & Nelder 1989, chapter 6), drawn towards 1."""
    if len(sold) < 2 or not expected.all():
        return 1.0
    chi_square = float(((sold - expected) ** 2 / expected).sum())
    return max(1.0, (_PRIOR_SPREADS + chi_square) / (_PRIOR_SPREADS + len(sold) - 1))
