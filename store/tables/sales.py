"""Sales OS: orders, and sales as periods report them."""
# pyright: reportAssignmentType=false

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique
from store.tables.catalog import Channel, Location, Product
from store.tables.customers import Customer
from store.tables.files import File, amount, code, code_of, moment, share, signed_amount, signed_whole, whole
from store.tables.served import STAFF, Served

_READERS = STAFF | {Role.SALES_MANAGER}


class Order(Fact, table=True):
    __tablename__ = "sales_order"
    __table_args__ = (
        belongs_to(Customer),
        belongs_to(Channel),
        unique("number"),
        Index("sales_order_customer", "brand_id", "customer_id", "ordered_at"),
    )
    APPEND_ONLY = True
    SERVED = Served("sales", "orders", _READERS)
    FILES = (
        File(
            "orders",
            "an order; a negative `total` is a return",
            {
                "number": code(),
                "customer": code_of("customer_id"),
                "channel": code_of("channel_id"),
                "total": signed_amount(),
                "ordered_at": moment(),
            },
            known_at="ordered_at",
        ),
    )

    number: str = Field(max_length=128)
    customer_id: UUID | None = None
    channel_id: UUID | None = None
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BIGINT)
    ordered_at: datetime = Field(sa_type=MOMENT)


class OrderLine(Fact, table=True):
    __tablename__ = "order_line"
    __table_args__ = (belongs_to("sales_order", "order_id"), belongs_to(Product), unique("order_id", "line"))
    APPEND_ONLY = True
    SERVED = Served("sales", "order-lines", _READERS)
    FILES = (
        File(
            "order_lines",
            "a line of an order; `line` counts from 1",
            {
                "order": code_of("order_id"),
                "line": whole(1, 100_000),
                "sku": code_of("product_id"),
                "quantity": signed_whole(),
                "amount": signed_amount(),
            },
        ),
    )

    order_id: UUID
    line: int
    product_id: UUID | None = None
    quantity: int = Field(sa_type=BIGINT)
    amount_minor: int = Field(sa_type=BIGINT)


def _end_of_period(sales: Any) -> datetime:
    return sales.period_start + timedelta(days=sales.period_days)


LARGEST_TURNOVER = Decimal(10) ** 13
"""Of a row of sales: what the store adds up stays far within 64 bits, whatever the currency."""


def _can_be_booked(sales: Any) -> None:
    if sales.units * max(sales.unit_price, sales.unit_cost or Decimal(0)) > LARGEST_TURNOVER:
        raise ValueError("so many units at that price or cost come to more than can be booked")


class SalesFact(Fact, table=True):
    """The units of a product sold at a place in a period, as the brand's systems reported them."""

    __tablename__ = "sales_fact"
    __table_args__ = (
        belongs_to(Product),
        belongs_to(Channel),
        belongs_to(Location),
        unique("product_id", "channel_id", "location_id", "period_start", "period_days"),
        Index("sales_fact_channel_period", "brand_id", "channel_id", "period_start", "product_id"),
    )
    APPEND_ONLY = True
    SERVED = Served("sales", "reported-sales", _READERS)
    FILES = (
        File(
            "sales",
            "units of a product sold at one location in one period; `unit_price` as charged (VAT included where the "
            "channel's prices include it); `deal` and `feature` are the shares, 0 to 1, of the period with a coupon "
            "and with advertising",
            {
                "period_start": moment(),
                "period_days": whole(1, 366, default=7),
                "channel": code_of("channel_id"),
                "location": code_of("location_id"),
                "sku": code_of("product_id"),
                "units": whole(),
                "unit_price": amount(),
                "unit_cost": amount(),
                "deal": share(),
                "feature": share(),
            },
            known_at=_end_of_period,
            check=_can_be_booked,
        ),
    )

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
