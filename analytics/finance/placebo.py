"""Placebo comparison: the expected amount of one payee from the growth of the others."""

from collections.abc import Sequence

import numpy as np

from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

_FEWEST = 8


def expected_by_others(
    before: float, others_before: Sequence[float], others_after: Sequence[float], coverage: float = 0.8
) -> Interval:
    """Expected amount of a payee that had `before`, had it grown as the others did, with the interval of their growth.

    The others' growth is the distribution of what happens without an intervention (placebos: Abadie, Diamond &
    Hainmueller 2010, section 3.4). Raises InvalidNumbers with fewer than eight others.
    """
    pairs = [
        (before_amount, after_amount)
        for before_amount, after_amount in zip(others_before, others_after, strict=True)
        if before_amount > 0
    ]
    if len(pairs) < _FEWEST or before <= 0:
        raise InvalidNumbers(f"A comparison needs at least {_FEWEST} others that had something before.")
    growth = np.array([after / before_amount for before_amount, after in pairs])
    tail = (1 - coverage) / 2
    low, middle, high = (float(quantile) for quantile in np.quantile(growth, [tail, 0.5, 1 - tail]))
    return Interval(before * middle, before * low, before * high)
