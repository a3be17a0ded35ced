"""Inventory OS: what is stocked where, every movement of it, and what was ordered from suppliers."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class StockItem(Fact, table=True):
    """A product kept at a location; its stock on hand is its last count and the movements since."""

    __tablename__ = "stock_item"
    __table_args__ = (belongs_to("product"), belongs_to("location"), unique("product_id", "location_id"))

    product_id: UUID
    location_id: UUID
    reorder_point: int | None = None


class InventoryMovement(Fact, table=True):
    __tablename__ = "inventory_movement"
    __table_args__ = (
        belongs_to("stock_item"),
        unique("external_id"),
        Index("inventory_movement_item", "brand_id", "stock_item_id", "moved_at"),
    )
    APPEND_ONLY = True

    stock_item_id: UUID
    external_id: str
    kind: str = Field(description="count, receipt, sale, transfer, return or correction")
    quantity: int = Field(sa_type=BIGINT, description="units, signed; of a count, what was there")
    moved_at: datetime = Field(sa_type=MOMENT)


class PurchaseOrder(Fact, table=True):
    __tablename__ = "purchase_order"
    __table_args__ = (belongs_to("supplier"), belongs_to("product"), unique("number", "product_id"))

    number: str
    supplier_id: UUID
    product_id: UUID
    quantity: int = Field(sa_type=BIGINT)
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    ordered_at: datetime = Field(sa_type=MOMENT)
    expected_at: datetime | None = Field(default=None, sa_type=MOMENT)
    received_at: datetime | None = Field(default=None, sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that ordered")


class SupplierOffer(Fact, table=True):
    """What a supplier asks for one unit from a quantity on; its lowest quantity is the least that it takes."""

    __tablename__ = "supplier_offer"
    __table_args__ = (
        belongs_to("supplier"),
        belongs_to("product"),
        unique("supplier_id", "product_id", "from_quantity", "valid_from"),
    )
    APPEND_ONLY = True

    supplier_id: UUID
    product_id: UUID
    from_quantity: int = Field(sa_type=BIGINT)
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
