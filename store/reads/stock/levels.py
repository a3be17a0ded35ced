"""What purchasing reads: stock and its movements, orders on their way, suppliers and what they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.errors import NotFound
from store.session import BrandSession
from store.tables import (
    BankBalance,
    InventoryMovement,
    Location,
    Product,
    PurchaseOrder,
    StockItem,
    Supplier,
    SupplierOffer,
)

WAREHOUSE = "warehouse"
COUNT = "count"
SALE = "sale"
TRANSFER = "transfer"
USES = frozenset({SALE, TRANSFER})
"""Movements out of a warehouse that meet demand: what is sold, and what is sent to where it is sold."""


@dataclass(frozen=True)
class Tier:
    """What one unit costs from a quantity on."""

    from_quantity: int
    unit_cost_minor: int


@dataclass(frozen=True)
class Offer:
    """What a supplier asks for a product now, by quantity; the first tier's quantity is the least that it takes."""

    product_id: UUID
    sku: str
    title: str
    shelf_life_days: int | None
    currency: str
    tiers: tuple[Tier, ...]

    @property
    def minimum(self) -> int:
        return self.tiers[0].from_quantity

    def unit_cost_minor(self, quantity: int) -> int:
        """The cost of a unit when so many are ordered; the first tier's for less than the minimum."""
        reached = [tier for tier in self.tiers if tier.from_quantity <= quantity] or [self.tiers[0]]
        return reached[-1].unit_cost_minor


@dataclass(frozen=True, slots=True)
class Movement:
    """Units of a product that moved at a place at one moment, signed; of a count, what was there."""

    product_id: UUID
    location_id: UUID
    kind: str
    moved_at: datetime
    quantity: int


def suppliers(session: BrandSession) -> Sequence[Supplier]:
    return session.scalars(select(Supplier).order_by(Supplier.code)).all()


def supplier_by_code(session: BrandSession, code: str) -> Supplier:
    """Raises NotFound."""
    found = session.scalars(select(Supplier).where(col(Supplier.code) == code)).first()
    if found is None:
        raise NotFound(f"No supplier {code} in brand {session.ctx.brand}.", remedy="See your suppliers file.")
    return found


def offers_of(session: BrandSession, supplier_id: UUID) -> Sequence[Offer]:
    """What a supplier offers now, by SKU: of each active product the tiers that are valid since last."""
    valid = select(SupplierOffer).where(
        col(SupplierOffer.supplier_id) == supplier_id, col(SupplierOffer.valid_from) <= session.ctx.known_until
    )
    rows = session.scalars(
        valid.order_by(
            col(SupplierOffer.product_id), col(SupplierOffer.valid_from).desc(), col(SupplierOffer.from_quantity)
        )
    ).all()
    products = {row.id: row for row in session.scalars(select(Product).where(col(Product.status) == "active"))}
    found = []
    for product_id, tiers in groupby(rows, key=lambda row: row.product_id):
        newest = list(tiers)
        newest = [row for row in newest if row.valid_from == newest[0].valid_from]
        if product := products.get(product_id):
            found.append(
                Offer(
                    product_id=product_id,
                    sku=product.sku,
                    title=product.title,
                    shelf_life_days=product.shelf_life_days,
                    currency=newest[0].currency,
                    tiers=tuple(Tier(row.from_quantity, row.unit_cost_minor) for row in newest),
                )
            )
    return sorted(found, key=lambda offer: offer.sku)


def warehouses(session: BrandSession) -> Sequence[Location]:
    """Where the brand keeps what it has not sent on yet."""
    return session.scalars(select(Location).where(col(Location.kind) == WAREHOUSE).order_by(col(Location.code))).all()


def places_supplied(session: BrandSession) -> Sequence[Location]:
    """Where goods are sent on to from the warehouses, to be sold there."""
    return session.scalars(select(Location).where(col(Location.kind) != WAREHOUSE).order_by(col(Location.code))).all()


def on_hand(session: BrandSession, location_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """Units by product over some places: each stock item's last count and the movements since."""
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
    return totals


def items_at(session: BrandSession, location_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The product of each stock item at some places."""
    rows = session.execute(
        select(col(StockItem.id), col(StockItem.product_id)).where(col(StockItem.location_id).in_(location_ids))
    ).all()
    return {row[0]: row[1] for row in rows}


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


def movements(
    session: BrandSession,
    location_ids: Sequence[UUID],
    since: datetime,
    product_ids: Sequence[UUID] | None = None,
    but: str | None = None,
) -> Sequence[Movement]:
    """What moved at some places, of all products or some, in the order of time; `but` leaves one kind out.

    Within a moment: what came, what went, and then the count, which holds all that moved by then.
    """
    moment, units = col(InventoryMovement.moved_at), func.sum(col(InventoryMovement.quantity))
    what = (col(StockItem.product_id), col(StockItem.location_id), col(InventoryMovement.kind), moment)
    wanted = (
        select(*what, units)
        .join(StockItem, _of_item())
        .where(col(StockItem.location_id).in_(location_ids), moment > since, moment <= session.ctx.known_until)
    )
    if product_ids is not None:
        wanted = wanted.where(col(StockItem.product_id).in_(product_ids))
    if but is not None:
        wanted = wanted.where(col(InventoryMovement.kind) != but)
    rows = session.execute(
        wanted.group_by(*what).order_by(moment, col(InventoryMovement.kind) == COUNT, units.desc(), *what[:2])
    ).all()
    return [Movement(product, place, kind, at, int(quantity)) for product, place, kind, at, quantity in rows]


def under_way(session: BrandSession) -> Sequence[PurchaseOrder]:
    """What was ordered by now and neither came nor was called off, oldest first."""
    now = session.ctx.known_until
    return session.scalars(
        select(PurchaseOrder)
        .where(col(PurchaseOrder.ordered_at) <= now)
        .where(col(PurchaseOrder.received_at).is_(None) | (col(PurchaseOrder.received_at) > now))
        .where(col(PurchaseOrder.cancelled_at).is_(None) | (col(PurchaseOrder.cancelled_at) > now))
        .order_by(col(PurchaseOrder.ordered_at), col(PurchaseOrder.id))
    ).all()


def units_under_way(session: BrandSession) -> Mapping[UUID, int]:
    """Units of each product ordered and not yet here."""
    found: dict[UUID, int] = {}
    for order in under_way(session):
        found[order.product_id] = found.get(order.product_id, 0) + order.quantity
    return found


def lead_times_days(session: BrandSession, supplier_id: UUID) -> Sequence[float]:
    """How many days each order that came by now had taken, oldest first; an order of several products counts once.

    An order that is said to have come before it was placed tells nothing.
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
    took: list[timedelta] = [row[2] - row[1] for row in rows]  # pyright: ignore[reportOptionalOperand] - filtered above
    return [one / timedelta(days=1) for one in took]


def orders_of(session: BrandSession, source: str) -> Sequence[PurchaseOrder]:
    """The lines that one action item ordered."""
    return session.scalars(
        select(PurchaseOrder).where(col(PurchaseOrder.source) == source).order_by(col(PurchaseOrder.id))
    ).all()


def cash_minor(session: BrandSession, currency: str) -> int | None:
    """What the brand's accounts held when their banks last said; None where none is known."""
    rows = session.scalars(
        select(BankBalance)
        .where(col(BankBalance.currency) == currency, col(BankBalance.balance_at) <= session.ctx.known_until)
        .ext(distinct_on(col(BankBalance.account)))
        .order_by(col(BankBalance.account), col(BankBalance.balance_at).desc())
    ).all()
    return sum(row.amount_minor for row in rows) if rows else None


def accounts(session: BrandSession) -> Sequence[str]:
    """The brand's accounts that a bank has said something of."""
    return session.scalars(select(col(BankBalance.account)).distinct().order_by(col(BankBalance.account))).all()
