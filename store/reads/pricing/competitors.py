"""Price histories of competitors and of the brand itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import CompetitorPrice, Price, PriceHistory


@dataclass(frozen=True)
class PricePoint:
    """A product's price from a moment on: a competitor's, or the brand's in a channel."""

    product_id: UUID
    by: str
    at: datetime
    amount_minor: int


@read_once
def competitor_price_points(session: BrandSession, since: datetime, currency: str) -> Sequence[PricePoint]:
    """Competitors' prices as observed, oldest first."""
    rows = session.execute(
        select(
            col(CompetitorPrice.product_id),
            col(CompetitorPrice.competitor),
            col(CompetitorPrice.observed_at),
            col(CompetitorPrice.amount_minor),
        )
        .where(col(CompetitorPrice.observed_at) >= since, col(CompetitorPrice.observed_at) <= session.ctx.known_until)
        .where(col(CompetitorPrice.currency) == currency, col(CompetitorPrice.amount_minor) > 0)
        .order_by(col(CompetitorPrice.observed_at), col(CompetitorPrice.id))
    ).all()
    return [PricePoint(product, rival, at, amount) for product, rival, at, amount in rows]


@read_once
def brand_price_points(session: BrandSession) -> Sequence[PricePoint]:
    """Every list price that the brand had everywhere in a channel, oldest first; `by` is the channel's id."""
    rows = session.execute(
        select(
            col(Price.product_id), col(Price.channel_id), col(PriceHistory.valid_from), col(PriceHistory.amount_minor)
        )
        .join(
            Price, (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == col(PriceHistory.brand_id))
        )
        .where(col(Price.zone) == "", col(PriceHistory.valid_from) <= session.ctx.known_until)
        .order_by(col(PriceHistory.valid_from), col(PriceHistory.seq))
    ).all()
    return [PricePoint(product, str(channel), at, amount) for product, channel, at, amount in rows]
