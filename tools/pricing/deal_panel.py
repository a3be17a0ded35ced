"""A channel's sales by week and product with their deals: what promotions and rivals' prices are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from analytics.pricing.panel import Floats
from analytics.pricing.promotion_effect import DealPanel
from store.reads.pricing import promotions as reads
from store.session import BrandSession
from store.tables import Channel
from tools.base import ToolEnv

WEEKS = 104


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
    rows = reads.deal_weeks(session, channel.id, WEEKS)
    if not rows:
        return None
    end = reads.last_end(session, channel.id)
    oldest = min(row.week for row in rows) + 1  # the oldest week may not be whole
    length = WEEKS - oldest
    if length < 1 or end is None:
        return None
    products = sorted({row.product_id for row in rows}, key=str)
    at = {product: index for index, product in enumerate(products)}
    units, plain = (np.full((length, len(products)), np.nan) for _ in range(2))
    deal, dealt = np.zeros((length, len(products))), np.full((length, len(products)), np.nan)
    for row in rows:
        if row.week < oldest:
            continue
        place = row.week - oldest, at[row.product_id]
        units[place], deal[place] = row.units, row.deal
        plain[place] = np.nan if row.plain_price_minor is None else row.plain_price_minor
        dealt[place] = np.nan if row.deal_price_minor is None else row.deal_price_minor
    price = _filled(plain)
    off = 1 - dealt / price
    known = off[np.isfinite(off) & (deal > 0)]
    depth = float(np.median(known)) if len(known) else None
    return SoldByWeek(
        first=end - timedelta(weeks=length),
        products=products,
        units=units,
        log_price=np.log(price),
        deal=deal,
        depth=depth if depth is not None and 0.005 < depth < 0.9 else None,
    )


def _filled(prices: Floats) -> Floats:
    """Each product's price where it is not known as it was last before, or first after."""
    filled = prices.copy()
    for column in filled.T:
        known = np.flatnonzero(np.isfinite(column))
        if len(known):
            back = np.clip(np.searchsorted(known, np.arange(len(column)), side="right") - 1, 0, None)
            column[:] = column[known[back]]
    return filled
