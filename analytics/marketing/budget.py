"""How a fixed advertising budget is best split among campaigns, and what moving it should bring."""

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
    """A campaign with its response in minor units a week, and what of its revenue is left before advertising.

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
class Share:
    """One campaign's spend a week now and advised, and what the next unit of money spent brings in contribution."""

    name: str
    spend_now_minor: int
    spend_minor: int
    marginal_now: float
    marginal: float
    movable: bool


@dataclass(frozen=True)
class BudgetSplit:
    """Move the budget as in `shares`, or keep it: contribution gained a week, `low..high` at `coverage`.

    Campaigns whose response is not measurable keep what they have. `extrapolated` names those that would be given more
    than they ever had.
    """

    status: Literal["move", "keep"]
    reason: Literal["gain_is_likely", "gain_not_convincing", "already_best", "fewer_than_two_measurable"]
    shares: tuple[Share, ...]
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
    """The split of what the measurable campaigns spend now that brings the most contribution.

    Each response is concave, so the best split has equal marginal contribution wherever no bound binds (Dorfman &
    Steiner 1954; the multiplier is found by halving). No campaign changes by more than `most_change` of its spend, nor
    rises above the most it ever had on average over four weeks. The gain is that over seeded draws of each response;
    it is advised where it is likely enough. Amounts are whole minor units and sum to what is spent now. Raises
    InvalidNumbers for shares outside their range or a campaign named twice.
    """
    order = sorted(campaigns, key=lambda one: one.name)
    _check(order, most_change, least_probability, coverage)
    now = np.array([round(one.response.spend_now) for one in order], dtype=np.int64)
    movable = now > 0
    movable &= np.array([one.response.measurable for one in order], dtype=bool)
    advised = now.copy()
    if movable.sum() >= 2:
        moving = [one for one, yes in zip(order, movable, strict=True) if yes]
        advised[movable] = _best(moving, now[movable], most_change)
    gains = _gains(order, now, advised, movable, np.random.default_rng(seed))
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
            _share(one, int(was), int(new), bool(yes))
            for one, was, new, yes in zip(order, now, advised, movable, strict=True)
        ),
        gain_minor=round(gain),
        low_minor=round(min(float(low), gain)),
        high_minor=round(max(float(high), gain)),
        coverage=coverage,
        probability_of_gain=probability,
        extrapolated=tuple(
            one.name for one, was, new in zip(order, now, advised, strict=True) if new > max(was, one.response.highest)
        ),
    )


def gain_of_move(
    campaigns: Iterable[Campaign],
    before: Mapping[str, int],
    after: Mapping[str, int],
    coverage: float = 0.80,
    seed: int = 1,
) -> Interval:
    """What spending `after` brings a week against `before`, in contribution, on draws of each response.

    Raises InvalidNumbers where a campaign that was moved has no measurable response.
    """
    order = sorted(campaigns, key=lambda one: one.name)
    was, now = (np.array([given.get(one.name, 0) for one in order], dtype=np.int64) for given in (before, after))
    if unmeasured := [one.name for one, old, new in zip(order, was, now, strict=True) if old != new and not _ok(one)]:
        raise InvalidNumbers(f"The response to {', '.join(unmeasured)} is not measurable.")
    gains = _gains(order, was, now, was != now, np.random.default_rng(seed))
    tail = (1 - coverage) / 2
    low, high = (float(end) for end in np.quantile(gains, [tail, 1 - tail]))
    return Interval(float(gains.mean()), low, high)


def _ok(one: Campaign) -> bool:
    return one.response.measurable


def _best(campaigns: list[Campaign], now: Codes, most_change: float) -> Codes:
    """Whole minor units (k,) with the sum of `now` and equal marginal contribution within the bounds."""
    low = now * (1 - most_change)
    high = np.maximum(now, np.minimum(now * (1 + most_change), [one.response.highest for one in campaigns]))
    budget = float(now.sum())
    wanted_at_most = max(_marginal(one, float(least)) for one, least in zip(campaigns, low, strict=True))
    cheap, dear = 0.0, wanted_at_most + 1e-12
    for _ in range(_HALVINGS):
        price = (cheap + dear) / 2
        asked = sum(_wanted(one, price, *ends) for one, *ends in zip(campaigns, low, high, strict=True))
        cheap, dear = (price, dear) if asked > budget else (cheap, price)
    best = np.array([_wanted(one, dear, *ends) for one, *ends in zip(campaigns, low, high, strict=True)])
    roomy = np.array([_wanted(one, cheap, *ends) for one, *ends in zip(campaigns, low, high, strict=True)])
    missing, room = budget - best.sum(), roomy - best
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


def _marginal(one: Campaign, spend: float) -> float:
    return one.response.marginal(spend) * one.margin_bps / BPS


def _wanted(one: Campaign, price: float, low: float, high: float) -> float:
    """The spend within bounds at which the next unit brings `price`."""
    if _marginal(one, high) >= price:
        return high
    if _marginal(one, low) <= price:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _marginal(one, middle) > price else (low, middle)
    return (low + high) / 2


def _gains(
    campaigns: list[Campaign], now: Codes, advised: Codes, movable: NDArray[np.bool_], seeded: np.random.Generator
) -> Floats:
    """What the move brings a week in contribution, on draws (n,) of the responses."""
    gains = np.zeros(_DRAWS)
    for one, was, new, yes in zip(campaigns, now, advised, movable, strict=True):
        if yes and was != new:
            scales, powers = one.response.draws(_DRAWS, seeded)
            gains += scales * (float(new) ** powers - float(was) ** powers) * one.margin_bps / BPS
    return gains


def _share(one: Campaign, was: int, new: int, movable: bool) -> Share:
    before, after = (_marginal(one, float(spend)) if movable else 0.0 for spend in (was, new))
    return Share(one.name, was, new, before, after, movable)


def _check(campaigns: list[Campaign], most_change: float, least_probability: float, coverage: float) -> None:
    if not 0 <= most_change <= 1 or not 0 <= least_probability <= 1 or not 0 < coverage < 1:
        raise InvalidNumbers("The most change, the least probability and the coverage must lie between 0 and 1.")
    if len({one.name for one in campaigns}) < len(campaigns):
        raise InvalidNumbers("A campaign occurs twice.")
    for one in campaigns:
        if not isinstance(one.margin_bps, int) or not 0 <= one.margin_bps <= BPS:
            raise InvalidNumbers(f"The margin of {one.name} must be a whole number from 0 to {BPS}.")
        if not 0 <= one.response.spend_now <= LARGEST_MINOR:
            raise InvalidNumbers(f"The spend of {one.name} is larger than can be booked.")
