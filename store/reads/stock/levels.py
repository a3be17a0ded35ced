"""Reads for purchasing: stock and its movements, open purchase orders, suppliers and their offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.errors import NotFound
from store.reads.products import products_by_id
from store.reads.stock.derived import keeps_no_movements, moved_since_count
from store.reads.stock.kinds import COUNT, SALE, TRANSFER, USES
from store.session import BrandSession
from store.snapshot import read_once
from store.tables import (
    BankBalance,
    InventoryMovement,
    Location,
    PurchaseOrder,
    StockItem,
    Supplier,
    SupplierOffer,
)

__all__ = ["COUNT", "SALE", "TRANSFER", "USES"]

WAREHOUSE = "warehouse"


@dataclass(frozen=True)
class OfferTier:
    """Unit cost from a quantity on, in minor units."""

    from_quantity: int
    unit_cost_minor: int


@dataclass(frozen=True)
class Offer:
    """A supplier's present prices of a product by quantity; the first tier's quantity is the minimum order."""

    product_id: UUID
    sku: str
    title: str
    shelf_life_days: int | None
    currency: str
    tiers: tuple[OfferTier, ...]

    @property
    def minimum(self) -> int:
        return self.tiers[0].from_quantity

    def unit_cost_minor(self, quantity: int) -> int:
        """Unit cost in an order of this quantity; the first tier's below the minimum."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity] or [self.tiers[0]]
        return reached[-1].unit_cost_minor


class Movement(NamedTuple):
    """Units of a product that moved at a place at one moment, signed; for a count, the units counted."""

    product_id: UUID
    location_id: UUID
    kind: str
    moved_at: datetime
    quantity: int

    @property
    def is_count(self) -> bool:
        return self.kind == COUNT

    @property
    def is_use(self) -> bool:
        return self.kind in USES


@read_once
def suppliers(session: BrandSession) -> Sequence[Supplier]:
    return session.scalars(select(Supplier).order_by(Supplier.code)).all()


def supplier_by_code(session: BrandSession, code: str) -> Supplier:
    """The supplier with this code. Raises NotFound."""
    supplier = next((row for row in suppliers(session) if row.code == code), None)
    if supplier is None:
        raise NotFound(f"No supplier {code} in brand {session.ctx.brand}.", remedy="See your suppliers file.")
    return supplier


@read_once
def offers_of(session: BrandSession, supplier_id: UUID) -> Sequence[Offer]:
    """A supplier's present offers by SKU: the newest valid tiers of each active product."""
    valid = select(SupplierOffer).where(
        col(SupplierOffer.supplier_id) == supplier_id, col(SupplierOffer.valid_from) <= session.ctx.known_until
    )
    rows = session.scalars(
        valid.order_by(
            col(SupplierOffer.product_id), col(SupplierOffer.valid_from).desc(), col(SupplierOffer.from_quantity)
        )
    ).all()
    products = {row.id: row for row in products_by_id(session).values() if row.status == "active"}
    offers = []
    for product_id, tiers in groupby(rows, key=lambda row: row.product_id):
        newest = list(tiers)
        newest = [row for row in newest if row.valid_from == newest[0].valid_from]
        if product := products.get(product_id):
            offers.append(
                Offer(
                    product_id=product_id,
                    sku=product.sku,
                    title=product.title,
                    shelf_life_days=product.shelf_life_days,
                    currency=newest[0].currency,
                    tiers=tuple(OfferTier(row.from_quantity, row.unit_cost_minor) for row in newest),
                )
            )
    return sorted(offers, key=lambda offer: offer.sku)


@read_once
def warehouses(session: BrandSession) -> Sequence[Location]:
    """The brand's warehouses; where it names none, the places in which goods are kept."""
    named = session.scalars(select(Location).where(col(Location.kind) == WAREHOUSE).order_by(col(Location.code))).all()
    if named:
        return named
    kept = select(col(StockItem.location_id)).distinct()
    return session.scalars(select(Location).where(col(Location.id).in_(kept)).order_by(col(Location.code))).all()


@read_once
def places_supplied(session: BrandSession) -> Sequence[Location]:
    """Locations that the warehouses supply and that sell."""
    own = [place.id for place in warehouses(session)]
    return session.scalars(select(Location).where(col(Location.id).not_in(own)).order_by(col(Location.code))).all()


@read_once
def on_hand(session: BrandSession, location_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Units by product over some places: each stock item's last count and the movements since.

    Where no movements are kept they are derived: what came and was sold since the count. Goods that were sold beyond
    what a count found are no debt to customers, as the count may be old: it stays at nothing, or at what it owed.
    """
    items = items_at(session, location_ids)
    counts = _last_counts(session, location_ids)
    moved = (
        select(
            col(InventoryMovement.stock_item_id),
            col(InventoryMovement.moved_at),
            func.sum(col(InventoryMovement.quantity)),
        )
        .join(StockItem, _of_item())
        .where(col(StockItem.location_id).in_(location_ids), col(InventoryMovement.kind) != COUNT)
        .where(col(InventoryMovement.moved_at) <= session.ctx.known_until)
        .group_by(col(InventoryMovement.stock_item_id), col(InventoryMovement.moved_at))
    )
    if counts and len(counts) == len(items):
        moved = moved.where(col(InventoryMovement.moved_at) > min(moved_at for _, moved_at in counts.values()))
    totals: dict[UUID, int] = {}
    for item, (quantity, _) in counts.items():
        totals[items[item]] = totals.get(items[item], 0) + quantity
    for item, moved_at, quantity in session.execute(moved):
        if item not in counts or moved_at > counts[item][1]:
            totals[items[item]] = totals.get(items[item], 0) + int(quantity)
    if counts and keeps_no_movements(session, location_ids):
        for product, units in moved_since_count(session, location_ids).items():
            totals[product] = max(totals[product] + units, min(totals[product], 0))
    return totals


@read_once
def items_at(session: BrandSession, location_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The product of each stock item at some places."""
    rows = session.execute(
        select(col(StockItem.id), col(StockItem.product_id)).where(col(StockItem.location_id).in_(location_ids))
    ).all()
    return {row[0]: row[1] for row in rows}


@read_once
def _last_counts(session: BrandSession, location_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
    rows = session.execute(
        select(col(InventoryMovement.stock_item_id), col(InventoryMovement.quantity), col(InventoryMovement.moved_at))
        .join(StockItem, _of_item())
        .where(col(StockItem.location_id).in_(location_ids), col(InventoryMovement.kind) == COUNT)
        .where(col(InventoryMovement.moved_at) <= session.ctx.known_until)
        .ext(distinct_on(col(InventoryMovement.stock_item_id)))
        .order_by(col(InventoryMovement.stock_item_id), col(InventoryMovement.moved_at).desc())
    ).all()
    return {item: (quantity, moved_at) for item, quantity, moved_at in rows}


def _of_item() -> Any:
    return (col(StockItem.id) == col(InventoryMovement.stock_item_id)) & (
        col(StockItem.brand_id) == col(InventoryMovement.brand_id)
    )


@read_once
def movements(
    session: BrandSession,
    location_ids: Sequence[UUID],
    since: datetime,
    product_ids: Sequence[UUID] | None = None,
    but: str | None = None,
) -> Sequence[Movement]:
    """Movements at some places, of all products or some, in the order of time; `but` leaves one kind out.

    Within a moment: receipts, issues, and then the count, which includes them.
    """
    moment, units = col(InventoryMovement.moved_at), cast(func.sum(col(InventoryMovement.quantity)), BigInteger)
    columns = (col(StockItem.product_id), col(StockItem.location_id), col(InventoryMovement.kind), moment)
    statement = (
        select(*columns, units)
        .join(StockItem, _of_item())
        .where(col(StockItem.location_id).in_(location_ids), moment > since, moment <= session.ctx.known_until)
    )
    if product_ids is not None:
        statement = statement.where(col(StockItem.product_id).in_(product_ids))
    if but is not None:
        statement = statement.where(col(InventoryMovement.kind) != but)
    rows = session.execute(
        statement.group_by(*columns).order_by(moment, col(InventoryMovement.kind) == COUNT, units.desc(), *columns[:2])
    ).all()
    return list(map(Movement._make, rows))


@read_once
def open_purchase_orders(session: BrandSession) -> Sequence[PurchaseOrder]:
    """Purchase order lines placed by now and neither received nor cancelled, oldest first."""
    now = session.ctx.known_until
    return session.scalars(
        select(PurchaseOrder)
        .where(col(PurchaseOrder.ordered_at) <= now)
        .where(col(PurchaseOrder.received_at).is_(None) | (col(PurchaseOrder.received_at) > now))
        .where(col(PurchaseOrder.cancelled_at).is_(None) | (col(PurchaseOrder.cancelled_at) > now))
        .order_by(col(PurchaseOrder.ordered_at), col(PurchaseOrder.id))
    ).all()


def units_on_order(session: BrandSession) -> Mapping[UUID, int]:
    """Units on order by product."""
    on_order: dict[UUID, int] = {}
    for order in open_purchase_orders(session):
        on_order[order.product_id] = on_order.get(order.product_id, 0) + order.quantity
    return on_order


@read_once
def lead_times_days(session: BrandSession, supplier_id: UUID) -> Sequence[float]:
    """Lead times in days of the orders received by now, oldest first; an order of several products counts once.

    Orders recorded as received before they were placed are left out.
    """
    now = session.ctx.known_until
    rows = session.execute(
        select(col(PurchaseOrder.number), col(PurchaseOrder.ordered_at), func.max(col(PurchaseOrder.received_at)))
        .where(col(PurchaseOrder.supplier_id) == supplier_id, col(PurchaseOrder.received_at) <= now)
        .where(col(PurchaseOrder.cancelled_at).is_(None))
        .where(col(PurchaseOrder.received_at) >= col(PurchaseOrder.ordered_at))
        .group_by(col(PurchaseOrder.number), col(PurchaseOrder.ordered_at))
        .order_by(col(PurchaseOrder.ordered_at), col(PurchaseOrder.number))
    ).all()
    durations: list[timedelta] = [row[2] - row[1] for row in rows]  # pyright: ignore[reportOptionalOperand] - filtered above
    return [duration / timedelta(days=1) for duration in durations]


def orders_of(session: BrandSession, source: str) -> Sequence[PurchaseOrder]:
    """Purchase order lines of one action item."""
    return session.scalars(
        select(PurchaseOrder).where(col(PurchaseOrder.source) == source).order_by(col(PurchaseOrder.id))
    ).all()


@read_once
def cash_minor(session: BrandSession, currency: str) -> int | None:
    """Balance of the brand's accounts as last reported by their banks, in minor units; None without a report."""
    rows = session.scalars(
        select(BankBalance)
        .where(col(BankBalance.currency) == currency, col(BankBalance.balance_at) <= session.ctx.known_until)
        .ext(distinct_on(col(BankBalance.account)))
        .order_by(col(BankBalance.account), col(BankBalance.balance_at).desc())
    ).all()
    return sum(row.amount_minor for row in rows) if rows else None


@read_once
def accounts(session: BrandSession) -> Sequence[str]:
    """The brand's accounts with a reported balance."""
    return session.scalars(select(col(BankBalance.account)).distinct().order_by(col(BankBalance.account))).all()
