"""Sales and CRM OS: customers, orders, and sales as periods report them."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class Customer(Fact, table=True):
    __tablename__ = "customer"
    __table_args__ = (unique("code"),)

    code: str = Field(max_length=128)
    name: str = ""
    email: str = ""
    cohort: str = ""


class Order(Fact, table=True):
    __tablename__ = "sales_order"
    __table_args__ = (
        belongs_to("customer"),
        belongs_to("channel"),
        unique("number"),
        Index("sales_order_customer", "brand_id", "customer_id", "ordered_at"),
    )
    APPEND_ONLY = True

    number: str = Field(max_length=128)
    customer_id: UUID | None = None
    channel_id: UUID | None = None
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BIGINT)
    ordered_at: datetime = Field(sa_type=MOMENT)


class OrderLine(Fact, table=True):
    __tablename__ = "order_line"
    __table_args__ = (belongs_to("sales_order", "order_id"), belongs_to("product"), unique("order_id", "line"))
    APPEND_ONLY = True

    order_id: UUID
    line: int
    product_id: UUID | None = None
    quantity: int = Field(sa_type=BIGINT)
    amount_minor: int = Field(sa_type=BIGINT)


class SalesFact(Fact, table=True):
    """What was sold of a product at a place in a period, as the brand's systems reported it."""

    __tablename__ = "sales_fact"
    __table_args__ = (
        belongs_to("product"),
        belongs_to("channel"),
        belongs_to("location"),
        unique("product_id", "channel_id", "location_id", "period_start", "period_days"),
        Index("sales_fact_channel_period", "brand_id", "channel_id", "period_start"),
    )
    APPEND_ONLY = True

    product_id: UUID
    channel_id: UUID
    location_id: UUID | None = None
    period_start: datetime = Field(sa_type=MOMENT)
    period_days: int
    units: int = Field(sa_type=BIGINT)
    unit_price_minor: int = Field(sa_type=BIGINT, description="what a unit was charged on average, as customers pay it")
    unit_cost_minor: int | None = Field(default=None, sa_type=BIGINT)
    currency: str = Field(max_length=3)
    deal_bps: int = Field(default=0, description="share of the period under a coupon or deal")
    feature_bps: int = Field(default=0, description="share of outlets that advertised it")
