"""Backtest of repeat purchase forecasts: their relative error at earlier dates."""

from collections.abc import Sequence

import numpy as np

from analytics.customers.buying_fit import fit_buying
from analytics.customers.purchases import Purchases, customer_base
from analytics.statistics.errors import InvalidNumbers

CUTS = (1 / 2, 2 / 3, 3 / 4)


def past_miss(
    purchases: Purchases, until_day: int, unit_days: float = 7.0, cuts: Sequence[float] = CUTS
) -> float | None:
    """Root mean square of (actual - forecast) / forecast over earlier dates; None where no model could be fitted.

    At each of `cuts`, a share of the history, BG/NBD is fitted to what was known and foresees the rest until
    `until_day` of the customers known then. A season that the history does not hold twice cannot show up here.
    Raises InvalidNumbers unless cuts lie between 0 and 1.
    """
    if not cuts or not all(0 < cut < 1 for cut in cuts):
        raise InvalidNumbers("The cuts lie between 0 and 1 of the history, and there is at least one.")
    history = purchases.until(until_day)
    if not len(history):
        return None
    first_day = int(history.day.min())
    days = {first_day + int(cut * (until_day - first_day)) for cut in cuts}
    misses = [error for day in sorted(days) if (error := _miss(history, day, until_day, unit_days)) is not None]
    return float(np.sqrt(np.mean(np.square(misses)))) if misses else None


def _miss(known: Purchases, day: int, until_day: int, unit_days: float) -> float | None:
    then, now = customer_base(known, day, unit_days), customer_base(known, until_day, unit_days)
    fit = fit_buying(then)
    if fit.model is None or day >= until_day:
        return None
    expected = float(fit.model.expected_purchases(then, (until_day - day) / unit_days).sum())
    actual = float(now.repeats[np.isin(now.customer, then.customer)].sum() - then.repeats.sum())
    return actual / expected - 1 if expected > 0 else None
