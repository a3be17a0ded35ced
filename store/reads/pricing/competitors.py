"""What rivals asked and what the brand itself asked, moment by moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from store.session import BrandSession
from store.tables import CompetitorPrice, Price, PriceHistory


@dataclass(frozen=True)
class Asked:
    """What somebody asked for a product from a moment on: a rival, or the brand in a channel."""

    product_id: UUID
    by: str
    at: datetime
    amount_minor: int


def rivals_asked(session: BrandSession, since: datetime, currency: str) -> Sequence[Asked]:
    """Competitors' prices as they were seen, oldest first."""
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
    return [Asked(product, rival, at, amount) for product, rival, at, amount in rows]


def brand_asked(session: BrandSession) -> Sequence[Asked]:
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
    return [Asked(product, str(channel), at, amount) for product, channel, at, amount in rows]
