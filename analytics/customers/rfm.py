"""RFM: recency, frequency and monetary scores of customers, and their segments."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analytics.customers.purchases import Purchases
from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers

Segment = Literal["champions", "loyal", "promising", "new", "cannot_lose", "at_risk", "one_time", "hibernating", "lost"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)


@dataclass(frozen=True, eq=False)
class RfmScores:
    """Customers (n,) sorted by code: what was measured, scores of 1 (worst) to 5 (best), and one segment each.

    `recency_days` since the latest purchase, `purchases` counted in days with one, `spend` in the amounts' money.
    """

    customer: Codes
    recency_days: Codes
    purchases: Codes
    spend: Floats
    recency: Codes
    frequency: Codes
    monetary: Codes
    segment: NDArray[np.str_]

    def size(self, segment: Segment) -> int:
        """Number of customers in a segment."""
        return int((self.segment == segment).sum())


def score_rfm(purchases: Purchases, until_day: int) -> RfmScores:
    """Quintile scores (Hughes 1994, "Strategic Database Marketing") of everybody who bought by `until_day`.

    The segments, by recency R and the mean of frequency and monetary FM: R of 4 or more is `champions` (FM of 4 or
    more), `loyal` (3 or more), `new` (one purchase) or else `promising`; R of 3 is `loyal` (FM of 3 or more),
    `one_time` (one purchase) or else `promising`; R below 3 is `cannot_lose` (R of 1, FM of 4 or more), `at_risk` (FM
    of 3 or more), `hibernating` (R of 2) or else `lost`. One purchase, however large, makes nobody a champion, loyal,
    at risk or missed. Raises InvalidNumbers when nobody has bought.
    """
    days = purchases.until(until_day).by_day()
    if not len(days):
        raise InvalidNumbers("Nobody has bought by that day, so there is nobody to score.")
    customer, first_row, bought = np.unique(days.customer, return_index=True, return_counts=True)
    recency_days = until_day - days.day[first_row + bought - 1]
    spend = np.add.reduceat(days.amount, first_row)
    r, f, m = quintiles(-recency_days), quintiles(bought), quintiles(spend)
    return RfmScores(customer, recency_days, bought, spend, r, f, m, _segments(r, (f + m) / 2, bought))


def quintiles(values: Floats | Codes) -> Codes:
    """Scores 1 to 5 (n,), 5 for the highest: the fifth of the ranks in which the middle of a value's ties lies.

    Equal values score alike, whatever the order of the rows, so fifths are unequal where ties are large; if all are
    equal, all score 3.
    """
    _, rank, ties = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(ties) - ties
    middle = 2 * below + ties
    return (1 + (5 * middle) // (2 * len(values)))[rank].astype(np.int64).clip(1, 5)


def _segments(recency: Codes, worth: Floats, purchases: Codes) -> NDArray[np.str_]:
    again, recent, middling = purchases > 1, recency >= 4, recency == 3
    rules: list[tuple[Segment, NDArray[np.bool_]]] = [
        ("champions", recent & again & (worth >= 4)),
        ("loyal", (recent | middling) & again & (worth >= 3)),
        ("new", recent & ~again),
        ("one_time", middling & ~again),
        ("promising", recent | middling),
        ("cannot_lose", (recency == 1) & again & (worth >= 4)),
        ("at_risk", again & (worth >= 3)),
        ("hibernating", recency == 2),
    ]
    return np.select([rule for _, rule in rules], [name for name, _ in rules], "lost")
