"""Standing of each customer: segment, chance of buying soon, expected yearly value, and churn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.customers.buying_fit import BuyingFit, fit_buying
from analytics.customers.churn import judge_churn
from analytics.customers.lifetime import ValueTerms, lifetime_values
from analytics.customers.order_value import SpendingFit, fit_spending
from analytics.customers.purchases import Purchases, customer_base, purchase_gaps
from analytics.customers.rfm import score_rfm
from analytics.pricing.panel import Codes, Floats

_YEAR_WEEKS, _YEARLY_DISCOUNT = 52.0, 0.10
_SHORTEST_DAYS = 28


@dataclass(frozen=True, eq=False)
class Standings:
    """Standings of customers (n,) sorted by code.

    `chance` is P(buys within the window) without a message, `worth` the expected yearly value in the amounts' money,
    `standing` as of `churn.py`. `modelled` is true where BG/NBD and Gamma-Gamma could be fitted; otherwise chance and
    worth are recent averages over all customers.
    """

    customer: Codes
    segment: NDArray[np.str_]
    chance: Floats
    worth: Floats
    standing: NDArray[np.str_]
    at_risk: NDArray[np.bool_]
    buying: BuyingFit
    spending: SpendingFit

    @property
    def modelled(self) -> bool:
        return self.buying.model is not None and self.spending.model is not None


def judge_customers(purchases: Purchases, until_day: int, window_days: int) -> Standings:
    """RFM (Hughes 1994), BG/NBD (Fader, Hardie & Lee 2005) with Gamma-Gamma (Fader & Hardie 2013), and churn.

    Raises InvalidNumbers when nobody has bought by that day.
    """
    scores = score_rfm(purchases, until_day)
    base = customer_base(purchases, until_day)
    buying, spending = fit_buying(base), fit_spending(base)
    view = judge_churn(buying, base, purchase_gaps(purchases, until_day))
    if buying.model is not None and spending.model is not None:
        chance = buying.model.probability_of_purchase(base, window_days / base.unit_days)
        worth = lifetime_values(buying, spending, base, ValueTerms(_YEAR_WEEKS, 1.0, _YEARLY_DISCOUNT)).value
    else:
        chance, worth = _of_late(purchases, until_day, window_days, len(base))
    return Standings(
        customer=base.customer,
        segment=scores.segment,
        chance=np.clip(chance, 0.0, 1.0),
        worth=np.maximum(worth, 0.0),
        standing=view.standing,
        at_risk=view.at_risk,
        buying=buying,
        spending=spending,
    )


def _of_late(purchases: Purchases, until_day: int, window_days: int, customers: int) -> tuple[Floats, Floats]:
    """The average customer's P(buy) within a window and yearly spend, from the known days."""
    days = max(until_day - int(purchases.day.min()) + 1, _SHORTEST_DAYS)
    buyers = len(np.unique(purchases.customer[purchases.day > until_day - window_days]))
    year = float(purchases.amount.sum()) / days * 365.25 / customers
    return np.full(customers, buyers / customers), np.full(customers, year)
