"""Reads for pricing: products, prices as of a moment, costs, and sales by period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from sqlalchemy import Interval, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.errors import NotFound
from domain.money import share_bps
from domain.pricing import SaleTerms
from store.session import BrandSession
from store.tables import Channel, CompetitorPrice, Location, Price, PriceHistory, Product, ProductCost, SalesFact


@dataclass(frozen=True)
class PriceNow:
    """A price list entry and the amount it has at the Context's moment."""

    price_id: UUID
    amount_minor: int
    currency: str
    valid_from: datetime
    source: str


@dataclass(frozen=True)
class SalesColumns:
    """One product's sales in one channel, a value a reported period and location, ordered by period."""

    period_start: Sequence[datetime]
    location_id: Sequence[UUID | None]
    units: Sequence[int]
    unit_price_minor: Sequence[int]
    deal_bps: Sequence[int]
    feature_bps: Sequence[int]
    period_days: Sequence[int]


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


def product_by_sku(session: BrandSession, sku: str) -> Product:
    """The product with this SKU. Raises NotFound."""
    product = session.scalars(select(Product).where(col(Product.sku) == sku)).first()
    if product is None:
        raise NotFound(f"No product {sku} in brand {session.ctx.brand}.", remedy="See the SKUs in your products file.")
    return product


def channel_by_code(session: BrandSession, code: str) -> Channel:
    """The channel with this code. Raises NotFound."""
    channel = session.scalars(select(Channel).where(col(Channel.code) == code)).first()
    if channel is None:
        raise NotFound(f"No channel {code} in brand {session.ctx.brand}.")
    return channel


def channels(session: BrandSession) -> Sequence[Channel]:
    return session.scalars(select(Channel).order_by(Channel.code)).all()


@dataclass(frozen=True)
class PriceListEntry:
    """An active product that has a price in a channel, and in which zone of it (empty: everywhere)."""

    product: Product
    zone: str


def price_list(session: BrandSession, channel_id: UUID) -> Sequence[PriceListEntry]:
    """A channel's price list, by SKU and zone."""
    rows = session.execute(
        select(Product, col(Price.zone))
        .join(Price, (col(Price.product_id) == col(Product.id)) & (col(Price.brand_id) == col(Product.brand_id)))
        .where(col(Price.channel_id) == channel_id, col(Product.status) == "active")
        .order_by(Product.sku, Price.zone)
    ).all()
    return [PriceListEntry(product, zone) for product, zone in rows]


def price_entry(session: BrandSession, product_id: UUID, channel_id: UUID, zone: str = "") -> Price:
    """The price list entry itself. Raises NotFound."""
    entry = session.scalars(
        select(Price).where(
            col(Price.product_id) == product_id, col(Price.channel_id) == channel_id, col(Price.zone) == zone
        )
    ).first()
    if entry is None:
        raise NotFound("This product has no price in that channel and zone.")
    return entry


def price_now(session: BrandSession, product_id: UUID, channel_id: UUID, zone: str = "") -> PriceNow:
    """The newest amount in the history that is valid by the Context's moment. Raises NotFound."""
    row = session.scalars(
        select(PriceHistory)
        .join(
            Price, (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == col(PriceHistory.brand_id))
        )
        .where(col(Price.product_id) == product_id, col(Price.channel_id) == channel_id, col(Price.zone) == zone)
        .where(col(PriceHistory.valid_from) <= session.ctx.known_until)
        .order_by(
            col(PriceHistory.valid_from).desc(), col(PriceHistory.recorded_at).desc(), col(PriceHistory.id).desc()
        )
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("No price was known for this product in that channel at this moment.")
    return PriceNow(row.price_id, row.amount_minor, row.currency, row.valid_from, row.source)


def prices_now(session: BrandSession, channel_id: UUID) -> dict[tuple[UUID, str], PriceNow]:
    """`price_now` of every entry of a channel's price list that had a price, by product and zone."""
    rows = session.execute(
        select(col(Price.product_id), col(Price.zone), PriceHistory)
        .join(
            Price, (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == col(PriceHistory.brand_id))
        )
        .where(col(Price.channel_id) == channel_id, col(PriceHistory.valid_from) <= session.ctx.known_until)
        .ext(distinct_on(col(PriceHistory.price_id)))
        .order_by(
            col(PriceHistory.price_id),
            col(PriceHistory.valid_from).desc(),
            col(PriceHistory.recorded_at).desc(),
            col(PriceHistory.id).desc(),
        )
    ).all()
    return {
        (product, zone): PriceNow(row.price_id, row.amount_minor, row.currency, row.valid_from, row.source)
        for product, zone, row in rows
    }


@dataclass(frozen=True)
class PriceChange:
    """A product's price in a whole channel that went from one amount to another."""

    product_id: UUID
    channel_id: UUID
    price_id: UUID
    from_minor: int
    to_minor: int
    changed_at: datetime


def changes_since(session: BrandSession, since: datetime) -> list[PriceChange]:
    """Every change of channels' list prices after `since` and by now, oldest first; zones' own prices are left out."""
    until = session.ctx.known_until
    of_price = (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == col(PriceHistory.brand_id))
    changed = select(col(PriceHistory.price_id)).where(
        col(PriceHistory.valid_from) > since, col(PriceHistory.valid_from) <= until
    )
    rows = session.execute(
        select(col(Price.product_id), col(Price.channel_id), PriceHistory)
        .join(Price, of_price)
        .where(col(PriceHistory.price_id).in_(changed), col(PriceHistory.valid_from) <= until)
        .where(col(Price.zone) == "")
        .order_by(col(PriceHistory.price_id), col(PriceHistory.valid_from), col(PriceHistory.seq))
    ).all()
    changes = [
        PriceChange(product, channel, row.price_id, before.amount_minor, row.amount_minor, row.valid_from)
        for (_, _, before), (product, channel, row) in pairwise(rows)
        if before.price_id == row.price_id and row.valid_from > since and before.amount_minor != row.amount_minor
    ]
    return sorted(changes, key=lambda change: (change.changed_at, change.price_id))


def price_changes_since(session: BrandSession, price_id: UUID, since: datetime) -> Sequence[PriceHistory]:
    """Price changes of this entry after `since`, oldest first."""
    return session.scalars(
        select(PriceHistory)
        .where(col(PriceHistory.price_id) == price_id, col(PriceHistory.valid_from) > since)
        .where(col(PriceHistory.valid_from) <= session.ctx.known_until)
        .order_by(col(PriceHistory.valid_from), col(PriceHistory.seq))
    ).all()


def price_before(session: BrandSession, price_id: UUID, moment: datetime) -> int | None:
    """The amount that an entry had at a moment; None where it had none yet."""
    return session.scalar(
        select(col(PriceHistory.amount_minor))
        .where(col(PriceHistory.price_id) == price_id, col(PriceHistory.valid_from) <= moment)
        .order_by(col(PriceHistory.valid_from).desc(), col(PriceHistory.seq).desc())
        .limit(1)
    )


def changed_last_day_bps(session: BrandSession, price_id: UUID) -> int:
    """The absolute changes made to this price in the last 24 hours, added up, in basis points."""
    since = session.ctx.known_until - timedelta(days=1)
    standing = price_before(session, price_id, since)
    amounts = [row.amount_minor for row in price_changes_since(session, price_id, since)]
    steps = pairwise(amounts if standing is None else [standing, *amounts])
    return sum(abs(share_bps(new - old, old)) for old, new in steps)


def sale_terms(product: Product, channel: Channel) -> SaleTerms:
    """Terms of sale of this product in this channel: VAT and the channel's fee."""
    return SaleTerms(product.vat_bps if channel.prices_include_vat else 0, channel.fee_bps)


def reference_price_minor(session: BrandSession, price_id: UUID, days: int = 365) -> int | None:
    """The median amount of the entry over the days before this moment; what a price corridor hangs on."""
    since = session.ctx.known_until - timedelta(days=days)
    amounts = [row.amount_minor for row in price_changes_since(session, price_id, since)]
    return round(median(amounts)) if amounts else None


def unit_cost_minor(session: BrandSession, product_id: UUID) -> int | None:
    """The unit cost now: from the cost list, else from the last four reported weeks; else None."""
    listed = session.scalars(
        select(ProductCost)
        .where(col(ProductCost.product_id) == product_id, col(ProductCost.valid_from) <= session.ctx.known_until)
        .order_by(col(ProductCost.valid_from).desc())
        .limit(1)
    ).first()
    if listed is not None:
        return listed.unit_cost_minor
    return _recent_cost(session, product_id)


def unit_costs_minor(session: BrandSession, product_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """`unit_cost_minor` of each product."""
    rows = session.execute(
        select(col(ProductCost.product_id), col(ProductCost.unit_cost_minor))
        .where(col(ProductCost.product_id).in_(product_ids), col(ProductCost.valid_from) <= session.ctx.known_until)
        .ext(distinct_on(col(ProductCost.product_id)))
        .order_by(col(ProductCost.product_id), col(ProductCost.valid_from).desc())
    ).all()
    listed: dict[UUID, int] = {row[0]: row[1] for row in rows}
    return {
        product: listed[product] if product in listed else _recent_cost(session, product) for product in product_ids
    }


def _recent_cost(session: BrandSession, product_id: UUID) -> int | None:
    with_cost = (col(SalesFact.product_id) == product_id, col(SalesFact.unit_cost_minor).is_not(None))
    last = session.scalar(select(func.max(SalesFact.period_start)).where(*with_cost))
    if last is None:
        return None
    cost, units = session.execute(
        select(func.sum(col(SalesFact.unit_cost_minor) * col(SalesFact.units)), func.sum(col(SalesFact.units)))
        .where(*with_cost)
        .where(col(SalesFact.period_start) > last - timedelta(weeks=4))
    ).one()
    return round(cost / units) if units else None


def sales_columns(session: BrandSession, product_id: UUID, channel_id: UUID) -> SalesColumns:
    """All reported sales of one product in one channel that were known by the Context's moment."""
    rows = session.execute(
        select(
            col(SalesFact.period_start),
            col(SalesFact.location_id),
            col(SalesFact.units),
            col(SalesFact.unit_price_minor),
            col(SalesFact.deal_bps),
            col(SalesFact.feature_bps),
            col(SalesFact.period_days),
        )
        .where(col(SalesFact.product_id) == product_id, col(SalesFact.channel_id) == channel_id)
        .order_by(col(SalesFact.period_start), col(SalesFact.location_id))
    ).all()
    columns = tuple(zip(*rows, strict=True)) if rows else ((),) * 7
    return SalesColumns(*columns)


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


def last_competitor_prices(session: BrandSession, product_id: UUID, days: int = 90) -> Sequence[CompetitorPrice]:
    """Each competitor's newest price of the last `days`."""
    since = session.ctx.known_until - timedelta(days=days)
    rows = session.scalars(
        select(CompetitorPrice)
        .where(col(CompetitorPrice.product_id) == product_id, col(CompetitorPrice.observed_at) > since)
        .order_by(col(CompetitorPrice.competitor), col(CompetitorPrice.observed_at).desc())
    ).all()
    return list({row.competitor: row for row in reversed(rows)}.values())


def locations_in_zone(session: BrandSession, zone: str) -> Sequence[Location]:
    """The locations of a zone; all of them for the empty zone."""
    query = select(Location).order_by(Location.code)
    return session.scalars(query.where(col(Location.zone) == zone) if zone else query).all()


@dataclass(frozen=True)
class SalesSpan:
    """Number of sales periods of a product in a channel, and the end of the last."""

    periods: int
    last_end: datetime


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


def recent_weekly(session: BrandSession, channel_id: UUID, product_id: UUID, weeks: int) -> RecentWeekly:
    """Units of the product, revenue of the channel, and at how many locations, over the last reported `weeks`."""
    asked = {"channel": channel_id, "product": product_id, "span": timedelta(weeks=weeks)}
    units, revenue, locations = session.execute(_RECENT, asked).one()
    return RecentWeekly(round(units / weeks), round(revenue / weeks), locations)


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
