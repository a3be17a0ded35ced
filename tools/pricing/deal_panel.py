"""A channel's sales by week and product with their deals: what promotions and rivals' prices are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.pricing.panel import Floats
from analytics.pricing.promotion_effect import DealPanel
from store.reads.pricing import promotions as reads
from store.reads.pricing.columns import sales_columns
from store.session import BrandSession
from store.tables import Channel
from tools.base import ToolEnv

WEEKS = 104
Flags = NDArray[np.bool_]
_WEEK_DAYS = 7
_WEEK_SECONDS = _WEEK_DAYS * 86_400
_WHOLE = 10_000
"""Basis points of a period that was under a deal altogether."""


@dataclass(frozen=True, eq=False)
class SoldByWeek:
    """Units, log list price and share on a deal of weeks T and products P (T, P), NaN where not sold; depth of deals.

    `first` is the moment the oldest week begins; `depth` the usual discount of past deals, None where there was none.
    """

    first: datetime
    products: Sequence[UUID]
    units: Floats
    log_price: Floats
    deal: Floats
    depth: float | None

    def panel(self, categories: Sequence[str]) -> DealPanel:
        """The panel for the analysis of deals; `categories` (P,) by product."""
        codes = np.unique(np.array(categories, dtype=str), return_inverse=True)[1].astype(np.int64)
        return DealPanel(self.units, self.log_price, self.deal, codes)


def sold_by_week(session: BrandSession, env: ToolEnv, channel: Channel) -> SoldByWeek | None:
    """A channel's sales of the last two years by week; None where it sold nothing."""
    return env.once(("sold by week", channel.id), lambda: _read(session, channel))


def _read(session: BrandSession, channel: Channel) -> SoldByWeek | None:
    end = reads.last_end(session, channel.id)
    if end is None:
        return None
    columns = sales_columns(session, channel.id)
    week = (columns.start - int(end.timestamp())) // _WEEK_SECONDS + WEEKS  # 0 is the oldest
    used = (columns.period_days <= _WEEK_DAYS) & (week >= 0) & (columns.unit_price_minor > 0)
    if not used.any():
        return None
    oldest = int(week[used].min()) + 1  # the oldest week may not be whole
    length = WEEKS - oldest
    if length < 1:
        return None
    kept = np.unique(columns.product[used])
    products = len(kept)
    used &= week >= oldest
    cell = (week[used] - oldest) * products + np.searchsorted(kept, columns.product[used])

    def sums(values: Floats | None = None, where: Flags | None = None) -> Floats:
        among = slice(None) if where is None else where
        weights = None if values is None else values[among]
        return np.bincount(cell[among], weights, length * products).reshape(length, products).astype(float)

    price, deal_bps = columns.unit_price_minor[used].astype(float), columns.deal_bps[used].astype(float)
    days = columns.period_days[used].astype(float)
    plain, dealt = (
        np.rint(_ratio(sums(price, rows), sums(where=rows))) for rows in (deal_bps == 0, deal_bps == _WHOLE)
    )
    deal = np.nan_to_num(_ratio(sums(deal_bps * days), sums(days)) / _WHOLE)
    units = np.where(sums() > 0, sums(columns.units[used].astype(float)), np.nan)
    list_price = _filled(plain)
    off = 1 - dealt / list_price
    known = off[np.isfinite(off) & (deal > 0)]
    depth = float(np.median(known)) if len(known) else None
    return SoldByWeek(
        first=end - timedelta(weeks=length),
        products=[columns.products[at] for at in kept],
        units=units,
        log_price=np.log(list_price),
        deal=deal,
        depth=depth if depth is not None and 0.005 < depth < 0.9 else None,
    )


def _ratio(sums: Floats, counts: Floats) -> Floats:
    """NaN where nothing was counted."""
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _filled(prices: Floats) -> Floats:
    """Each product's price where it is not known as it was last before, or first after."""
    filled = prices.copy()
    for column in filled.T:
        known = np.flatnonzero(np.isfinite(column))
        if len(known):
            back = np.clip(np.searchsorted(known, np.arange(len(column)), side="right") - 1, 0, None)
            column[:] = column[known[back]]
    return filled
