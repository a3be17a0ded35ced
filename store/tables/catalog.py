"""Product OS: products, what they cost, and where they are sold."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class Product(Fact, table=True):
    __tablename__ = "product"
    __table_args__ = (unique("sku"),)

    sku: str = Field(max_length=64)
    title: str
    category: str = ""
    pack: str = ""
    vat_bps: int = 0
    shelf_life_days: int | None = Field(default=None, description="how long it can be sold from its receipt on")
    status: str = "active"


class ProductCost(Fact, table=True):
    """What one unit costs the brand, from `valid_from` on."""

    __tablename__ = "product_cost"
    __table_args__ = (belongs_to("product"), unique("product_id", "valid_from"))
    APPEND_ONLY = True

    product_id: UUID
    unit_cost_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)


class Channel(Fact, table=True):
    __tablename__ = "channel"
    __table_args__ = (unique("code"),)

    code: str = Field(max_length=64)
    title: str
    fee_bps: int = Field(default=0, description="what the channel keeps of the net price")
    prices_include_vat: bool = True


class Location(Fact, table=True):
    """A store, stand or warehouse."""

    __tablename__ = "location"
    __table_args__ = (unique("code"),)

    code: str = Field(max_length=64)
    title: str = ""
    kind: str = "store"
    zone: str = ""
    visit_every_days: int | None = Field(default=None, description="how often somebody calls there by plan")
    transfer_cost_minor: int | None = Field(default=None, sa_type=BIGINT, description="of a transport there or back")
    contact: str = Field(default="", description="the email address of who runs it: a stand's partner")


class Supplier(Fact, table=True):
    __tablename__ = "supplier"
    __table_args__ = (unique("code"),)

    code: str = Field(max_length=64)
    title: str = ""
    lead_time_days: int | None = None
    payment_days: int | None = Field(default=None, description="from receipt of the goods to the bill's payment")
