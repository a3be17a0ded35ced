"""Reads for promotions: past and planned ones, price drafts, and weekly sales with their deals."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import PriceDraft, Product, Promotion, SalesFact

WEEK = timedelta(weeks=1)
_WHOLE = 10_000


@read_once
def promotions_of(session: BrandSession, product_id: UUID, channel_ids: Collection[UUID]) -> Sequence[Promotion]:
    """The promotions of a product in some channels that were not called off, oldest first."""
    return session.scalars(
        select(Promotion)
        .where(col(Promotion.product_id) == product_id, col(Promotion.channel_id).in_(channel_ids))
        .where(col(Promotion.cancelled_at).is_(None))
        .order_by(col(Promotion.first_day), col(Promotion.id))
    ).all()


@read_once
def drafts_of(session: BrandSession, channel_id: UUID) -> Sequence[PriceDraft]:
    """The drafts that stand in a channel."""
    return session.scalars(
        select(PriceDraft)
        .where(col(PriceDraft.channel_id) == channel_id, col(PriceDraft.withdrawn_at).is_(None))
        .order_by(col(PriceDraft.drafted_at), col(PriceDraft.id))
    ).all()


@read_once
def active_products(session: BrandSession) -> Sequence[Product]:
    """Active products by SKU."""
    return session.scalars(select(Product).where(col(Product.status) == "active").order_by(col(Product.sku))).all()


@read_once
def last_end(session: BrandSession, channel_id: UUID | None = None) -> datetime | None:
    """End of the newest reported period of a week or less, in a channel or any; None without reports."""
    short = [col(SalesFact.period_days) <= 7]
    if channel_id is not None:
        short.append(col(SalesFact.channel_id) == channel_id)
    end = col(SalesFact.period_start) + func.make_interval(0, 0, 0, col(SalesFact.period_days))
    return session.scalar(select(func.max(end)).where(*short))


@read_once
def share_on_deal(
    session: BrandSession, product_id: UUID, channel_ids: Collection[UUID], since: datetime, until: datetime
) -> float | None:
    """Share (0 to 1) of the reported sales of some days that was under a deal; None without reports."""
    deal_bps = session.scalar(
        select(func.avg(col(SalesFact.deal_bps)))
        .where(col(SalesFact.product_id) == product_id, col(SalesFact.channel_id).in_(channel_ids))
        .where(col(SalesFact.period_start) >= since, col(SalesFact.period_start) < until)
    )
    return None if deal_bps is None else float(deal_bps) / _WHOLE


@read_once
def channels_at_places(session: BrandSession) -> set[UUID]:
    """The channels whose sales are reported by location."""
    rows = session.scalars(select(col(SalesFact.channel_id)).where(col(SalesFact.location_id).is_not(None)).distinct())
    return set(rows)


@read_once
def weekly_contribution(session: BrandSession, channel_id: UUID, weeks: int) -> dict[UUID, tuple[float, float]]:
    """Units and revenue (minor units) of an average week of a channel's last ones, by product."""
    end = last_end(session, channel_id)
    if end is None:
        return {}
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            func.sum(col(SalesFact.units)),
            func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)),
        )
        .where(col(SalesFact.channel_id) == channel_id, col(SalesFact.period_start) >= end - weeks * WEEK)
        .group_by(col(SalesFact.product_id))
    ).all()
    return {product: (int(units) / weeks, int(revenue) / weeks) for product, units, revenue in rows}
