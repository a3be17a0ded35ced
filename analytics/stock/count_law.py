"""Laws of demand in whole units, Poisson and negative binomial, their tails laid out once."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy

from analytics.pricing.panel import Floats

_LAWS_KEPT, _LONGEST = 256, 16_384


@dataclass(frozen=True, eq=False)
class _Tails:
    """P(D > n) for n = -1, 0 ... top (top + 2,), and E(D - n)+ for n = 0 ... top (top + 1,); at the top both are 0."""

    above: Floats
    short: Floats


@dataclass(frozen=True)
class CountLaw:
    """Whole units of `mean` and standard deviation `sd`: negative binomial of `shape`, Poisson where that is infinite.

    Neither number is checked. `sd` is above the root of the mean, or Poisson's in any case.
    """

    mean: float
    sd: float
    shape: float

    def above(self, units: Floats) -> Floats:
        """P(D > units), units whole, of any shape; 0 where less than 10^-13 may be left."""
        if self._tails is None:
            return self._at_least(units + 1, self.shape)
        return self._tails.above.take((units + 1).astype(np.intp), mode="clip")

    def short(self, units: Floats) -> Floats:
        """E(D - units)+, units whole and not below zero, of any shape; 0 where `above` is."""
        if self._tails is None:
            return self._short(units)
        return self._tails.short.take(units.astype(np.intp), mode="clip")

    def quantile(self, probability: float) -> int:
        """The least level that demand stays within with `probability`, give or take 10^-12."""
        least = 1 - probability + 1e-12
        if self._tails is None:
            return self._halved(probability, least)
        chances = self._tails.above
        return max(len(chances) - int(np.searchsorted(chances[::-1], least, side="right")) - 1, 0)

    @property
    def _variance(self) -> float:
        return self.mean if math.isinf(self.shape) else self.sd**2

    @cached_property
    def _tails(self) -> _Tails | None:
        """Both tails, summed from the far end; None where that takes too many numbers.

        Probabilities follow one another by the ratio (n + r) q / (n + 1), Poisson's by mean / (n + 1): Johnson, Kemp &
        Kotz 2005, sections 5.2 and 4.2.
        """
        top = math.ceil(self.mean + 10 * math.sqrt(self._variance) + 30 * self._variance / self.mean)
        if top > _LONGEST:
            return None
        at = np.arange(top, dtype=float)
        growth = self.mean if math.isinf(self.shape) else (at + self.shape) * (1 - self.mean / self._variance)
        ratio = growth / (at + 1)
        mode = int(np.count_nonzero(ratio >= 1))
        down = np.cumprod(1 / ratio[:mode][::-1])[::-1]
        mass = np.concatenate([down, [1.0], np.cumprod(ratio[mode:])])
        above = np.concatenate([[0.0], np.cumsum(mass[:0:-1] / mass.sum())])[::-1]
        short = np.concatenate([[0.0], np.cumsum(above[-2::-1])])[::-1]
        return _Tails(np.concatenate([[1.0], above]), short)

    def _short(self, units: Floats) -> Floats:
        """E(D; D > s) - s P(D > s), the first mean P(D' >= s) with the size-biased law D': one more shape step."""
        return self.mean * self._at_least(units, self.shape + 1) - units * self._at_least(units + 1, self.shape)

    def _at_least(self, units: Floats, shape: float) -> Floats:
        """P(D >= units): incomplete beta, or gamma, functions (Johnson, Kemp & Kotz 2005, chapters 4, 5)."""
        counted = np.maximum(units, 1.0)
        if math.isinf(shape):
            return np.where(units >= 1, scipy.special.gammainc(counted, self.mean), 1.0)
        return np.where(units >= 1, scipy.special.betainc(counted, shape, 1 - self.mean / self.sd**2), 1.0)

    def _halved(self, probability: float, least: float) -> int:
        """By halving between Cantelli's bounds."""
        reach = math.sqrt(self._variance * probability / (1 - probability))
        low = math.floor(max(self.mean - self._variance / reach, 0.0)) - 1
        high = math.ceil(self.mean + reach)
        while high - low > 1:
            middle = (low + high) // 2
            if self.above(np.asarray(float(middle))) <= least:
                high = middle
            else:
                low = middle
        return high


@lru_cache(maxsize=_LAWS_KEPT)
def count_law(mean: float, sd: float, shape: float) -> CountLaw:
    """The `CountLaw`, the same object as before where it was asked for lately, with its tails."""
    return CountLaw(mean, sd, shape)
