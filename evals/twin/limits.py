"""The brand's limits on prices, as arithmetic: what a person at the price list keeps to, and the oracle with them."""

from dataclasses import dataclass

import numpy as np

from simulation.draws import Counts, Floats
from simulation.truth import Truth

MIN_MARGIN, MOST_A_DAY, CORRIDOR = 0.15, 0.10, (0.7, 1.3)


@dataclass(frozen=True, eq=False)
class Bounds:
    """(P, C) in cents: lowest and highest price ever allowed now, and those reachable today."""

    low: Floats
    high: Floats
    today_low: Floats
    today_high: Floats


def bounds(truth: Truth, unit_cost: Floats, price: Counts, reference: Counts) -> Bounds:
    """`reference` (P, C): the year's median of each price, on which the corridor hangs."""
    floor = np.ceil(unit_cost[:, None] / (1 - MIN_MARGIN) / truth.kept_share * 100 + 1)
    low, high = np.maximum(np.ceil(reference * CORRIDOR[0]), floor), np.floor(reference * CORRIDOR[1])
    step_low, step_high = np.ceil(price * (1 - MOST_A_DAY)), np.floor(price * (1 + MOST_A_DAY))
    return Bounds(low, high, np.maximum(low, step_low), np.minimum(high, step_high))


def towards(wanted: Floats, price: Counts, limits: Bounds) -> Counts:
    """(P, C) as near to what is wanted as today's limits allow; as it is where they allow nothing."""
    reachable = np.clip(wanted, limits.today_low, np.maximum(limits.today_high, limits.today_low))
    allowed = limits.today_low <= limits.today_high
    return np.where(allowed, np.round(reachable), price).astype(np.int64)


def violations(truth: Truth, unit_cost: Floats, before: Counts, after: Counts, reference: Counts) -> int:
    """How many prices were set outside the brand's limits: margin floor, corridor, a day's change; a cent is spared."""
    changed = before != after
    margin = 1 - unit_cost[:, None] / (after / 100 * truth.kept_share)
    step = np.abs(after - before) > before * MOST_A_DAY + 1
    outside = (after < reference * CORRIDOR[0] - 1) | (after > reference * CORRIDOR[1] + 1)
    return int((changed & ((margin < MIN_MARGIN - 0.001) | step | outside)).sum())
