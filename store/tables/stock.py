"""Inventory OS: what is stocked where, every movement of it, and what was ordered from suppliers."""
# pyright: reportAssignmentType=false

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique
from store.tables.catalog import Location, Product, Supplier
from store.tables.files import File, Parent, amount, choice, code, code_of, moment, signed_whole, whole
from store.tables.served import STAFF, Served

_READERS = STAFF | {Role.SALES_MANAGER}


class StockItem(Fact, table=True):
    """A product kept at a location; its stock on hand is its last count and the movements since."""

    __tablename__ = "stock_item"
    __table_args__ = (belongs_to(Product), belongs_to(Location), unique("product_id", "location_id"))
    SERVED = Served("inventory", "stock-items", _READERS)

    product_id: UUID
    location_id: UUID
    reorder_point: int | None = None


def _name_of_count(count: Any) -> str:
    return f"count {count.location} {count.sku} {count.counted_at.isoformat()}"


class InventoryMovement(Fact, table=True):
    __tablename__ = "inventory_movement"
    __table_args__ = (
        belongs_to("stock_item"),
        unique("external_id"),
        Index("inventory_movement_item", "brand_id", "stock_item_id", "moved_at"),
    )
    APPEND_ONLY = True
    SERVED = Served("inventory", "movements", _READERS)
    FILES = (
        File(
            "stock",
            "a count of what was there, below zero where more was sold; the movements since are added to it",
            {
                "location": code_of("location_id"),
                "sku": code_of("product_id"),
                "on_hand": signed_whole(into="quantity"),
                "counted_at": moment("moved_at"),
            },
            known_at="counted_at",
            parent=Parent(StockItem, "stock_item_id"),
            fixed={"kind": "count"},
            computed={"external_id": _name_of_count},
        ),
        File(
            "inventory_movements",
            "`kind` is receipt, sale, transfer, return or correction; `quantity` is signed",
            {
                "id": code("external_id"),
                "location": code_of("location_id"),
                "sku": code_of("product_id"),
                "kind": choice("receipt", "sale", "transfer", "return", "correction"),
                "quantity": signed_whole(),
                "moved_at": moment(),
            },
            known_at="moved_at",
            parent=Parent(StockItem, "stock_item_id"),
        ),
    )

    stock_item_id: UUID
    external_id: str
    kind: str = Field(description="count, receipt, sale, transfer, return or correction")
    quantity: int = Field(sa_type=BIGINT, description="units, signed; of a count, what was there")
    moved_at: datetime = Field(sa_type=MOMENT)


class PurchaseOrder(Fact, table=True):
    __tablename__ = "purchase_order"
    __table_args__ = (belongs_to(Supplier), belongs_to(Product), unique("number", "product_id"))
    SERVED = Served("purchasing", "purchase-orders", STAFF)
    FILES = (
        File(
            "purchase_orders",
            "an order to a supplier",
            {
                "number": code(),
                "supplier": code_of("supplier_id"),
                "sku": code_of("product_id"),
                "quantity": whole(),
                "unit_cost": amount(),
                "ordered_at": moment(),
                "expected_at": moment(),
                "confirmed_at": moment(),
                "received_at": moment(),
                "cancelled_at": moment(),
            },
            known_at="ordered_at",
        ),
    )

    number: str
    supplier_id: UUID
    product_id: UUID
    quantity: int = Field(sa_type=BIGINT)
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    ordered_at: datetime = Field(sa_type=MOMENT)
    expected_at: datetime | None = Field(default=None, sa_type=MOMENT)
    confirmed_at: datetime | None = Field(default=None, sa_type=MOMENT, description="the supplier said that it comes")
    received_at: datetime | None = Field(default=None, sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that ordered")


class SupplierOffer(Fact, table=True):
    """A supplier's price for one unit from a quantity on; its lowest quantity is the least that it takes."""

    __tablename__ = "supplier_offer"
    __table_args__ = (
        belongs_to(Supplier),
        belongs_to(Product),
        unique("supplier_id", "product_id", "from_quantity", "valid_from"),
    )
    APPEND_ONLY = True
    SERVED = Served("purchasing", "supplier-offers", STAFF)
    FILES = (
        File(
            "supplier_offers",
            "what a supplier asks for a unit from a quantity on; the lowest `from_quantity` is the least that it "
            "takes, further rows are price breaks",
            {
                "supplier": code_of("supplier_id"),
                "sku": code_of("product_id"),
                "from_quantity": whole(1, 10**9, default=1),
                "unit_cost": amount(),
                "valid_from": moment(),
            },
            known_at="valid_from",
        ),
    )

    supplier_id: UUID
    product_id: UUID
    from_quantity: int = Field(sa_type=BIGINT)
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
