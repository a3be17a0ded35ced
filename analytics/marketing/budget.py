"""Best split of a fixed advertising budget among campaigns, and the contribution gained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.marketing.ad_response import AdResponse, fit_ad_response
from analytics.pricing.panel import Codes, Floats
from analytics.statistics.errors import InvalidNumbers
from analytics.statistics.proportions import Interval
from domain.money import BPS, LARGEST_MINOR

_DRAWS = 4_000
_HALVINGS = 100


@dataclass(frozen=True)
class Campaign:
    """A campaign with its response in minor units a week, and its contribution margin before advertising.

    `margin_bps` is the contribution of a sale before advertising as a share of revenue.
    """

    name: str
    response: AdResponse
    margin_bps: int


def fit_campaigns(
    spend: Mapping[str, Sequence[int]], revenue: Sequence[float], margin_bps: int
) -> tuple[Campaign, ...]:
    """Each campaign's response to its own weekly spend (T,), by name; all of them to the same revenue (T,)."""
    earned = np.array(revenue, dtype=float)
    return tuple(
        Campaign(name, fit_ad_response(np.array(spend[name], dtype=float), earned), margin_bps)
        for name in sorted(spend)
    )


@dataclass(frozen=True)
class BudgetShare:
    """One campaign's spend a week now and advised, and the marginal contribution of each."""

    name: str
    spend_now_minor: int
    spend_minor: int
    marginal_now: float
    marginal: float
    movable: bool


@dataclass(frozen=True)
class BudgetSplit:
    """Move the budget as in `shares`, or keep it: contribution gained a week, `low..high` at `coverage`.

    Campaigns whose response is not measurable keep their spend. `extrapolated` names those that would spend more than
    they ever did.
    """

    status: Literal["move", "keep"]
    reason: Literal["gain_is_likely", "gain_not_convincing", "already_best", "fewer_than_two_measurable"]
    shares: tuple[BudgetShare, ...]
    gain_minor: int
    low_minor: int
    high_minor: int
    coverage: float
    probability_of_gain: float
    extrapolated: tuple[str, ...]


def split_budget(
    campaigns: Iterable[Campaign],
    *,
    most_change: float = 0.5,
    least_probability: float = 0.80,
    coverage: float = 0.80,
    seed: int = 1,
) -> BudgetSplit:
    """The split of the measurable campaigns' present spend with the highest contribution.

    Each response is concave, so the best split has equal marginal contribution wherever no bound binds (Dorfman &
    Steiner 1954; the multiplier is found by halving). No campaign changes by more than `most_change` of its spend, nor
    rises above the most it ever had on average over four weeks. The gain is that over seeded draws of each response;
    it is advised where it is likely enough. Amounts are whole minor units and sum to what is spent now. Raises
    InvalidNumbers for shares outside their range or a campaign named twice.
    """
    order = sorted(campaigns, key=lambda campaign: campaign.name)
    _check(order, most_change, least_probability, coverage)
    spend = np.array([round(campaign.response.spend_now) for campaign in order], dtype=np.int64)
    movable = spend > 0
    movable &= np.array([campaign.response.measurable for campaign in order], dtype=bool)
    advised = spend.copy()
    if movable.sum() >= 2:
        moving = [campaign for campaign, is_movable in zip(order, movable, strict=True) if is_movable]
        advised[movable] = _best(moving, spend[movable], most_change)
    gains = _gains(order, spend, advised, movable, np.random.default_rng(seed))
    tail = (1 - coverage) / 2
    low, high = np.quantile(gains, [tail, 1 - tail])
    gain, probability = float(gains.mean()), float(np.mean(gains > 0))
    reason: Literal["gain_is_likely", "gain_not_convincing", "already_best", "fewer_than_two_measurable"]
    if movable.sum() < 2:
        reason = "fewer_than_two_measurable"
    elif gain < 0.5:
        reason = "already_best"
    else:
        reason = "gain_is_likely" if probability >= least_probability else "gain_not_convincing"
    return BudgetSplit(
        status="move" if reason == "gain_is_likely" else "keep",
        reason=reason,
        shares=tuple(
            _share(campaign, int(spend_now), int(spend_advised), bool(is_movable))
            for campaign, spend_now, spend_advised, is_movable in zip(order, spend, advised, movable, strict=True)
        ),
        gain_minor=round(gain),
        low_minor=round(min(float(low), gain)),
        high_minor=round(max(float(high), gain)),
        coverage=coverage,
        probability_of_gain=probability,
        extrapolated=tuple(
            campaign.name
            for campaign, spend_now, spend_advised in zip(order, spend, advised, strict=True)
            if spend_advised > max(spend_now, campaign.response.highest)
        ),
    )


def gain_of_move(
    campaigns: Iterable[Campaign],
    before: Mapping[str, int],
    after: Mapping[str, int],
    coverage: float = 0.80,
    seed: int = 1,
) -> Interval:
    """Weekly contribution of spending `after` against `before`, on draws of each response.

    Raises InvalidNumbers where a campaign that was moved has no measurable response.
    """
    order = sorted(campaigns, key=lambda campaign: campaign.name)
    spend_before, spend_after = (
        np.array([spend.get(campaign.name, 0) for campaign in order], dtype=np.int64) for spend in (before, after)
    )
    if unmeasured := [
        campaign.name
        for campaign, amount_before, amount_after in zip(order, spend_before, spend_after, strict=True)
        if amount_before != amount_after and not campaign.response.measurable
    ]:
        raise InvalidNumbers(f"The response to {', '.join(unmeasured)} is not measurable.")
    gains = _gains(order, spend_before, spend_after, spend_before != spend_after, np.random.default_rng(seed))
    tail = (1 - coverage) / 2
    low, high = (float(end) for end in np.quantile(gains, [tail, 1 - tail]))
    return Interval(float(gains.mean()), low, high)


def _best(campaigns: list[Campaign], now: Codes, most_change: float) -> Codes:
    """Whole minor units (k,) with the sum of `now` and equal marginal contribution within the bounds."""
    low = now * (1 - most_change)
    high = np.maximum(now, np.minimum(now * (1 + most_change), [campaign.response.highest for campaign in campaigns]))
    budget = float(now.sum())
    highest_marginal = max(_marginal(campaign, float(least)) for campaign, least in zip(campaigns, low, strict=True))
    low_price, high_price = 0.0, highest_marginal + 1e-12
    for _ in range(_HALVINGS):
        price = (low_price + high_price) / 2
        demand = sum(_spend_at(campaign, price, *ends) for campaign, *ends in zip(campaigns, low, high, strict=True))
        low_price, high_price = (price, high_price) if demand > budget else (low_price, price)
    best = np.array(
        [_spend_at(campaign, high_price, *ends) for campaign, *ends in zip(campaigns, low, high, strict=True)]
    )
    upper = np.array(
        [_spend_at(campaign, low_price, *ends) for campaign, *ends in zip(campaigns, low, high, strict=True)]
    )
    missing, room = budget - best.sum(), upper - best
    best += room * (missing / room.sum()) if room.sum() > 0 else 0.0
    return _whole(best, now, low, high)


def _whole(best: Floats, now: Codes, low: Floats, high: Floats) -> Codes:
    """Rounded down, what is over to the largest remainders; where the bounds leave no way to spend it all, as now."""
    if abs(float(best.sum()) - float(now.sum())) > 0.5 or (best < low - 1).any() or (best > high + 1).any():
        return now
    whole = np.floor(best).astype(np.int64)
    rest = int(now.sum() - whole.sum())
    whole[np.argsort(whole - best, kind="stable")[:rest]] += 1
    return whole


def _marginal(campaign: Campaign, spend: float) -> float:
    return campaign.response.marginal(spend) * campaign.margin_bps / BPS


def _spend_at(campaign: Campaign, price: float, low: float, high: float) -> float:
    """The spend within bounds at which the next unit brings `price`."""
    if _marginal(campaign, high) >= price:
        return high
    if _marginal(campaign, low) <= price:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _marginal(campaign, middle) > price else (low, middle)
    return (low + high) / 2


def _gains(
    campaigns: list[Campaign], spend: Codes, advised: Codes, movable: NDArray[np.bool_], seeded: np.random.Generator
) -> Floats:
    """Weekly contribution gained by the move, on draws (n,) of the responses."""
    gains = np.zeros(_DRAWS)
    for campaign, spend_before, spend_after, is_movable in zip(campaigns, spend, advised, movable, strict=True):
        if is_movable and spend_before != spend_after:
            scales, powers = campaign.response.draws(_DRAWS, seeded)
            gains += scales * (float(spend_after) ** powers - float(spend_before) ** powers) * campaign.margin_bps / BPS
    return gains


def _share(campaign: Campaign, spend_now: int, spend_advised: int, movable: bool) -> BudgetShare:
    before, after = (_marginal(campaign, float(spend)) if movable else 0.0 for spend in (spend_now, spend_advised))
    return BudgetShare(campaign.name, spend_now, spend_advised, before, after, movable)


def _check(campaigns: list[Campaign], most_change: float, least_probability: float, coverage: float) -> None:
    if not 0 <= most_change <= 1 or not 0 <= least_probability <= 1 or not 0 < coverage < 1:
        raise InvalidNumbers("The most change, the least probability and the coverage must lie between 0 and 1.")
    if len({campaign.name for campaign in campaigns}) < len(campaigns):
        raise InvalidNumbers("A campaign occurs twice.")
    for campaign in campaigns:
        if not isinstance(campaign.margin_bps, int) or not 0 <= campaign.margin_bps <= BPS:
            raise InvalidNumbers(f"The margin of {campaign.name} must be a whole number from 0 to {BPS}.")
        if not 0 <= campaign.response.spend_now <= LARGEST_MINOR:
            raise InvalidNumbers(f"The spend of {campaign.name} is larger than can be booked.")
