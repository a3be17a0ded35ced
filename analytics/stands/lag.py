"""Stands that fall behind the others: a difference in differences with its p-value."""

from dataclasses import dataclass

import numpy as np
import scipy

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

LEAST_PLACES = 5
_BLOCKS_AT_LEAST = 3


@dataclass(frozen=True)
class PlaceChange:
    """Relative change of a place's sales against the other places; `low..high` at the coverage of the call.

    `p_value` is that of a change as far below zero by chance, for this one place. `expected` are its recent units a
    period, had it moved as the others did; `sold` its actual units a period.
    """

    change: float
    low: float
    high: float
    p_value: float
    expected: float
    sold: float


def changes_against_others(sold: Floats, recent: int, coverage: float = 0.80) -> list[PlaceChange | None]:
    """For each place of `sold` (S, T), by period, its last `recent` periods against those before, beside the others'.

    The logarithm of a place's share of all others' sum is differenced between the recent block and the mean of earlier
    blocks of that length (Bertrand, Duflo & Mullainathan 2004, section IV: blocks, as single periods are not
    independent); its law is Student's t over the earlier blocks' spread, pooled over all places, which are alike.
    None for a place with a gap or without sales, and for all where there are fewer than three earlier blocks.
    Raises InvalidNumbers for fewer than five places, a block of nothing, or shapes that do not fit.
    """
    sold = np.asarray(sold, dtype=float)
    if sold.ndim != 2 or recent < 1:
        raise InvalidNumbers(f"Sales (S, T) and a recent block are needed, not {sold.shape} and {recent}.")
    usable = np.isfinite(sold).all(axis=1) & (sold.sum(axis=1) > 0)
    if usable.sum() < LEAST_PLACES:
        raise InvalidNumbers(f"{int(usable.sum())} places with sales throughout are too few to compare.")
    blocks = sold.shape[1] // recent
    if blocks - 1 < _BLOCKS_AT_LEAST:
        return [None] * len(sold)
    by_block = sold[:, sold.shape[1] - blocks * recent :].reshape(len(sold), blocks, recent).sum(axis=2)
    compared = by_block[usable]
    share = np.log(compared + 0.5) - np.log(compared.sum(axis=0) - compared + 0.5)
    earlier_share, recent_share = share[:, :-1], share[:, -1]
    spread = earlier_share.var(axis=1, ddof=1).mean()
    error = float(np.sqrt(spread * (1 + 1 / (blocks - 1))))
    freedom = len(compared) * (blocks - 2)
    reach = float(scipy.special.stdtrit(freedom, (1 + coverage) / 2)) * error
    changes: list[PlaceChange | None] = [None] * len(sold)
    for position, place in enumerate(np.flatnonzero(usable)):
        change = float(recent_share[position] - earlier_share[position].mean())
        recent_units = float(compared[position, -1]) / recent
        chance = float(scipy.special.stdtr(freedom, change / error)) if error > 0 else float(change >= 0)
        changes[int(place)] = PlaceChange(
            change=float(np.expm1(change)),
            low=float(np.expm1(change - reach)),
            high=float(np.expm1(change + reach)),
            p_value=chance,
            expected=recent_units / float(np.exp(change)),
            sold=recent_units,
        )
    return changes
