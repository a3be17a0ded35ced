"""One product's reported sales as weekly panels: what the elasticity and the baseline are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from analytics.pricing.baseline import at_price
from analytics.pricing.panel import Codes, Floats, SalesPanel, pair_codes
from store.reads.pricing import prices as reads
from store.reads.pricing.columns import sales_columns
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
    """Rows of a week at most, priced, and not returned, in the order of time."""
    columns = sales_columns(session, now.channel.id, now.product.id)
    at = np.arange(len(columns.units))[columns.of(now.product.id)]
    at = at[(columns.units[at] >= 0) & (columns.unit_price_minor[at] > 0) & (columns.period_days[at] <= _WEEK_DAYS)]
    if now.zone:
        inside = _locations(session, now.zone)
        at = at[np.array([place in inside for place in columns.places], dtype=bool)[columns.place[at]]]
    at = at[np.argsort(columns.start[at], kind="stable")]
    return weekly_panel(
        columns.start[at].astype(float),
        columns.place[at],
        columns.units[at].astype(float),
        columns.unit_price_minor[at].astype(float),
        columns.deal_bps[at] / 10_000,
        columns.feature_bps[at] / 10_000,
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


def weekly_panel(
    seconds: Floats, place: Codes, units: Floats, price: Floats, deal: Floats, feature: Floats
) -> SalesPanel:
    """Rows (n,) of any period up to a week, added up to weeks that end with the newest row; so that it is whole.

    `seconds` is when each period began, `place` a whole number for each location.
    """
    codes = place.astype(np.int64)
    back = ((seconds.max() - seconds) // _WEEK_SECONDS).astype(np.int64) if len(seconds) else codes
    week = back.max() - back if len(seconds) else back
    pairs, first, row = np.unique(pair_codes(week, codes), return_index=True, return_inverse=True)
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
