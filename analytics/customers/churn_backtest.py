"""Backtest of churn standings: the share of each standing that bought again within the horizon."""

from dataclasses import dataclass

import numpy as np

from analytics.customers.buying_fit import fit_buying
from analytics.customers.churn import Basis, ChurnRules, Standing, judge_churn
from analytics.customers.purchases import Purchases, customer_base, purchase_gaps
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval, wilson_interval

_RULES = ChurnRules()


@dataclass(frozen=True)
class PastReturn:
    """Customers whom `basis` gave a `standing` then, and the share who bought in the horizon, with its interval."""

    basis: Basis
    standing: Standing
    customers: int
    returned: Interval


def past_returns(
    purchases: Purchases,
    until_day: int,
    horizon_days: int,
    unit_days: float = 7.0,
    rules: ChurnRules = _RULES,
    *,
    coverage: float = 0.90,
) -> tuple[PastReturn, ...]:
    """Customers judged `horizon_days` ago, by what was known then, and what share of each standing bought since.

    Empty where nobody had bought by then; shares by Wilson 1927. Raises InvalidNumbers for a horizon below one day.
    """
    if horizon_days < 1:
        raise InvalidNumbers("A horizon lasts at least a day.")
    day = until_day - horizon_days
    base = customer_base(purchases, day, unit_days)
    view = judge_churn(fit_buying(base), base, purchase_gaps(purchases, day, unit_days), rules)
    since = purchases.customer[(purchases.day > day) & (purchases.day <= until_day)]
    returned = np.isin(base.customer, since)
    returns: list[PastReturn] = []
    bases: tuple[Basis, ...] = ("model", "gap_rule", "none")
    standings: tuple[Standing, ...] = ("active", "slowing", "silent", "unknown")
    for basis in bases:
        for standing in standings:
            rows = (view.basis == basis) & (view.standing == standing)
            if rows.any():
                share = wilson_interval(int(returned[rows].sum()), int(rows.sum()), coverage)
                returns.append(PastReturn(basis, standing, int(rows.sum()), share))
    return tuple(returns)
