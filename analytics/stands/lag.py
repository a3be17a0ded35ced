"""Which of many like places falls behind the others: a difference in differences, held against chance."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers

LEAST_PLACES = 5
_BLOCKS_AT_LEAST = 3


@dataclass(frozen=True)
class PlaceChange:
    """How a place's level changed against that of the others, as a share of it; `low..high` at the coverage asked for.

    `p_value` is that of a change as far below zero by chance, for this one place. `expected` is what it would have
    sold a period lately, had it gone as the others did; `sold` what it sold.
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
    kept = by_block[usable]
    share = np.log(kept + 0.5) - np.log(kept.sum(axis=0) - kept + 0.5)
    before, now = share[:, :-1], share[:, -1]
    spread = before.var(axis=1, ddof=1).mean()
    error = float(np.sqrt(spread * (1 + 1 / (blocks - 1))))
    freedom = len(kept) * (blocks - 2)
    wide = float(special.stdtrit(freedom, (1 + coverage) / 2)) * error
    found: list[PlaceChange | None] = [None] * len(sold)
    for at, place in enumerate(np.flatnonzero(usable)):
        moved = float(now[at] - before[at].mean())
        lately = float(kept[at, -1]) / recent
        chance = float(special.stdtr(freedom, moved / error)) if error > 0 else float(moved >= 0)
        found[int(place)] = PlaceChange(
            change=float(np.expm1(moved)),
            low=float(np.expm1(moved - wide)),
            high=float(np.expm1(moved + wide)),
            p_value=chance,
            expected=lately / float(np.exp(moved)),
            sold=lately,
        )
    return found
