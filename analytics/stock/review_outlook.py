"""Lost sales avoided by an order at this review, against one at the next."""

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import scipy
from numpy.typing import ArrayLike

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_probabilities
from analytics.stock.demand_law import DemandLaw
from analytics.stock.lead_time import DemandRate, LeadTime

_CELLS = 48
_TAIL = 1e-7
_PROBES = 8
_PRODUCTS_KEPT = 128


@dataclass(frozen=True, eq=False)
class _Window:
    """Under one rate: probabilities (n,) of the stock (n,) left when an order would arrive, and the demand after it."""

    probability: Floats
    stock: Floats
    demand: DemandLaw


@dataclass(frozen=True, eq=False)
class ReviewOutlook:
    """The period from an order's arrival to the next one's, when shortages are lost sales.

    All goods on order are taken to arrive before a new order would. The rate's own error is three points that keep
    its mean, variance and skewness (Gauss quadrature), as it moves demand before and after arrival together.
    """

    windows: tuple[_Window, ...]
    ran_out_before: float

    def units_saved(self, order_units: float) -> float:
        """Expected units sold from an order of `order_units` before the next review's order could arrive."""
        saved = 0.0
        for window in self.windows:
            short = window.demand.shortage(np.stack([window.stock, window.stock + order_units]))
            saved += float(window.probability @ (short[0] - short[1]))
        return saved

    def saved_quantile(self, order_units: int, probability: float) -> int:
        """The least n with P(units saved <= n) >= `probability`."""
        check_probabilities(probability=probability)
        low, high = -1, order_units
        while high - low > 1:
            probes = low + np.unique(np.arange(1, _PROBES + 1) * (high - low) // (_PROBES + 1))
            probes = probes[probes > low]
            short_of_it = int(np.count_nonzero(self.more_saved_than(probes) > 1 - probability + 1e-12))
            ends = [low, *map(int, probes), high]
            low, high = ends[short_of_it], ends[short_of_it + 1]
        return high

    def stock_out(self, order_units: float = 0.0) -> float:
        """The probability of running short at any time before the next review's order could arrive."""
        after = 0.0
        for window in self.windows:
            had = np.where(window.stock > 0, window.probability, 0.0)
            after += float(had @ window.demand.more_than(window.stock + order_units))
        return min(1.0, self.ran_out_before + after)

    def more_saved_than(self, units: ArrayLike) -> Floats:
        """The probability that an order of more than `units` saves more than these, `units` of any shape."""
        more = np.asarray(units, dtype=float)[..., None]
        return np.sum([w.demand.more_than(w.stock + more) @ w.probability for w in self.windows], axis=0)


@dataclass(frozen=True, eq=False)
class _Weighted:
    """Demand before and after an order's arrival under one rate, which counts for `share`.

    Less than `bottom` is hardly ever asked for before.
    """

    share: float
    before: DemandLaw
    during: DemandLaw

    @cached_property
    def bottom(self) -> int:
        return math.floor(self.before.quantile(_TAIL)) - 1


def look_ahead(position: float, rate: DemandRate, lead: LeadTime, review_days: float) -> ReviewOutlook:
    """The outlook from an inventory `position` (on hand and on order, less reserved; may be below 0).

    Stock at arrival is (position - D over the lead time)+, then demand of a review. Stock is summed over its law
    exactly where the position is at most 48 units, in 48 cells of equal width else. Normal demand is gamma within
    the review, as demand cannot be negative there. Raises InvalidNumbers.
    """
    check_amounts(size_of_position=abs(position), review_days=review_days)
    windows: list[_Window] = []
    ran_out = 0.0
    for law in _weighted(rate, lead, review_days):
        probability, stock = _stock_left(position, law)
        windows.append(_Window(law.share * probability, stock, law.during))
        ran_out += law.share * float(law.before.more_than(position))
    return ReviewOutlook(tuple(windows), ran_out)


@lru_cache(maxsize=_PRODUCTS_KEPT)
def _weighted(rate: DemandRate, lead: LeadTime, review_days: float) -> tuple[_Weighted, ...]:
    laws: list[_Weighted] = []
    for share, certain in certain_rates(rate):
        during = certain.over(review_days)
        if certain.family == "normal":
            during = replace(during, family="gamma")
        laws.append(_Weighted(share, certain.over(lead.mean_days, lead.sd_days), during))
    return tuple(laws)


def certain_rates(rate: DemandRate) -> list[tuple[float, DemandRate]]:
    """Weighted rates without error of their own, in place of one with it; their variances a day go with them.

    Gauss quadrature with three points: of a gamma law where the error is large, so that none is below zero, of a
    normal law else.
    """
    mean, error = rate.units_per_day, rate.standard_error
    if error == 0 or mean == 0:
        return [(1.0, rate)]
    if error < 0.2 * mean:
        nodes, weights = _normal_points()
        values = mean + error * np.asarray(nodes)
    else:
        shape = max((mean / error) ** 2, 0.05)
        nodes, weights = scipy.special.roots_genlaguerre(3, shape - 1)
        values = np.asarray(nodes) * mean / shape
    shares = np.asarray(weights) / np.sum(weights)
    return [
        (float(share), DemandRate(float(value), rate.variance_per_day * float(value) / mean, 0.0, rate.family))
        for share, value in zip(shares, values, strict=True)
    ]


@lru_cache(maxsize=1)
def _normal_points() -> tuple[Floats, Floats]:
    nodes, weights = scipy.special.roots_hermitenorm(3)
    return nodes, weights


def _stock_left(position: float, law: _Weighted) -> tuple[Floats, Floats]:
    """Probabilities of the stock left after the demand before arrival; a cell counts at its middle."""
    before = law.before
    if position <= 0:
        return np.ones(1), np.zeros(1)
    if before.sd == 0 or before.mean == 0:
        return np.ones(1), np.array([max(position - before.mean, 0.0)])
    top = math.floor(position)
    bottom = min(max(law.bottom, -1), top - 1)
    width = max(1, math.ceil((top - bottom) / _CELLS))
    edges = np.maximum(np.arange(top, bottom - width, -width, dtype=float)[::-1], bottom)
    more = before.more_than(edges)
    inside = more[:-1] - more[1:]
    middles = (edges[:-1] + 1 + edges[1:]) / 2
    probability = np.concatenate([[1 - more[0]], inside, [more[-1]]])
    return probability, np.concatenate([[position - edges[0]], position - middles, [0.0]])
