"""Distributions of demand over a period of time, by mean and standard deviation."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import SMALLEST, check_amounts, check_probabilities
from analytics.stock.count_law import CountLaw, count_law

Family = Literal["counts", "gamma", "normal"]
_Kind = Literal["certain", "normal", "gamma", "poisson", "negative_binomial"]
_NEAR_POISSON = 1e7
_MANY = 30


@dataclass(frozen=True)
class DemandLaw:
    """Demand of `mean` and standard deviation `sd` units, both from 0 up.

    `counts` are whole units: negative binomial, and Poisson where the variance equals the mean. A variance below the
    mean fits neither: then Poisson serves small means, on the safe side, and gamma those from 30 up. `normal` may fall
    below zero, as the textbooks' does. With an sd or mean below 10^-9 the mean is certain.
    Raises InvalidNumbers when mean or sd is no such number.
    """

    mean: float
    sd: float
    family: Family = "counts"

    def __post_init__(self) -> None:
        check_amounts(mean_demand=self.mean, deviation_of_demand=self.sd)

    def at_most(self, level: ArrayLike) -> Floats:
        """P(D <= level), level of any shape."""
        return 1.0 - self.more_than(level)

    def more_than(self, level: ArrayLike) -> Floats:
        """P(D > level), level of any shape."""
        at = np.asarray(level, dtype=float)
        if self._kind == "certain":
            return (at < self.mean).astype(float)
        if self._kind == "normal":
            return scipy.special.ndtr((self.mean - at) / self.sd)
        if self._kind == "gamma":
            return scipy.special.gammaincc(self._shape, np.maximum(at, 0.0) / self._scale)
        return self._counts.above(np.floor(at))

    def shortage(self, level: ArrayLike) -> Floats:
        """Expected demand beyond `level` (any shape), E(D - level)+.

        Normal: sd G(k) with G(k) = pdf(k) - k P(Z > k) (Silver, Pyke & Thomas 2017, appendix on the unit normal).
        Gamma: E(D; D > s) = mean P(D' > s) with the law D' of one more shape step, its size-biased form, less
        s P(D > s). Between whole numbers counts are linear.
        """
        stock = np.asarray(level, dtype=float)
        if self._kind == "certain":
            return np.maximum(self.mean - stock, 0.0)
        if self._kind == "normal":
            return self.sd * normal_loss((stock - self.mean) / self.sd)
        above = np.maximum(stock, 0.0)
        if self._kind == "gamma":
            partial = self.mean * scipy.special.gammaincc(self._shape + 1, above / self._scale)
            beyond = partial - above * scipy.special.gammaincc(self._shape, above / self._scale)
        else:
            whole_units = np.floor(above)
            beyond = self._counts.short(whole_units) - (above - whole_units) * self._counts.above(whole_units)
        return np.maximum(beyond, 0.0) + np.maximum(-stock, 0.0)

    def quantile(self, probability: float) -> float:
        """The least level that demand stays within with `probability`; whole for counts. Raises InvalidNumbers."""
        check_probabilities(probability=probability)
        if self._kind == "certain":
            return self.mean
        if self._kind == "normal":
            return self.mean + self.sd * float(scipy.special.ndtri(probability))
        if self._kind == "gamma":
            return float(scipy.special.gammaincinv(self._shape, probability)) * self._scale
        return float(self._counts.quantile(probability))

    def demand_at_least(self, probability: float) -> int:
        """The most units n with P(D >= n) >= `probability`, never below 0. Raises InvalidNumbers."""
        check_probabilities(probability=probability)
        level = self.quantile(1 - probability)
        return int(level) if self.whole else max(0, math.floor(level + 1e-9))

    @property
    def whole(self) -> bool:
        """True if all probability lies on whole numbers."""
        return self._kind in ("negative_binomial", "poisson")

    @cached_property
    def _kind(self) -> _Kind:
        if min(self.sd, self.mean) < SMALLEST:
            return "certain"
        if self.family == "normal":
            return "normal"
        surplus = self.sd**2 - self.mean
        if self.family == "gamma" or (surplus < -1e-9 * self.mean and self.mean >= _MANY):
            return "gamma"
        return "poisson" if self.mean**2 > _NEAR_POISSON * max(surplus, 0.0) else "negative_binomial"

    @cached_property
    def _counts(self) -> CountLaw:
        if self._kind == "poisson":
            return count_law(self.mean, self.sd, math.inf)
        return count_law(self.mean, self.sd, self.mean**2 / (self.sd**2 - self.mean))

    @property
    def _shape(self) -> float:
        return (self.mean / self.sd) ** 2

    @property
    def _scale(self) -> float:
        return self.sd**2 / self.mean


def normal_loss(k: ArrayLike) -> Floats:
    """The unit normal loss function G(k) = pdf(k) - k P(Z > k), for k of any shape."""
    at = np.asarray(k, dtype=float)
    loss = np.exp(-0.5 * at**2) / math.sqrt(2 * math.pi) - at * scipy.special.ndtr(-at)
    return np.maximum(loss, 0.0)
