"""Value of a stock transfer from a place with a surplus to one that runs out."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts

_DRAWS, _STRAYS = 2_000, 0.25
"""`_STRAYS`: how far eight weeks' demand strays beyond chance, as a share of its mean."""


@dataclass(frozen=True)
class TransferPlace:
    """A product at a place: units on hand, units on order, and daily demand."""

    on_hand: float
    daily_demand: float
    on_the_way: float = 0.0

    def surplus_after(self, days: float) -> float:
        """Units beyond demand; a shortage below zero."""
        return self.on_hand + self.on_the_way - self.daily_demand * days


@dataclass(frozen=True)
class TransferValue:
    """Minor units over the horizon: expected, and `low..high` at `coverage`; units that are sold only if moved."""

    units: int
    extra_units: float
    value_minor: float
    low_minor: float
    high_minor: float
    coverage: float


def units_to_move(source: TransferPlace, target: TransferPlace, days: float, sellable_days: float | None = None) -> int:
    """Units that the source will not sell (nor could before they expire) and that the target will lack."""
    lasts = days if sellable_days is None else min(days, sellable_days)
    return max(min(floor(source.surplus_after(lasts)), ceil(-target.surplus_after(days)), floor(source.on_hand)), 0)


def value_transfer(
    source: TransferPlace, target: TransferPlace, units: int, margin_minor: float, cost_minor: float, days: float,
    coverage: float = 0.80,
) -> TransferValue:  # fmt: skip
    """Expected sales won at the target, less those lost at the source, at a unit's margin, less the transport.

    The gain of a lateral transshipment of q is m (E min(D, s + q) - E min(D, s)) at the receiving place and the
    reverse at the sending one (Paterson, Kiesmuller, Teunter & Glazebrook 2011, section 2), D negative binomial.
    Raises InvalidNumbers on negative numbers.
    """
    check_amounts(units=units, margin=margin_minor, cost=cost_minor, days=days, on_hand=source.on_hand)
    won = _served(target, units, days, 1)
    lost = _served(TransferPlace(source.on_hand - units, source.daily_demand, source.on_the_way), units, days, 2)
    values = (won - lost) * margin_minor - cost_minor
    tail = (1 - coverage) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    value = float(values.mean())
    return TransferValue(
        units=units,
        extra_units=float((won - lost).mean()),
        value_minor=value,
        low_minor=min(float(low), value),
        high_minor=max(float(high), value),
        coverage=coverage,
    )


def _served(spot: TransferPlace, more: int, days: float, seed: int) -> Floats:
    """Units sold of `more` by draw, beyond what the place sells without them."""
    rng = np.random.default_rng(seed)
    mean = spot.daily_demand * days
    level = mean * rng.gamma(1 / _STRAYS**2, _STRAYS**2, _DRAWS)
    demand = rng.poisson(level)
    supply = max(spot.on_hand, 0.0) + spot.on_the_way
    return np.minimum(demand, supply + more) - np.minimum(demand, supply)
