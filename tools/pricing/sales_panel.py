"""One product's reported sales as weekly panels: what the elasticity and the baseline are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from analytics.pricing.baseline import at_price
from analytics.pricing.panel import Codes, Floats, SalesPanel
from store.reads.pricing import prices as reads
from store.session import BrandSession
from tools.base import ToolEnv
from tools.pricing.situation import Situation, rows_behind
from tools.sources import RowSelection, selected

_WEEK_DAYS = 7
_WEEK_SECONDS = _WEEK_DAYS * 86_400
_MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class WeeklyTotals:
    """Units by week over all locations (T,), as they would have been at one price, and which weeks were promoted."""

    units: Floats
    promoted: Floats


def sales_of(session: BrandSession, env: ToolEnv, now: Situation) -> SalesPanel:
    """The product's sales in the channel (in the zone, if there is one), a row a location and week."""
    return env.once(("sales", now.price.price_id), lambda: _sales(session, now))


def _sales(session: BrandSession, now: Situation) -> SalesPanel:
    columns = reads.sales_columns(session, now.product.id, now.channel.id)
    kept = _inside(columns, _locations(session, now.zone) if now.zone else None)
    return weekly_panel(
        [columns.period_start[i] for i in kept],
        [str(columns.location_id[i]) for i in kept],
        np.array([columns.units[i] for i in kept], dtype=float),
        np.array([columns.unit_price_minor[i] for i in kept], dtype=float),
        np.array([columns.deal_bps[i] for i in kept], dtype=float) / 10_000,
        np.array([columns.feature_bps[i] for i in kept], dtype=float) / 10_000,
    )


def sales_source(session: BrandSession, env: ToolEnv, now: Situation) -> RowSelection:
    """The rows that `sales_of` reads."""
    if not now.zone:
        return rows_behind(session, env, now).sold
    return env.once(("sales rows", now.price.price_id), lambda: _sold_in_zone(session, now))


def sold_in(session: BrandSession, env: ToolEnv, channels: Sequence[UUID]) -> RowSelection:
    """All sales in some channels: fingerprinted once a run, as that takes as long as reading them."""
    ids = sorted(channels)
    return env.once(("sold in", *ids), lambda: selected(session, "sales_fact", channel_id=ids))


def _sold_in_zone(session: BrandSession, now: Situation) -> RowSelection:
    places = sorted(_locations(session, now.zone))
    return selected(session, "sales_fact", product_id=now.product.id, channel_id=now.channel.id, location_id=places)


def _locations(session: BrandSession, zone: str) -> set[UUID]:
    return {location.id for location in reads.locations_in_zone(session, zone)}


def _inside(columns: reads.SalesColumns, locations: set[UUID] | None) -> list[int]:
    """Rows that can be used: at these locations (everywhere, if None), no longer than a week, priced, not returned."""
    rows = zip(columns.location_id, columns.units, columns.unit_price_minor, columns.period_days, strict=True)
    return [
        index
        for index, (location, units, price, days) in enumerate(rows)
        if units >= 0 < price and days <= _WEEK_DAYS and (locations is None or location in locations)
    ]


def weekly_panel(
    starts: Sequence[datetime], places: Sequence[str], units: Floats, price: Floats, deal: Floats, feature: Floats
) -> SalesPanel:
    """Rows (n,) of any period up to a week, added up to weeks that end with the newest row; so that it is whole."""
    codes = np.unique(np.array(places, dtype=str), return_inverse=True)[1] if places else np.zeros(0, dtype=np.int64)
    seconds = np.array([start.timestamp() for start in starts])
    back = ((seconds.max() - seconds) // _WEEK_SECONDS).astype(np.int64) if len(starts) else codes
    week = back.max() - back if len(starts) else back
    pairs, first, row = np.unique(week * (len(places) + 1) + codes, return_index=True, return_inverse=True)
    if len(pairs) == len(units):
        return SalesPanel(week, codes, units, price, deal, feature)
    weight = np.where(_sums(row, units)[row] > 0, units, 1.0)
    total = _sums(row, weight)
    price, deal, feature = (_sums(row, weight * column) / total for column in (price, deal, feature))
    deal, feature = np.minimum(deal, 1.0), np.minimum(feature, 1.0)
    return SalesPanel(week[first], codes[first], _sums(row, units), price, deal, feature)


def _sums(groups: Codes, values: Floats) -> Floats:
    return np.bincount(groups, values).astype(np.float64)


def totals_at(panel: SalesPanel, price_minor: float, elasticity: float) -> WeeklyTotals:
    """Weekly totals had every location charged one price. A week counts as promoted when most of its units were."""
    units = at_price(panel.units, panel.price, price_minor, elasticity)
    week = np.searchsorted(panel.periods, panel.period)
    total = _sums(week, units)
    promoted = _sums(week, units * (panel.promotion.max(axis=1) > 0))
    return WeeklyTotals(total, (promoted > _MOSTLY * total).astype(float))
