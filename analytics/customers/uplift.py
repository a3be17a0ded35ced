"""Incremental conversions and revenue of a campaign, measured against a random holdout."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from analytics.customers.purchases import finite_column
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval, newcombe_interval, wilson_interval

LEAST_CUSTOMERS = 100
_LEAST_BUYERS = 10
_SKEWED = 1 / np.sqrt(355)

UpliftReason = Literal["no_holdout", "holdout_too_small", "nobody_treated", "treated_too_small"]
RevenueDoubt = Literal["too_few_buyers", "skewed", "one_customer_decides"]


@dataclass(frozen=True, eq=False)
class GroupOutcome:
    """Revenue of each customer (n,) of a group within the window, zero for none, and whether they bought.

    Where `bought` is not given, those with revenue above zero did. Revenue may be below zero after refunds.
    Raises InvalidNumbers for revenue that is not finite, or lengths that differ.
    """

    revenue: Floats
    bought: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "revenue", finite_column("revenue", self.revenue))
        bought = self.revenue > 0 if self.bought is None else np.asarray(self.bought)
        if bought.shape != self.revenue.shape or bought.dtype != np.bool_:
            raise InvalidNumbers("Whether customers bought is one true or false for each revenue.")
        object.__setattr__(self, "bought", bought)

    def __len__(self) -> int:
        return len(self.revenue)

    @property
    def buyers(self) -> int:
        """Number of customers who bought."""
        return int(np.asarray(self.bought).sum())


@dataclass(frozen=True)
class RevenueUplift:
    """Incremental revenue of one treated customer and of all of them, in the revenue's money.

    `skewness` is that of the difference's sampling error; `largest_share` what the best customer of either group holds
    of that group's revenue. `doubts` name why the interval should not be trusted far.
    """

    per_customer: Interval
    total: Interval
    skewness: float
    largest_share: float
    doubts: tuple[RevenueDoubt, ...]


@dataclass(frozen=True)
class UpliftEstimate:
    """Treated against held out at `coverage`; or the reasons why it is not measurable.

    `rate` is P(buy | treated) - P(buy | held out), `conversions` that for all treated, `anyway` how many of the treated
    would have bought without it. `revenue` is None, with `revenue_doubts` saying so, where too few bought.
    """

    measurable: bool
    reasons: tuple[UpliftReason, ...]
    coverage: float
    treated: int
    held_out: int
    rate: Interval | None = None
    conversions: Interval | None = None
    anyway: Interval | None = None
    revenue: RevenueUplift | None = None
    revenue_doubts: tuple[RevenueDoubt, ...] = ()


def measure_uplift(
    treated: GroupOutcome,
    held_out: GroupOutcome,
    *,
    coverage: float = 0.90,
    least_customers: int = LEAST_CUSTOMERS,
) -> UpliftEstimate:
    """Incremental conversions and revenue of the treated against a holdout drawn at random from the same customers.

    Everybody sent to counts as treated, opened or not. Conversions by Newcombe 1998, method 10. Revenue by Welch's t
    (Welch 1947) hulled with Hall's transformation of it for skewness (Hall 1992; two samples: Zhou & Dinh 2005): the
    interval is never narrower than Welch's, and reaches further on the side that a rare big order would come from.
    That mends what skewness the sample shows, not the big order that it has yet to see: hence the doubts. `skewed` is a
    standardised third moment past 1 / sqrt(355) (the rule of Kohavi, Deng, Longbotham & Xu 2014).
    Not measurable with fewer than `least_customers` in either group. Raises InvalidNumbers for a wrong coverage.
    """
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")
    reasons = sizes_that_fail(len(treated), len(held_out), least_customers)
    if reasons:
        return UpliftEstimate(False, reasons, coverage, len(treated), len(held_out))
    rate = newcombe_interval(treated.buyers, len(treated), held_out.buyers, len(held_out), coverage)
    revenue = _revenue_uplift(treated, held_out, coverage)
    return UpliftEstimate(
        measurable=True,
        reasons=(),
        coverage=coverage,
        treated=len(treated),
        held_out=len(held_out),
        rate=rate,
        conversions=rate.times(len(treated)),
        anyway=wilson_interval(held_out.buyers, len(held_out), coverage).times(len(treated)),
        revenue=revenue,
        revenue_doubts=("too_few_buyers",) if revenue is None else revenue.doubts,
    )


def sizes_that_fail(treated: int, held_out: int, least: int) -> tuple[UpliftReason, ...]:
    """Reasons why these group sizes are too small; empty if they suffice. Raises InvalidNumbers for a negative size."""
    if treated < 0 or held_out < 0:
        raise InvalidNumbers("A group has no fewer than zero customers.")
    reasons: list[UpliftReason] = []
    if treated < max(least, 2):
        reasons.append("treated_too_small" if treated else "nobody_treated")
    if held_out < max(least, 2):
        reasons.append("holdout_too_small" if held_out else "no_holdout")
    return tuple(reasons)


def _revenue_uplift(treated: GroupOutcome, held_out: GroupOutcome, coverage: float) -> RevenueUplift | None:
    if min(treated.buyers, held_out.buyers) < _LEAST_BUYERS:
        return None
    groups = (treated.revenue, held_out.revenue)
    parts = [float(group.var(ddof=1)) / len(group) for group in groups]
    error = float(np.sqrt(sum(parts)))
    if error == 0:
        return None
    degrees = sum(parts) ** 2 / sum(part**2 / (len(group) - 1) for part, group in zip(parts, groups, strict=True))
    thirds = [float(((group - group.mean()) ** 3).mean()) / len(group) ** 2 for group in groups]
    skewness = (thirds[0] - thirds[1]) / error**3
    reach = float(scipy.special.stdtrit(degrees, (1 + coverage) / 2))
    low, high = (_hall(end, skewness) for end in (-reach, reach))
    difference = float(groups[0].mean() - groups[1].mean())
    per_customer = Interval(difference, difference - max(high, reach) * error, difference - min(low, -reach) * error)
    largest = max(float(group.max() / group.sum()) if group.sum() > 0 else 1.0 for group in groups)
    doubts: list[RevenueDoubt] = ["skewed"] if abs(skewness) > _SKEWED else []
    if largest > 0.10:
        doubts.append("one_customer_decides")
    return RevenueUplift(per_customer, per_customer.times(len(treated)), skewness, largest, tuple(doubts))


def _hall(t: float, skewness: float) -> float:
    """Hall's cubic transformation inverted: (3 / k) ((1 + k (t - k / 6))^(1/3) - 1), k the skewness of the mean."""
    return t if abs(skewness) < 1e-9 else 3 / skewness * float(np.cbrt(1 + skewness * (t - skewness / 6)) - 1)
