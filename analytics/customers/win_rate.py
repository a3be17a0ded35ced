"""Win rates of leads as Beta posteriors, and the difference of two."""

from dataclasses import dataclass

import numpy as np
import scipy

from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval


@dataclass(frozen=True)
class WinRate:
    """Beta posterior of a win rate with `won` and `lost`, including a half of each as the prior (Jeffreys)."""

    won: float
    lost: float

    @property
    def mean(self) -> float:
        return self.won / (self.won + self.lost)

    @property
    def variance(self) -> float:
        return self.mean * (1 - self.mean) / (self.won + self.lost + 1)

    def interval(self, coverage: float) -> Interval:
        """Equal-tailed. Raises InvalidNumbers for a coverage outside 0..1."""
        if not 0 < coverage < 1:
            raise InvalidNumbers("A coverage lies between 0 and 1.")
        tails = ((1 - coverage) / 2, (1 + coverage) / 2)
        low, high = (float(scipy.special.betaincinv(self.won, self.lost, tail)) for tail in tails)
        return Interval(self.mean, low, high)


def win_rate(won: int, closed: int, prior: WinRate | None = None) -> WinRate:
    """After `won` of `closed` leads; before them `prior`, or Jeffreys' 1946. Raises InvalidNumbers for odd counts."""
    if not 0 <= won <= closed:
        raise InvalidNumbers("Leads that were won are some of those that were closed.")
    before = prior or WinRate(0.5, 0.5)
    return WinRate(before.won + won, before.lost + closed - won)


def difference(first: WinRate, second: WinRate, coverage: float) -> Interval:
    """The first rate less the other, both Beta posteriors taken as normal; inside -1..1."""
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")
    value = first.mean - second.mean
    reach = float(scipy.special.ndtri((1 + coverage) / 2) * np.sqrt(first.variance + second.variance))
    return Interval(value, max(value - reach, -1.0), min(value + reach, 1.0))
