"""Confidence intervals for a proportion and for the difference of two proportions."""

from dataclasses import dataclass

import numpy as np
import scipy

from analytics.statistics.errors import InvalidNumbers


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval `low..high` at a coverage."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Interval":
        """The estimate and both ends multiplied by a factor that is not negative."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


def wilson_interval(successes: int, trials: int, coverage: float) -> Interval:
    """A share with its score interval (Wilson 1927). Raises InvalidNumbers unless 0 <= successes <= trials > 0."""
    if trials <= 0 or not 0 <= successes <= trials or not 0 < coverage < 1:
        raise InvalidNumbers("A share needs successes among at least one trial, and a coverage between 0 and 1.")
    z = float(scipy.special.ndtri((1 + coverage) / 2))
    share = successes / trials
    middle = successes + z * z / 2
    reach = z * float(np.sqrt(successes * (1 - share) + z * z / 4))
    low, high = (middle - reach) / (trials + z * z), (middle + reach) / (trials + z * z)
    return Interval(share, 0.0 if successes == 0 else low, 1.0 if successes == trials else high)


def newcombe_interval(
    successes: int, trials: int, other_successes: int, other_trials: int, coverage: float
) -> Interval:
    """The first share less the other, each one's score interval squared and added (Newcombe 1998, method 10).

    Holds for small groups and for shares of 0 and 1. Raises InvalidNumbers as `wilson_interval`.
    """
    first = wilson_interval(successes, trials, coverage)
    second = wilson_interval(other_successes, other_trials, coverage)
    return Interval(
        first.value - second.value,
        first.value - second.value - float(np.hypot(first.value - first.low, second.high - second.value)),
        first.value - second.value + float(np.hypot(first.high - first.value, second.value - second.low)),
    )
