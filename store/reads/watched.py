"""Facts watched for threshold crossings: stock against usage, invoices against their due date, unit costs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from store.reads import stands
from store.reads.finance import books as finance
from store.reads.pricing import prices as pricing
from store.reads.products import products_by_id
from store.reads.stock import levels as stock
from store.session import BrandSession
from store.tables import Location, ProductCost, StockItem

_WINDOW = timedelta(days=28)
WAREHOUSE_DAYS = 14
"""Days of usage below which a warehouse is low, unless its stock item has a reorder point."""
STAND_DAYS = 14
"""The same for a stand without a visit interval of its own."""


@dataclass(frozen=True)
class StockLevel:
    """Units of a product at a location, and the level below which they are low."""

    sku: str
    title: str
    location: str
    place: str
    units: int
    enough_units: int

    @property
    def is_low(self) -> bool:
        return self.units < self.enough_units


@dataclass(frozen=True)
class DueInvoice:
    """An unpaid invoice, its open amount, and its due date."""

    number: str
    debtor: str
    lacks_minor: int
    currency: str
    due_at: datetime
    days_late: int

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0 and self.lacks_minor > 0


@dataclass(frozen=True)
class ApprovedPrice:
    """A list price that an action item set, and what sales show is charged; in minor units."""

    sku: str
    title: str
    channel: str
    zone: str
    listed_minor: int
    charged_minor: int
    currency: str
    source: str
    is_charged: bool


@dataclass(frozen=True)
class WatchedUnitCost:
    """Present unit cost of a product, in minor units."""

    sku: str
    title: str
    unit_cost_minor: int
    currency: str


def low_stock(session: BrandSession) -> list[StockLevel]:
    """Every product at every place with a threshold: its reorder point, or its usage there."""
    products = products_by_id(session)
    places = session.scalars(select(Location).order_by(col(Location.code))).all()
    points = {(row.location_id, row.product_id): row.reorder_point for row in session.scalars(select(StockItem))}
    levels: list[StockLevel] = []
    for place in places:
        on_hand, daily = _held_and_daily(session, place)
        days = place.visit_every_days or STAND_DAYS if place.kind == stands.STAND else WAREHOUSE_DAYS
        for product_id, units in on_hand.items():
            point = points.get((place.id, product_id))
            enough = point if point is not None else round(daily.get(product_id, 0.0) * days)
            product = products[product_id]
            if enough > 0 and product.status == "active":
                levels.append(StockLevel(product.sku, product.title, place.code, place.kind, units, enough))
    return levels


def _held_and_daily(session: BrandSession, place: Location) -> tuple[dict[UUID, int], dict[UUID, float]]:
    """Units of each product at a place, and how many go out a day by the last four weeks."""
    since = session.ctx.known_until - _WINDOW
    out: dict[UUID, float] = defaultdict(float)
    if place.kind == stands.STAND:
        for sale in stands.stand_sales(session, [place.id], since):
            out[sale.product_id] += sale.units_after(since)
        levels = stands.shelf_levels(session, [place.id])
        return {product: int(level.units) for (_, product), level in levels.items()}, _per_day(out)
    for moved in stock.movements(session, [place.id], since):
        if moved.kind in stock.USES and moved.quantity < 0:
            out[moved.product_id] -= moved.quantity
    return dict(stock.on_hand(session, [place.id])), _per_day(out)


def _per_day(units: dict[UUID, float]) -> dict[UUID, float]:
    return {product: total / _WINDOW.days for product, total in units.items()}


def overdue_invoices(session: BrandSession, currency: str) -> list[DueInvoice]:
    """Every invoice past its due date, paid since or not, in the brand's currency."""
    now = session.ctx.known_until
    return [
        DueInvoice(
            invoice.number, invoice.debtor, invoice.lacks_minor, currency, invoice.due_at, (now - invoice.due_at).days
        )
        for invoice in finance.invoices(session, currency)
        if invoice.due_at < now and invoice.amount_minor > 0
    ]


def changed_costs(session: BrandSession) -> list[WatchedUnitCost]:
    """The unit cost of every product that has one now."""
    products, now = products_by_id(session), session.ctx.known_until
    rows = session.scalars(
        select(ProductCost).where(col(ProductCost.valid_from) <= now).order_by(col(ProductCost.valid_from))
    ).all()
    newest = {row.product_id: row for row in rows}
    return [
        WatchedUnitCost(products[at].sku, products[at].title, row.unit_cost_minor, row.currency)
        for at, row in newest.items()
    ]


def approved_prices(session: BrandSession) -> Iterator[ApprovedPrice]:
    """The prices that action items set and that sales tell something of by now."""
    from store.reads.pricing.charged import Shown, charged_prices  # brings numpy along, which other looks need not

    products = products_by_id(session)
    for channel in pricing.channels(session):
        listed = pricing.prices_now(session, channel.id)
        approved = {place: price for place, price in listed.items() if price.source.startswith(pricing.ITEM)}
        told = charged_prices(session, channel.id, approved) if approved else {}
        for (product, zone), price in approved.items():
            if (charged := told.get(price.price_id)) is not None and charged.shown is not Shown.NOT_TOLD:
                yield ApprovedPrice(
                    products[product].sku, products[product].title, channel.code, zone, price.amount_minor,
                    charged.amount_minor, price.currency, price.source, charged.shown is Shown.CHARGED,
                )  # fmt: skip
