"""How each segment answers messages, from few campaigns: its own holdouts drawn towards what all of them show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from analytics.customers.response import CampaignCounts, ResponseEstimate
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval

LEAST_IN_A_GROUP = 100
_WITHOUT_OWN = 0.5
"""How far, of the common answer, one segment's may stray where the data do not tell: half of it."""


@dataclass(frozen=True)
class _Told:
    """One segment's pooled counts: its change in P(buy), that one's variance, P(buy) held out, and the groups used."""

    change: float
    variance: float
    held_out: float
    campaigns: int


def segment_responses(
    counts: Mapping[str, Sequence[CampaignCounts]], baseline: Mapping[str, float], *, coverage: float = 0.80
) -> Mapping[str, ResponseEstimate]:
    """By segment the change in P(buy) that one message makes; `baseline` is its P(buy) without, for
    those of which no holdout tells.

    All segments together give one relative answer, treated buyers over those expected from the holdouts (Mantel &
    Haenszel 1959); each segment's own change is drawn towards that share of its baseline as far as chance explains it
    (Fay & Herriot 1979: normal-normal, the variance between segments by moments and at least half the common answer).
    Not measurable where all the groups together are too small. Raises InvalidNumbers for a wrong coverage.
    """
    if not 0 < coverage < 1:
        raise InvalidNumbers("A coverage lies between 0 and 1.")
    own = {name: told for name, campaigns in counts.items() if (told := _told(campaigns)) is not None}
    everybody = _summed([one for campaigns in counts.values() for one in campaigns])
    if min(everybody.treated, everybody.held_out) < LEAST_IN_A_GROUP or not everybody.held_out_buyers:
        reason = "groups_too_small" if everybody.held_out else "no_holdout" if everybody.treated else "no_campaigns"
        blank = ResponseEstimate(False, (reason,), coverage, 0, sum(map(len, counts.values())))
        return dict.fromkeys(baseline, blank)
    relative, relative_variance = _relative(own)
    between = _between(own, relative)
    z = float(special.ndtri((1 + coverage) / 2))
    campaigns = max((one.campaigns for one in own.values()), default=0)
    return {
        name: _drawn(own.get(name), share, (relative, relative_variance, between), z, coverage, campaigns)
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
        sum(one.treated for one in campaigns),
        sum(one.treated_buyers for one in campaigns),
        sum(one.held_out for one in campaigns),
        sum(one.held_out_buyers for one in campaigns),
    )


def _relative(own: Mapping[str, _Told]) -> tuple[float, float]:
    """The change as a share of P(buy) without, common to all segments by least squares through zero; its variance."""
    if not own:
        return 0.0, 0.0
    change, variance, held = np.array([(one.change, one.variance, one.held_out) for one in own.values()]).T
    weight = held**2 / variance
    return float((held * change / variance).sum() / weight.sum()), float(1 / weight.sum())


def _between(own: Mapping[str, _Told], relative: float) -> float:
    """The variance of segments' relative answers beyond chance (DerSimonian & Laird 1986), not below the floor."""
    floor = (_WITHOUT_OWN * relative) ** 2
    if len(own) < 2:
        return floor
    change, variance, held = np.array([(one.change, one.variance, one.held_out) for one in own.values()]).T
    weight = held**2 / variance
    excess = float((weight * (change / held - relative) ** 2).sum()) - (len(own) - 1)
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    return max(excess / float(spread), floor)


def _drawn(
    own: _Told | None, share: float, common: tuple[float, float, float], z: float, coverage: float, campaigns: int
) -> ResponseEstimate:
    relative, relative_variance, between = common
    share = share if own is None else own.held_out
    middle, prior = relative * share, (relative_variance + between) * share**2
    if own is not None and prior > 0:
        weight = prior / (prior + own.variance)
        middle, prior = middle + weight * (own.change - middle), prior * (1 - weight)
    reach = z * float(np.sqrt(prior))
    found = Interval(middle, max(middle - reach, -1.0), min(middle + reach, 1.0))
    return ResponseEstimate(True, (), coverage, campaigns, 0, found, float(np.sqrt(between)) * share)
