"""Reads for promotions: past and planned ones, price drafts, and weekly sales with their deals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import PriceDraft, Product, Promotion, SalesFact

WEEK = timedelta(weeks=1)
_WHOLE = 10_000


@dataclass(frozen=True)
class DealWeek:
    """A product's sales in a channel in one week, all locations together; `deal` is the share of units' periods."""

    product_id: UUID
    week: int
    units: int
    revenue_minor: int
    deal: float
    plain_price_minor: int | None
    """Unit price without a deal; None where all of the week was under one."""
    deal_price_minor: int | None
    """Unit price under a deal, of periods that were entirely under one."""


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
def deal_weeks(session: BrandSession, channel_id: UUID, weeks: int) -> Sequence[DealWeek]:
    """Sales by product and week of the last `weeks`, counted back from the newest period; 0 is the oldest week."""
    end = last_end(session, channel_id)
    if end is None:
        return []
    first = end - weeks * WEEK
    at = func.floor(func.extract("epoch", col(SalesFact.period_start) - first) / WEEK.total_seconds())
    plain = col(SalesFact.deal_bps) == 0
    units, charged = col(SalesFact.units), col(SalesFact.units) * col(SalesFact.unit_price_minor)
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            at,
            func.sum(units),
            func.sum(charged),
            func.sum(col(SalesFact.deal_bps) * col(SalesFact.period_days)),
            func.sum(col(SalesFact.period_days)),
            func.avg(col(SalesFact.unit_price_minor)).filter(plain),
            func.avg(col(SalesFact.unit_price_minor)).filter(col(SalesFact.deal_bps) == _WHOLE),
        )
        .where(col(SalesFact.channel_id) == channel_id, col(SalesFact.period_days) <= 7)
        .where(col(SalesFact.period_start) >= first, col(SalesFact.unit_price_minor) > 0)
        .group_by(col(SalesFact.product_id), at)
        .order_by(col(SalesFact.product_id), at)
    ).all()
    return [
        DealWeek(
            product,
            int(week),
            int(sold),
            int(revenue),
            int(deal) / int(days) / _WHOLE,
            None if price is None else round(price),
            None if dealt is None else round(dealt),
        )
        for product, week, sold, revenue, deal, days, price, dealt in rows
    ]


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
