"""Prices that change together: what they bring in sum, what each takes from the range, and which of them to choose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, hypot, sqrt

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts
from analytics.statistics.errors import InvalidNumbers

COVERAGE = 0.80
_QUANTILE = 1.2815515655446004
"""Of the normal distribution at 90 %: four values of five lie so many deviations around the mean."""
ELSEWHERE = 0.10
"""Prior: of what is sold more of a product in one channel, the share that its other channels then sell less."""
USUAL_CORRELATION = 0.5
"""Prior: how far the gains of two prices rise and fall together, where too few weeks tell."""
_LEAST_WEEKS = 13
_LEAST_LIFT = 0.10


@dataclass(frozen=True)
class Diversion:
    """The share of what one product sells more that others of its category and channel sell less."""

    share: float
    error: float
    is_estimated: bool = True


CAUTIOUS = Diversion(0.20, 0.10, is_estimated=False)
"""Prior, where no deals tell: a cut takes so much from its category, and a raise sends nothing back."""


def diversion_of(lift: float, lift_error: float, category: float, category_error: float) -> Diversion:
    """What past deals tell, from the logs of what a deal multiplies a product's units by, and the units of one whose
    whole category is on a deal; drawn in to the prior by precision. The prior alone without a lift.

    By symmetry, what all others' deals take from a product is what its own takes from all others.
    """
    more = exp(lift) - 1
    if more < _LEAST_LIFT:
        return CAUTIOUS
    share = (1 - exp(category)) / more
    error = hypot(exp(category) * category_error / more, share * exp(lift) * lift_error / more)
    told, known = 1 / max(error, 1e-6) ** 2, 1 / CAUTIOUS.error**2
    return Diversion(max((share * told + CAUTIOUS.share * known) / (told + known), 0.0), 1 / sqrt(told + known))


@dataclass(frozen=True)
class Change:
    """A price that could change. Its own gain over the horizon is `gain`, from `low` to `high` at 80 %.

    `units` are sold more over the horizon (below zero: less), `weekly_units` a week now; a unit contributes `worth_now`
    and then `worth_then`. What `must` change is chosen first. Money is in minor units. Raises InvalidNumbers.
    """

    key: str
    channel: str
    product: str
    category: str
    gain: float
    low: float
    high: float
    units: float
    weekly_units: float
    worth_now: float
    worth_then: float
    diversion: Diversion = CAUTIOUS
    must: bool = False

    def __post_init__(self) -> None:
        check_amounts(weekly_units=self.weekly_units)
        if not self.low <= self.gain <= self.high:
            raise InvalidNumbers(f"{self.key}: a gain lies within its interval.")


@dataclass(frozen=True)
class Shelf:
    """What some products sell in a week, and what that contributes, in minor units."""

    weekly_units: float = 0.0
    weekly_worth: float = 0.0


@dataclass(frozen=True)
class Range:
    """What is sold today, by channel and category, and by product and channel."""

    of_category: Mapping[tuple[str, str], Shelf] = field(default_factory=dict[tuple[str, str], Shelf])
    of_product: Mapping[str, Mapping[str, Shelf]] = field(default_factory=dict[str, Mapping[str, Shelf]])


@dataclass(frozen=True)
class SetPromise:
    """What changes bring together, from `low` to `high` at 80 %, net of what they take from the range.

    `taken` has that by change: below zero is what a raise sends back.
    """

    value: float
    low: float
    high: float
    taken: Mapping[str, float]


def promise_of(changes: Sequence[Change], sold: Range, correlation: Floats) -> SetPromise:
    """The sum of changes that are made together. `correlation` (n, n) is of their gains, in the changes' order.

    What a change takes is valued at what the others contribute at the prices that the set gives them. Deviations add up
    by their correlations, which are never counted below zero; the error of the share that is taken is common to all.
    """
    taken = {change.key: _taken(change, changes, sold) for change in changes}
    value = sum(change.gain - taken[change.key] for change in changes)
    share = sum(
        abs(taken[change.key]) * change.diversion.error / change.diversion.share
        for change in changes
        if change.diversion.share > 0
    )
    below = _together([(change.gain - change.low) / _QUANTILE for change in changes], correlation)
    above = _together([(change.high - change.gain) / _QUANTILE for change in changes], correlation)
    low, high = (value + sign * _QUANTILE * sqrt(side**2 + share**2) for sign, side in ((-1, below), (1, above)))
    return SetPromise(value, low, high, taken)


def chosen(changes: Sequence[Change], sold: Range, room: Mapping[str, int]) -> list[str]:
    """The keys of the changes to make, the best first: of each channel as many as there is `room` for.

    One after the other is taken whichever adds most to what the set brings (Nemhauser, Wolsey & Fisher 1978), and none
    that adds nothing, for what it takes from the rest.
    """
    left, taken, rest = dict(room), list[Change](), {change.key: change for change in changes}
    while rest:
        before = _value(taken, sold)
        adds = {
            key: _value([*taken, change], sold) - before
            for key, change in rest.items()
            if left.get(change.channel, 0) > 0
        }
        gains = [key for key, more in adds.items() if more > 0]
        if not gains:
            break
        best = min(gains, key=lambda key: (not rest[key].must, -adds[key], key))
        left[rest[best].channel] -= 1
        taken.append(rest.pop(best))
    return [change.key for change in taken]


def gain_correlation(weekly_units: Floats) -> Floats:
    """Correlation (n, n) of gains as that of the products' week-to-week changes of log units (weeks, n), NaN where
    unknown: halfway between each pair's own and the usual, as a year tells little of one pair."""
    count = weekly_units.shape[1]
    usual = np.full((count, count), USUAL_CORRELATION)
    if weekly_units.shape[0] > _LEAST_WEEKS and count > 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            moves = np.diff(np.log(weekly_units), axis=0)
        known = np.isfinite(moves)
        pairs = known.T.astype(float) @ known
        filled = np.where(known, moves, 0.0)
        filled = np.where(known, filled - filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1), 0.0)
        spread = np.sqrt((filled**2).sum(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            own = (filled.T @ filled) / np.multiply.outer(spread, spread)
        told = (pairs >= _LEAST_WEEKS) & np.isfinite(own)
        usual = np.where(told, (own + usual) / 2, usual)
    correlation = np.clip(usual, 0.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _value(changes: Sequence[Change], sold: Range) -> float:
    return sum(change.gain - _taken(change, changes, sold) for change in changes)


def _taken(change: Change, changes: Collection[Change], sold: Range) -> float:
    """What a change takes from the rest of its category there, and from its product elsewhere, in minor units."""
    beside = [other for other in changes if other.channel == change.channel and other.category == change.category]
    shelf = sold.of_category.get((change.channel, change.category), Shelf())
    lost = change.units if change.units > 0 or change.diversion.is_estimated else 0.0
    of_rest = change.diversion.share * lost * _unit_worth([shelf], beside, change)
    others = [part for channel, part in sold.of_product.get(change.product, {}).items() if channel != change.channel]
    moved = [other for other in changes if other.product == change.product and other.channel != change.channel]
    return of_rest + ELSEWHERE * max(change.units, 0.0) * _unit_worth(others, moved, None)


def _unit_worth(shelves: Sequence[Shelf], changed: Collection[Change], without: Change | None) -> float:
    """What an average unit of some shelves contributes at the prices of the set; one product's left out."""
    units = sum(shelf.weekly_units for shelf in shelves)
    worth = sum(shelf.weekly_worth for shelf in shelves)
    for other in changed:
        if without is None or other.key != without.key:
            worth += other.weekly_units * (other.worth_then - other.worth_now)
    if without is not None:
        units -= without.weekly_units
        worth -= without.weekly_units * without.worth_now
    return max(worth / units, 0.0) if units > 1e-9 else 0.0


def _together(deviations: Sequence[float], correlation: Floats) -> float:
    sides = np.array(deviations)
    return sqrt(max(float(sides @ correlation @ sides), 0.0)) if len(sides) else 0.0
