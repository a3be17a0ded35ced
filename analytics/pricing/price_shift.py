"""Sales history restated at today's prices, for price changes within it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, log

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_positive

_MOST_LOG = log(4)
"""Bounds of the demand factor of a run of price changes: elasticities are not known beyond."""
_RECENT_WEEKS = 8


@dataclass(frozen=True)
class PriceMove:
    """A price that changed `days_ago` from `from_minor` to `to_minor`, in a channel that takes `share` of the units.

    Demand answers with `elasticity`, known to `standard_error`. Raises InvalidNumbers.
    """

    channel: str
    share: float
    from_minor: float
    to_minor: float
    days_ago: float
    elasticity: float
    standard_error: float

    def __post_init__(self) -> None:
        check_amounts(share=self.share, days_ago=self.days_ago, standard_error=self.standard_error)
        check_positive(from_minor=self.from_minor, to_minor=self.to_minor)


@dataclass(frozen=True, eq=False)
class PriceShift:
    """Demand factor by week (W,), the newest last: units at today's prices as a multiple of the week's units.

    `error` is the standard error of that, as a share, on average over the last eight weeks.
    """

    factor: Floats
    error: float


def price_shift(moves: Sequence[PriceMove], weeks: int) -> PriceShift:
    """Each channel's units times (new price / old price)^elasticity for every change after the week.

    This is demand of constant elasticity, as `analytics.pricing.elasticity` estimates it. A week in which a price
    changed is shifted for the days before the change. Channels add up by their shares, and their errors as independent
    ones.
    """
    edges = np.arange(weeks, 0, -1, dtype=float) * 7  # days ago that a week began
    answered: dict[str, Floats] = defaultdict(lambda: np.zeros(weeks))
    doubt: dict[str, Floats] = defaultdict(lambda: np.zeros(weeks))
    shares: dict[str, float] = {}
    for move in moves:
        before = np.clip((edges - move.days_ago) / 7, 0.0, 1.0)
        change = log(move.to_minor / move.from_minor) * before
        answered[move.channel] += move.elasticity * change
        doubt[move.channel] = np.hypot(doubt[move.channel], move.standard_error * change)
        shares[move.channel] = move.share
    factor, variance = np.ones(weeks), np.zeros(weeks)
    for channel, share in shares.items():
        times = np.exp(np.clip(answered[channel], -_MOST_LOG, _MOST_LOG))
        factor += share * (times - 1)
        variance += (share * times * doubt[channel]) ** 2
    factor = np.maximum(factor, exp(-_MOST_LOG))
    recent = np.sqrt(variance)[-_RECENT_WEEKS:] / factor[-_RECENT_WEEKS:]
    return PriceShift(factor, float(recent.mean()) if weeks else 0.0)


def with_error(standard_error: float, mean: float, shift: PriceShift) -> float:
    """The standard error of a mean that rests on shifted weeks."""
    return hypot(standard_error, mean * shift.error)
