"""Response to messages by segment from few campaigns: each segment's own uplift shrunk towards the common one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from analytics.customers.response import CampaignCounts, ResponseEstimate
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

LEAST_IN_A_GROUP = 100
_WITHOUT_OWN = 0.5
"""Prior deviation of a segment's uplift from the common one, as a share of it, where the data do not identify it."""


@dataclass(frozen=True)
class _Told:
    """One segment's pooled change in P(buy), its variance, P(buy) of the holdout, and the number of campaigns."""

    change: float
    variance: float
    held_out: float
    campaigns: int


def segment_responses(
    counts: Mapping[str, Sequence[CampaignCounts]], baseline: Mapping[str, float], *, coverage: float = 0.80
) -> Mapping[str, ResponseEstimate]:
    """Change in P(buy) by one message, by segment; `baseline` is P(buy) without a message, for segments without a
    usable holdout.

    All segments together give one relative answer, treated buyers over those expected from the holdouts (Mantel &
    Haenszel 1959); each segment's own change is drawn towards that share of its baseline as far as chance explains it
    (Fay & Herriot 1979: normal-normal, the variance between segments by moments and at least half the common answer).
    Not measurable where all the groups together are too small. Raises InvalidNumbers for a wrong coverage.
    """
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")
    estimates = {name: estimate for name, campaigns in counts.items() if (estimate := _told(campaigns)) is not None}
    pooled = _summed([campaign for campaigns in counts.values() for campaign in campaigns])
    if min(pooled.treated, pooled.held_out) < LEAST_IN_A_GROUP or not pooled.held_out_buyers:
        reason = "groups_too_small" if pooled.held_out else "no_holdout" if pooled.treated else "no_campaigns"
        blank = ResponseEstimate(False, (reason,), coverage, 0, sum(map(len, counts.values())))
        return dict.fromkeys(baseline, blank)
    relative, relative_variance = _relative(estimates)
    between = _between(estimates, relative)
    z = float(scipy.special.ndtri((1 + coverage) / 2))
    campaigns = max((segment.campaigns for segment in estimates.values()), default=0)
    return {
        name: _drawn(estimates.get(name), share, (relative, relative_variance, between), z, coverage, campaigns)
        for name, share in baseline.items()
    }


def _told(campaigns: Sequence[CampaignCounts]) -> _Told | None:
    whole = _summed(campaigns)
    if min(whole.treated, whole.held_out) < LEAST_IN_A_GROUP:
        return None
    shares = [
        (buyers + 0.5) / (size + 1)
        for buyers, size in ((whole.treated_buyers, whole.treated), (whole.held_out_buyers, whole.held_out))
    ]
    parts = (shares[0] * (1 - shares[0]) / whole.treated, shares[1] * (1 - shares[1]) / whole.held_out)
    change = whole.treated_buyers / whole.treated - whole.held_out_buyers / whole.held_out
    return _Told(change, sum(parts), shares[1], len(campaigns))


def _summed(campaigns: Sequence[CampaignCounts]) -> CampaignCounts:
    return CampaignCounts(
        sum(campaign.treated for campaign in campaigns),
        sum(campaign.treated_buyers for campaign in campaigns),
        sum(campaign.held_out for campaign in campaigns),
        sum(campaign.held_out_buyers for campaign in campaigns),
    )


def _relative(estimates: Mapping[str, _Told]) -> tuple[float, float]:
    """Relative change in P(buy) common to all segments, by least squares through zero, and its variance."""
    if not estimates:
        return 0.0, 0.0
    change, variance, baseline = np.array(
        [(estimate.change, estimate.variance, estimate.held_out) for estimate in estimates.values()]
    ).T
    weight = baseline**2 / variance
    return float((baseline * change / variance).sum() / weight.sum()), float(1 / weight.sum())


def _between(estimates: Mapping[str, _Told], relative: float) -> float:
    """The variance of segments' relative changes beyond chance (DerSimonian & Laird 1986), not below the floor."""
    floor = (_WITHOUT_OWN * relative) ** 2
    if len(estimates) < 2:
        return floor
    change, variance, baseline = np.array(
        [(estimate.change, estimate.variance, estimate.held_out) for estimate in estimates.values()]
    ).T
    weight = baseline**2 / variance
    excess = float((weight * (change / baseline - relative) ** 2).sum()) - (len(estimates) - 1)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    return max(excess / float(spread), floor)


def _drawn(
    estimate: _Told | None, share: float, common: tuple[float, float, float], z: float, coverage: float, campaigns: int
) -> ResponseEstimate:
    relative, relative_variance, between = common
    share = share if estimate is None else estimate.held_out
    middle, prior = relative * share, (relative_variance + between) * share**2
    if estimate is not None and prior > 0:
        weight = prior / (prior + estimate.variance)
        middle, prior = middle + weight * (estimate.change - middle), prior * (1 - weight)
    reach = z * float(np.sqrt(prior))
    interval = Interval(middle, max(middle - reach, -1.0), min(middle + reach, 1.0))
    return ResponseEstimate(True, (), coverage, campaigns, 0, interval, float(np.sqrt(between)) * share)
