"""Reads of sales shared by several rooms: channel shares and net revenue per unit."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from store.reads.pricing.prices import channels, sale_terms
from store.reads.products import products_by_id
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import SalesFact


@read_once
def channel_shares(session: BrandSession, weeks: int) -> Mapping[UUID, Mapping[UUID, float]]:
    """Of a product's units sold in the last `weeks`, the share of each channel; by product, then channel."""
    since = session.ctx.known_until - timedelta(weeks=weeks)
    rows = session.execute(
        select(col(SalesFact.product_id), col(SalesFact.channel_id), func.sum(col(SalesFact.units)))
        .where(col(SalesFact.period_start) > since, col(SalesFact.units) > 0)
        .group_by(col(SalesFact.product_id), col(SalesFact.channel_id))
    ).all()
    total: dict[UUID, int] = defaultdict(int)
    for product, _, units in rows:
        total[product] += int(units)
    shares: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    for product, channel, units in rows:
        shares[product][channel] = int(units) / total[product]
    return shares


@read_once
def net_revenue_per_unit_minor(session: BrandSession, weeks: int) -> Mapping[UUID, float]:
    """Net revenue per unit of each product sold in the last `weeks`, over all channels, in minor units.

    Without VAT and the channel's fee; a product that did not sell is not in it.
    """
    since = session.ctx.known_until - timedelta(weeks=weeks)
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            col(SalesFact.channel_id),
            func.sum(col(SalesFact.units)),
            func.sum(col(SalesFact.units) * col(SalesFact.unit_price_minor)),
        )
        .where(col(SalesFact.period_start) > since, col(SalesFact.units) > 0)
        .group_by(col(SalesFact.product_id), col(SalesFact.channel_id))
    ).all()
    units: dict[UUID, int] = defaultdict(int)
    kept: dict[UUID, float] = defaultdict(float)
    products, by_channel = products_by_id(session), {row.id: row for row in channels(session)}
    for product, channel, sold, revenue in rows:
        units[product] += int(sold)
        kept[product] += int(revenue) * sale_terms(products[product], by_channel[channel]).kept_share
    return {product: kept[product] / sold for product, sold in units.items()}


@read_once
def net_revenue_minor(session: BrandSession, weeks: int) -> float:
    """Net revenue of all that was sold in the last `weeks`, without VAT and the channels' fees, in minor units."""
    per_unit, since = net_revenue_per_unit_minor(session, weeks), session.ctx.known_until - timedelta(weeks=weeks)
    rows = session.execute(
        select(col(SalesFact.product_id), func.sum(col(SalesFact.units)))
        .where(col(SalesFact.period_start) > since, col(SalesFact.units) > 0)
        .group_by(col(SalesFact.product_id))
    ).all()
    return sum(per_unit.get(product, 0.0) * int(units) for product, units in rows)
