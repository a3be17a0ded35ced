"""Reads for pricing: products, prices as of a moment, costs, and sales by period."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.errors import NotFound
from domain.money import share_bps
from domain.pricing import SaleTerms
from store.reads.products import products_by_id
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import Channel, CompetitorPrice, Location, Price, PriceHistory, Product, ProductCost, SalesFact

ITEM, UNDO = "action_item:", "undo:"
"""How rows name the action item that set them, or that was taken back by them."""


@dataclass(frozen=True)
class PriceNow:
    """A price list entry and the amount it has at the Context's moment."""

    price_id: UUID
    amount_minor: int
    currency: str
    valid_from: datetime
    source: str


def product_by_sku(session: BrandSession, sku: str) -> Product:
    """The product with this SKU. Raises NotFound."""
    if session.snapshot is not None:
        product = _by_sku(session).get(sku)
    else:
        product = session.scalars(select(Product).where(col(Product.sku) == sku)).first()
    if product is None:
        raise NotFound(f"No product {sku} in brand {session.ctx.brand}.", remedy="See the SKUs in your products file.")
    return product


@read_once
def _by_sku(session: BrandSession) -> dict[str, Product]:
    return {product.sku: product for product in products_by_id(session).values()}


def channel_by_code(session: BrandSession, code: str) -> Channel:
    """The channel with this code. Raises NotFound."""
    channel = next((row for row in channels(session) if row.code == code), None)
    if channel is None:
        raise NotFound(f"No channel {code} in brand {session.ctx.brand}.")
    return channel


@read_once
def channels(session: BrandSession) -> Sequence[Channel]:
    return session.scalars(select(Channel).order_by(Channel.code)).all()


@dataclass(frozen=True)
class PriceListEntry:
    """An active product that has a price in a channel, and in which zone of it (empty: everywhere)."""

    product: Product
    zone: str


@read_once
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
    price = prices_now(session, channel_id, product_id if session.snapshot is None else None).get((product_id, zone))
    if price is None:
        raise NotFound("No price was known for this product in that channel at this moment.")
    return price


@read_once
def prices_now(
    session: BrandSession, channel_id: UUID, product_id: UUID | None = None
) -> dict[tuple[UUID, str], PriceNow]:
    """`price_now` of a channel's price list, or of one product's entries, by product and zone: those that had one."""
    history = select(col(Price.product_id), col(Price.zone), PriceHistory).join(
        Price, (col(Price.id) == col(PriceHistory.price_id)) & (col(Price.brand_id) == col(PriceHistory.brand_id))
    )
    if product_id is not None:
        history = history.where(col(Price.product_id) == product_id)
    rows = session.execute(
        history.where(col(Price.channel_id) == channel_id, col(PriceHistory.valid_from) <= session.ctx.known_until)
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


@read_once
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
    return [row for row in _history(session, price_id) if row.valid_from > since]


def price_before(session: BrandSession, price_id: UUID, moment: datetime) -> int | None:
    """The amount that an entry had at a moment; None where it had none yet."""
    return next((row.amount_minor for row in reversed(_history(session, price_id)) if row.valid_from <= moment), None)


def _history(session: BrandSession, price_id: UUID) -> Sequence[PriceHistory]:
    """The amounts of an entry that are valid by now, oldest first."""
    return _histories(session, price_id if session.snapshot is None else None).get(price_id, ())


@read_once
def _histories(session: BrandSession, price_id: UUID | None) -> dict[UUID, Sequence[PriceHistory]]:
    """By price, of all prices or one."""
    statement = select(PriceHistory).where(col(PriceHistory.valid_from) <= session.ctx.known_until)
    if price_id is not None:
        statement = statement.where(col(PriceHistory.price_id) == price_id)
    histories: dict[UUID, list[PriceHistory]] = defaultdict(list)
    for row in session.scalars(statement.order_by(col(PriceHistory.valid_from), col(PriceHistory.seq))):
        histories[row.price_id].append(row)
    return dict(histories)


def changed_last_day_bps(session: BrandSession, price_id: UUID) -> int:
    """The absolute changes made to this price in the last 24 hours, added up, in basis points."""
    since = session.ctx.known_until - timedelta(days=1)
    standing = price_before(session, price_id, since)
    amounts = [row.amount_minor for row in without_undone(price_changes_since(session, price_id, since))]
    steps = pairwise(amounts if standing is None else [standing, *amounts])
    return sum(abs(share_bps(new - old, old)) for old, new in steps)


def without_undone(rows: Sequence[Any]) -> list[Any]:
    """Rows of a price's history without those that were taken back among them, nor what took them back."""
    sources = {row.source for row in rows}
    undone = {source.removeprefix(UNDO) for source in sources if source.startswith(UNDO)}
    pairs = {source for item in undone if f"{ITEM}{item}" in sources for source in (f"{ITEM}{item}", f"{UNDO}{item}")}
    return [row for row in rows if row.source not in pairs]


def sale_terms(product: Product, channel: Channel) -> SaleTerms:
    """Terms of sale of this product in this channel: VAT and the channel's fee."""
    return terms_of(channel, product.vat_bps)


def terms_of(channel: Channel, vat_bps: int) -> SaleTerms:
    """Terms of sale in this channel of products with this VAT."""
    return SaleTerms(vat_bps if channel.prices_include_vat else 0, channel.fee_bps)


def reference_price_minor(session: BrandSession, price_id: UUID, days: int = 365) -> int | None:
    """The median amount of the entry over the days before this moment; what a price corridor hangs on."""
    since = session.ctx.known_until - timedelta(days=days)
    amounts = [row.amount_minor for row in price_changes_since(session, price_id, since)]
    return round(median(amounts)) if amounts else None


def unit_cost_minor(session: BrandSession, product_id: UUID) -> int | None:
    """The unit cost now: from the cost list, else from the last four reported weeks; else None."""
    return unit_costs_minor(session, [product_id])[product_id]


def unit_costs_minor(session: BrandSession, product_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """`unit_cost_minor` of each product."""
    only = tuple(sorted(product_ids)) if session.snapshot is None else None
    listed = _listed_costs_minor(session, only)
    unlisted = [product for product in product_ids if product not in listed]
    sold = _recent_costs_minor(session, only) if unlisted else {}
    return {product: listed[product] if product in listed else sold.get(product) for product in product_ids}


@read_once
def _listed_costs_minor(session: BrandSession, product_ids: Collection[UUID] | None) -> Mapping[UUID, int]:
    """The newest cost of each product, or of some, in the cost list."""
    statement = select(col(ProductCost.product_id), col(ProductCost.unit_cost_minor)).where(
        col(ProductCost.valid_from) <= session.ctx.known_until
    )
    if product_ids is not None:
        statement = statement.where(col(ProductCost.product_id).in_(product_ids))
    newest = statement.ext(distinct_on(col(ProductCost.product_id))).order_by(
        col(ProductCost.product_id), col(ProductCost.valid_from).desc()
    )
    return {row[0]: row[1] for row in session.execute(newest)}


@read_once
def _recent_costs_minor(session: BrandSession, product_ids: Collection[UUID] | None) -> Mapping[UUID, int]:
    """The average unit cost of each product, or of some, over its last four weeks of reports that tell it."""
    with_cost = [col(SalesFact.unit_cost_minor).is_not(None)]
    if product_ids is not None:
        with_cost.append(col(SalesFact.product_id).in_(product_ids))
    last = (
        select(col(SalesFact.product_id).label("product"), func.max(col(SalesFact.period_start)).label("start"))
        .where(*with_cost)
        .group_by(col(SalesFact.product_id))
        .subquery()
    )
    rows = session.execute(
        select(
            col(SalesFact.product_id),
            func.sum(col(SalesFact.unit_cost_minor) * col(SalesFact.units)),
            func.sum(col(SalesFact.units)),
        )
        .join(last, last.c.product == col(SalesFact.product_id))
        .where(*with_cost)
        .where(col(SalesFact.period_start) > last.c.start - timedelta(weeks=4))
        .group_by(col(SalesFact.product_id))
    )
    return {product: round(cost / units) for product, cost, units in rows if units}


def last_competitor_prices(session: BrandSession, product_id: UUID, days: int = 90) -> Sequence[CompetitorPrice]:
    """Each competitor's newest price of the last `days`."""
    only = product_id if session.snapshot is None else None
    return _competitor_prices(session, days, only).get(product_id, ())


@read_once
def _competitor_prices(
    session: BrandSession, days: int, product_id: UUID | None
) -> dict[UUID, Sequence[CompetitorPrice]]:
    since = session.ctx.known_until - timedelta(days=days)
    statement = select(CompetitorPrice).where(col(CompetitorPrice.observed_at) > since)
    if product_id is not None:
        statement = statement.where(col(CompetitorPrice.product_id) == product_id)
    newest = statement.ext(distinct_on(col(CompetitorPrice.product_id), col(CompetitorPrice.competitor))).order_by(
        col(CompetitorPrice.product_id), col(CompetitorPrice.competitor), col(CompetitorPrice.observed_at).desc()
    )
    prices: dict[UUID, list[CompetitorPrice]] = defaultdict(list)
    for row in session.scalars(newest):
        prices[row.product_id].append(row)
    return dict(prices)


@read_once
def locations_in_zone(session: BrandSession, zone: str) -> Sequence[Location]:
    """The locations of a zone; all of them for the empty zone."""
    query = select(Location).order_by(Location.code)
    return session.scalars(query.where(col(Location.zone) == zone) if zone else query).all()
