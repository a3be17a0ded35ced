"""Response to messages: uplift in P(buy), pooled over past campaigns with holdouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from analytics.customers.uplift import LEAST_CUSTOMERS, sizes_that_fail
from analytics.pricing.panel import Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval, newcombe_interval

ResponseReason = Literal["no_campaigns", "no_holdout", "groups_too_small"]


@dataclass(frozen=True)
class CampaignCounts:
    """A past campaign's groups, drawn at random from the same customers, and how many of each bought in the window.

    Raises InvalidNumbers for counts below zero, or more buyers than customers.
    """

    treated: int
    treated_buyers: int
    held_out: int
    held_out_buyers: int

    def __post_init__(self) -> None:
        if not 0 <= self.treated_buyers <= self.treated or not 0 <= self.held_out_buyers <= self.held_out:
            raise InvalidNumbers("A group's buyers are some of its customers.")


@dataclass(frozen=True)
class ResponseEstimate:
    """The change in P(buy) that one more such campaign should make, at `coverage`; or why it is not measurable.

    `spread` is the standard deviation between campaigns beyond chance, None with a single one: then the interval is
    that campaign's own, and says nothing of how another would differ. `campaigns` were used, `refused` not.
    """

    measurable: bool
    reasons: tuple[ResponseReason, ...]
    coverage: float
    campaigns: int
    refused: int
    uplift: Interval | None = None
    spread: float | None = None


def estimate_response(
    campaigns: Sequence[CampaignCounts], *, coverage: float = 0.90, least_customers: int = LEAST_CUSTOMERS
) -> ResponseEstimate:
    """Uplift in P(buy) of such messages, from the campaigns whose groups are large enough.

    A campaign without a holdout, or with fewer than `least_customers` in a group, is refused: response alone cannot
    tell whom it moved from who would have bought anyway. One is taken by Newcombe 1998, method 10. Several are pooled
    by random effects (DerSimonian & Laird 1986, equation 8), and the interval foresees a new campaign's uplift
    (Higgins, Thompson & Spiegelhalter 2009, equation 12, with k - 1 degrees of freedom so that two suffice).
    Raises InvalidNumbers for a wrong coverage.
    """
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")
    used = [
        campaign for campaign in campaigns if not sizes_that_fail(campaign.treated, campaign.held_out, least_customers)
    ]
    refused = len(campaigns) - len(used)
    if not used:
        return ResponseEstimate(False, (_why_none(campaigns),), coverage, 0, refused)
    if len(used) == 1:
        (only,) = used
        counts = (only.treated_buyers, only.treated, only.held_out_buyers, only.held_out)
        return ResponseEstimate(True, (), coverage, 1, refused, newcombe_interval(*counts, coverage))
    uplift, spread = _pooled(used, coverage)
    return ResponseEstimate(True, (), coverage, len(used), refused, uplift, spread)


def _why_none(campaigns: Sequence[CampaignCounts]) -> ResponseReason:
    if not campaigns:
        return "no_campaigns"
    return "groups_too_small" if any(campaign.held_out for campaign in campaigns) else "no_holdout"


def _pooled(campaigns: Sequence[CampaignCounts], coverage: float) -> tuple[Interval, float]:
    treated, treated_error = _shares([(campaign.treated_buyers, campaign.treated) for campaign in campaigns])
    held_out, held_out_error = _shares([(campaign.held_out_buyers, campaign.held_out) for campaign in campaigns])
    uplifts, variances = treated - held_out, treated_error + held_out_error
    weights = 1 / variances
    middle = weights @ uplifts / weights.sum()
    excess = weights @ (uplifts - middle) ** 2 - (len(campaigns) - 1)
    between = max(float(excess / (weights.sum() - (weights @ weights) / weights.sum())), 0.0)
    weights = 1 / (variances + between)
    value = float(weights @ uplifts / weights.sum())
    reach = float(scipy.special.stdtrit(len(campaigns) - 1, (1 + coverage) / 2) * np.sqrt(between + 1 / weights.sum()))
    return Interval(value, max(value - reach, -1.0), min(value + reach, 1.0)), float(np.sqrt(between))


def _shares(counts: Sequence[tuple[int, int]]) -> tuple[Floats, Floats]:
    """Shares (k,), and variances after one more success and failure (Agresti & Caffo 2000), which are never zero."""
    buyers, customers = np.array(counts, dtype=float).T
    smoothed = (buyers + 1) / (customers + 2)
    return buyers / customers, smoothed * (1 - smoothed) / (customers + 2)
