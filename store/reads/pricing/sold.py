"""Reads of what was sold, for pricing: totals by period, and recent averages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, func, select
from sqlmodel import col

from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Product, SalesFact


@dataclass(frozen=True)
class PeriodTotal:
    """A product's sales in a channel over all locations in one period."""

    sku: str
    period_start: datetime
    period_days: int
    units: int
    revenue_minor: int
    cost_minor: int | None
    median_price_minor: int


@read_once
def period_totals(session: BrandSession, channel_id: UUID) -> list[PeriodTotal]:
    """Every product's sales in a channel by period, all locations together, as known by the Context's moment."""
    rows = session.execute(
        select(
            col(Product.sku),
            col(SalesFact.period_start),
            col(SalesFact.period_days),
            func.sum(col(SalesFact.units)),
            func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)),
            func.sum(col(SalesFact.units) * col(SalesFact.unit_cost_minor)),
            func.percentile_disc(0.5).within_group(col(SalesFact.unit_price_minor)),
        )
        .join(Product, (col(Product.id) == col(SalesFact.product_id)) & (col(Product.brand_id) == SalesFact.brand_id))
        .where(col(SalesFact.channel_id) == channel_id)
        .group_by(col(Product.sku), col(SalesFact.period_start), col(SalesFact.period_days))
        .order_by(col(Product.sku), col(SalesFact.period_start))
    ).all()
    return [
        PeriodTotal(sku, start, days, int(units), int(revenue), None if cost is None else int(cost), price)
        for sku, start, days, units, revenue, cost, price in rows
    ]


@dataclass(frozen=True)
class SalesSpan:
    """Number of sales periods of a product in a channel, and the end of the last."""

    periods: int
    last_end: datetime


@read_once
def sales_spans(session: BrandSession, channel_id: UUID) -> dict[UUID, SalesSpan]:
    """Sales spans by product, over the channel's known sales."""
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            func.count(col(SalesFact.period_start).distinct()),
            func.max(col(SalesFact.period_start)),
            func.max(col(SalesFact.period_days)),
        )
        .where(col(SalesFact.channel_id) == channel_id)
        .group_by(col(SalesFact.product_id))
    ).all()
    return {product: SalesSpan(periods, last + timedelta(days=days)) for product, periods, last, days in rows}


@dataclass(frozen=True)
class RecentWeekly:
    """An average week of the last few, of a product and of its channel."""

    units: int
    channel_revenue_minor: int
    locations: int


@read_once
def recent_weekly(session: BrandSession, channel_id: UUID, product_id: UUID, weeks: int) -> RecentWeekly:
    """Units of the product, revenue of the channel, and at how many locations, over the last reported `weeks`."""
    asked = {"channel": channel_id, "product": product_id, "span": timedelta(weeks=weeks)}
    units, revenue, locations = session.execute(_RECENT, asked).one()
    return RecentWeekly(round(units / weeks), round(revenue / weeks), locations)


def charged_since(
    session: BrandSession,
    channel_id: UUID,
    product_id: UUID,
    since: datetime,
    locations: Collection[UUID] | None,
    most: int,
) -> list[float]:
    """The average price charged in each period reported since a moment, minor units, the newest first."""
    day, amount = col(SalesFact.period_start), col(SalesFact.units) * col(SalesFact.unit_price_minor)
    wanted = (
        select(func.sum(amount) * 1.0 / func.sum(col(SalesFact.units)))
        .where(col(SalesFact.channel_id) == channel_id, col(SalesFact.product_id) == product_id)
        .where(day >= since, col(SalesFact.units) > 0)
    )
    if locations is not None:
        wanted = wanted.where(col(SalesFact.location_id).in_(locations))
    return [float(price) for price in session.scalars(wanted.group_by(day).order_by(day.desc()).limit(most))]


_OF_PRODUCT = col(SalesFact.product_id) == bindparam("product")
_OF_CHANNEL = col(SalesFact.channel_id) == bindparam("channel")
_LAST = select(func.max(col(SalesFact.period_start))).where(_OF_CHANNEL).scalar_subquery()
_RECENT = (
    select(
        func.coalesce(func.sum(col(SalesFact.units)).filter(_OF_PRODUCT), 0),
        func.coalesce(func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)), 0),
        func.count(col(SalesFact.location_id).distinct()).filter(_OF_PRODUCT),
    )
    .where(_OF_CHANNEL)
    .where(col(SalesFact.period_start) > _LAST - bindparam("span", type_=Interval()))
)


@read_once
def recent_units(session: BrandSession, channel_id: UUID, weeks: int) -> dict[UUID, int]:
    """Units in an average week of the channel's last reported `weeks`, by product; none for a product without sales."""
    last = session.scalar(select(func.max(col(SalesFact.period_start))).where(col(SalesFact.channel_id) == channel_id))
    if last is None:
        return {}
    rows = session.execute(
        select(col(SalesFact.product_id), func.sum(col(SalesFact.units)))
        .where(col(SalesFact.channel_id) == channel_id)
        .where(col(SalesFact.period_start) > last - timedelta(weeks=weeks))
        .group_by(col(SalesFact.product_id))
    ).all()
    return {product: round(units / weeks) for product, units in rows}
