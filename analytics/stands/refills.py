"""Lost sales of stands until the next regular visit, the best refill before it, and its gain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.pricing.panel import Floats
from analytics.statistics.amounts import check_amounts, check_probabilities
from analytics.statistics.errors import InvalidNumbers
from analytics.stock.demand_law import DemandLaw
from analytics.stock.lead_time import DemandRate

_MONEY_CELLS = 2_048


@dataclass(frozen=True)
class StandShelf:
    """A product at a stand: units there when a trip could arrive, what sells a day, and days to the regular visit.

    `room_units` more fit on the shelf. `margin_minor` is a unit's margin, `carrying_minor_per_day` what a unit costs
    a day that it lies there rather than in the store room, `handling_minor` what it costs to bring it at all.
    """

    stand: str
    product: str
    on_hand: int
    rate: DemandRate
    days_to_visit: float
    room_units: int
    margin_minor: float
    carrying_minor_per_day: float = 0.0
    handling_minor: float = 0.0

    def __post_init__(self) -> None:
        check_amounts(
            on_hand=self.on_hand,
            days_to_the_visit=self.days_to_visit,
            room=self.room_units,
            margin=self.margin_minor,
            carrying_cost=self.carrying_minor_per_day,
            handling_cost=self.handling_minor,
        )

    @cached_property
    def demand(self) -> DemandLaw:
        """Distribution of demand until the regular visit, in units."""
        return self.rate.over(self.days_to_visit)

    def chances_to_sell(self, units: int) -> Floats:
        """The probability (units,) that the 1st, 2nd ... unit brought sells until the regular visit.

        Where demand is not whole, the expected part of it that sells.
        """
        if self.demand.whole:
            return self.demand.more_than(self.on_hand + np.arange(units))
        return -np.diff(self.demand.shortage(self.on_hand + np.arange(units + 1)))


@dataclass(frozen=True)
class ShelfRefill:
    """Units to bring to a shelf, lost sales until the regular visit without and with them, and the gain."""

    shelf: StandShelf
    units: int
    lost_units_without: float
    lost_minor_without: int
    lost_units_with: float
    empty_probability_without: float
    gain_minor: float


@dataclass(frozen=True)
class StandGain:
    """Gain of a stand's refill before the trip's cost, in minor units, `low..high` at `coverage`."""

    stand: str
    units: int
    value_minor: float
    low_minor: float
    high_minor: float
    coverage: float


def best_refills(
    shelves: Sequence[StandShelf],
    central_units: Mapping[str, int] | None = None,
    van_units: int | None = None,
) -> list[ShelfRefill]:
    """Units to bring to each shelf, in the order given, from a store room that may not hold enough for all.

    The b-th unit brought earns margin P(D >= on hand + b), and costs its handling and the carrying of what is left, so
    that without limits each shelf is filled to its critical fractile (newsvendor). Gains fall unit by unit and the
    limits are nested (a shelf's room, a product's `central_units`, all `van_units`), so that taking the best unit
    first is optimal (Federgruen & Groenevelt 1986, greedy over a polymatroid). Without a van's limit, a driver may
    go as often as needed. A product that `central_units` does not name has no stock there.
    Raises InvalidNumbers on negative numbers, or when a stand holds a product twice.
    """
    if len({(shelf.stand, shelf.product) for shelf in shelves}) < len(shelves):
        raise InvalidNumbers("A stand holds a product twice.", remedy="Add up its shelves first.")
    for product, units in (central_units or {}).items():
        check_amounts(**{f"central_stock_of_{product}": units})
    check_amounts(room_in_the_van=van_units)
    gains = [gain_by_unit(shelf, _most(shelf, central_units)) for shelf in shelves]
    brought = _allot(shelves, gains, central_units, van_units)
    return [shelf_refill(shelf, units) for shelf, units in zip(shelves, brought, strict=True)]


def gain_of_stand(refills: Sequence[ShelfRefill], coverage: float = 0.80) -> StandGain:
    """Gain of one stand's refills together, its products selling independently of one another.

    The interval is of the sum's law, whose parts are laid out on 2048 cells of money. Raises InvalidNumbers when the
    refills are none or of several stands.
    """
    check_probabilities(coverage=coverage)
    stands = {refill.shelf.stand for refill in refills}
    if len(stands) != 1:
        raise InvalidNumbers("The refills of exactly one stand are needed.")
    value = sum(refill.gain_minor for refill in refills)
    low, high = _interval([refill for refill in refills if refill.units], coverage)
    units = sum(refill.units for refill in refills)
    return StandGain(stands.pop(), units, value, min(low, value), max(high, value), coverage)


def _most(shelf: StandShelf, central: Mapping[str, int] | None) -> int:
    """Most units worth bringing: demand at its 0.9999 quantile; 0 for a product without a margin."""
    useful = int(np.ceil(shelf.demand.quantile(0.9999))) - shelf.on_hand if shelf.margin_minor > 0 else 0
    held = shelf.room_units if central is None else min(shelf.room_units, central.get(shelf.product, 0))
    return max(0, min(useful, held))


def gain_by_unit(shelf: StandShelf, most: int) -> Floats:
    """Gain of the 1st, 2nd ... unit brought (most,), in minor units, falling.

    A unit that sells is taken to have been carried for half of the time, one that does not for all of it.
    """
    carried = shelf.carrying_minor_per_day * shelf.days_to_visit
    return (shelf.margin_minor + carried / 2) * shelf.chances_to_sell(most) - carried - shelf.handling_minor


def _allot(
    shelves: Sequence[StandShelf], gains: Sequence[Floats], central: Mapping[str, int] | None, van: int | None
) -> list[int]:
    """Units to each shelf: the best unit first, while its product and the van last."""
    left = dict(central or {})
    room = van if van is not None else sum(len(gain) for gain in gains)
    at = np.concatenate([np.full(len(gain), place) for place, gain in enumerate(gains)] or [np.empty(0)]).astype(int)
    worth = np.concatenate([*gains, np.empty(0)])
    brought = [0] * len(shelves)
    for unit in map(int, np.argsort(-worth, kind="stable")):
        if worth[unit] <= 0 or room <= 0:
            break
        place = int(at[unit])
        product = shelves[place].product
        if central is None or left[product] > 0:
            brought[place] += 1
            room -= 1
            left[product] = left.get(product, 0) - 1
    return brought


def shelf_refill(shelf: StandShelf, units: int) -> ShelfRefill:
    """Refill of a shelf with `units`, and its lost sales until the regular visit."""
    law = shelf.demand
    without, with_it = map(float, law.shortage([shelf.on_hand, shelf.on_hand + units]))
    return ShelfRefill(
        shelf=shelf,
        units=units,
        lost_units_without=without,
        lost_minor_without=round(without * shelf.margin_minor),
        lost_units_with=with_it,
        empty_probability_without=float(law.more_than(shelf.on_hand)),
        gain_minor=float(gain_by_unit(shelf, units).sum()),
    )


def _interval(refills: Sequence[ShelfRefill], coverage: float) -> tuple[float, float]:
    """Quantiles of the sum: each refill's law of money, cells shared so that its mean is kept, folded together."""
    base, span, parts = 0.0, 0.0, []
    for refill in refills:
        shelf, sold = refill.shelf, np.arange(refill.units + 1)
        carried = shelf.carrying_minor_per_day * shelf.days_to_visit
        per_unit = shelf.margin_minor + carried / 2
        law = -np.diff(np.concatenate([[1.0], shelf.chances_to_sell(refill.units), [0.0]]))
        parts.append((per_unit * sold, law))
        base -= refill.units * (carried + shelf.handling_minor)
        span += per_unit * refill.units
    if span == 0:
        return base, base
    total = np.ones(1)
    for money, law in parts:
        place = money / span * (_MONEY_CELLS - 1)
        below = np.floor(place).astype(int)
        cells = np.bincount(below, law * (1 - (place - below)), _MONEY_CELLS)
        cells[1:] += np.bincount(below, law * (place - below), _MONEY_CELLS)[:-1]
        total = np.convolve(total, cells[: int(below[-1]) + 2])
    reached = np.cumsum(total)
    tail = (1 - coverage) / 2
    ends = np.searchsorted(reached, [tail + 1e-12, 1 - tail - 1e-12])
    low, high = base + ends / (_MONEY_CELLS - 1) * span
    return float(low), float(high)
