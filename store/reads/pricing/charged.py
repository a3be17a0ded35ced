"""What sales show of list prices: whether they are charged, and what is charged instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

import numpy as np

from store.reads.pricing import prices as reads
from store.reads.pricing.columns import Integers, sales_columns
from store.reads.pricing.prices import PriceNow
from store.reads.pricing.promotions import last_end
from store.session import BrandSession
from store.snapshot import read_once

TOLERANCE = 0.01
"""A price that is off by more than this share is another price."""
REPORTED_DAYS = 7
"""So many reported days after it was set tell whether a price is charged."""
_LOOK_BACK = timedelta(weeks=13)
_BEFORE_DAYS = 28
_NEARLY_ALL = 0.9
"""A channel has one price where nearly every unit is sold at it; else places ask their own, and a change of the list
shows in what each of them asks."""
_DAY = 86_400


class Shown(StrEnum):
    """What sales say of a list price."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    NOT_TOLD = "not_told"


@dataclass(frozen=True)
class ChargedPrice:
    """The price charged over the last reported days with sales, deals left out, and what that says of the list's."""

    amount_minor: int
    shown: Shown


@dataclass(frozen=True, eq=False)
class _Sold:
    """Rows of one channel's recent sales, by product: where, when (seconds since 1970), how many and at what price."""

    products: tuple[UUID, ...]
    places: tuple[UUID | None, ...]
    edges: Integers
    place: Integers
    start: Integers
    end: Integers
    units: Integers
    price: Integers
    until: float

    @cached_property
    def _at(self) -> Mapping[UUID, int]:
        return {row_id: at for at, row_id in enumerate(self.products)}

    def of(self, product_id: UUID) -> slice:
        """The rows of one product; none where it has no recent sales."""
        at = self._at.get(product_id)
        return slice(0, 0) if at is None else slice(int(self.edges[at]), int(self.edges[at + 1]))


def charged_prices(
    session: BrandSession, channel_id: UUID, listed: Mapping[tuple[UUID, str], PriceNow]
) -> dict[UUID, ChargedPrice]:
    """What sales show of a channel's list prices (by product and zone), by price. Those without sales since they were
    set, or with less than seven reported days, are not told of."""
    only = next(iter(listed))[0] if len({product for product, _ in listed}) == 1 else None
    sold = _recent(session, channel_id, only)
    if sold is None:
        return {}
    zones: dict[UUID, list[str]] = {}
    for product, zone in listed:
        zones.setdefault(product, []).append(zone)
    shown: dict[UUID, ChargedPrice] = {}
    for (product, zone), price in listed.items():
        inside = _where(session, sold, zones[product], zone)
        before = reads.price_before(session, price.price_id, price.valid_from - timedelta(microseconds=1))
        if (charged := _shown(sold, product, inside, price, before)) is not None:
            shown[price.price_id] = charged
    return shown


def in_force(price: PriceNow, charged: ChargedPrice | None) -> PriceNow:
    """The price as it is charged, where sales show that the list's is not."""
    if charged is None or charged.shown is not Shown.NOT_CHARGED:
        return price
    return replace(price, amount_minor=charged.amount_minor)


@read_once
def charged_in(session: BrandSession, channel_id: UUID) -> dict[UUID, ChargedPrice]:
    """`charged_prices` of a channel's whole list."""
    return charged_prices(session, channel_id, reads.prices_now(session, channel_id))


def prices_in_force(session: BrandSession, channel_id: UUID) -> dict[tuple[UUID, str], PriceNow]:
    """`prices_now` of a channel's list, as they are charged."""
    charged = charged_in(session, channel_id)
    listed = reads.prices_now(session, channel_id)
    return {place: in_force(price, charged.get(price.price_id)) for place, price in listed.items()}


def _recent(session: BrandSession, channel_id: UUID, product_id: UUID | None) -> _Sold | None:
    return _recent_of(session, channel_id, product_id if session.snapshot is None else None)


@read_once
def _recent_of(session: BrandSession, channel_id: UUID, product_id: UUID | None) -> _Sold | None:
    until = last_end(session, channel_id)
    if until is None:
        return None
    since = until - _LOOK_BACK
    columns = sales_columns(session, channel_id, product_id, since)
    kept = np.flatnonzero(
        (columns.start >= since.timestamp())
        & (columns.deal_bps == 0)
        & (columns.units > 0)
        & (columns.unit_price_minor > 0)
        & (columns.period_days <= REPORTED_DAYS)
    )
    product, start = columns.product[kept], columns.start[kept]
    return _Sold(
        columns.products,
        columns.places,
        np.searchsorted(product, np.arange(len(columns.products) + 1)),
        columns.place[kept],
        start,
        start + columns.period_days[kept] * _DAY,
        columns.units[kept],
        columns.unit_price_minor[kept],
        until.timestamp(),
    )


def _where(session: BrandSession, sold: _Sold, zones: Sequence[str], zone: str) -> np.ndarray | None:
    """Which of the places one of a product's prices holds at; None for all of them."""
    if not zone and len(zones) == 1:
        return None
    named = [zone] if zone else [other for other in zones if other]
    inside = {place.id for each in named for place in reads.locations_in_zone(session, each)}
    return np.array([(place in inside) == bool(zone) for place in sold.places], dtype=bool)


def _shown(
    sold: _Sold, product: UUID, inside: np.ndarray | None, listed: PriceNow, before_minor: int | None
) -> ChargedPrice | None:
    rows, since = sold.of(product), listed.valid_from.timestamp()
    if rows.start == rows.stop or sold.until - since < REPORTED_DAYS * _DAY:
        return None
    here = np.ones(rows.stop - rows.start, dtype=bool) if inside is None else inside[sold.place[rows]]
    start, end, units, price = sold.start[rows], sold.end[rows], sold.units[rows], sold.price[rows]
    after = here & (start >= since)
    if not after.any():
        return None
    after &= end > end[after].max() - REPORTED_DAYS * _DAY
    median = _median(price[after], units[after])
    if _share(np.abs(price[after] / median - 1) <= TOLERANCE, units[after]) >= _NEARLY_ALL:
        near = abs(median / listed.amount_minor - 1) <= TOLERANCE
        return ChargedPrice(round(median), Shown.CHARGED if near else Shown.NOT_CHARGED)
    earlier = here & (end <= since) & (start >= since - _BEFORE_DAYS * _DAY)
    if before_minor is None or abs(listed.amount_minor / before_minor - 1) <= TOLERANCE or not earlier.any():
        return ChargedPrice(round(median), Shown.NOT_TOLD)
    place = sold.place[rows]
    asked = np.full(len(sold.places), np.nan)
    for at in np.unique(place[earlier]):
        asked[at] = np.median(price[earlier & (place == at)])
    moved, weight = price[after] / asked[place[after]], units[after]
    known = np.isfinite(moved)
    if not known.any():
        return ChargedPrice(round(median), Shown.NOT_TOLD)
    half = abs(np.log(listed.amount_minor / before_minor)) / 2
    if _share(np.abs(np.log(moved[known])) < half, weight[known]) < _NEARLY_ALL:
        return ChargedPrice(round(median), Shown.NOT_TOLD)
    return ChargedPrice(round(before_minor * _median(moved[known], weight[known])), Shown.NOT_CHARGED)


def _median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    middle = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return float(values[order][middle])


def _share(hold: np.ndarray, weights: np.ndarray) -> float:
    return float(weights[hold].sum() / weights.sum())
