"""Pricing OS: the price list per channel with its history, drafts, promotions, and what competitors ask."""
# pyright: reportAssignmentType=false

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Identity
from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, BrandOwned, Fact, belongs_to, unique
from store.tables.catalog import Channel, Product
from store.tables.files import File, Parent, code, code_of, discount_percent, moment, price, text
from store.tables.served import STAFF, Served

_PRICE_READERS = STAFF | {Role.SALES_MANAGER, Role.SALES_REP, Role.MARKETING}


class Price(BrandOwned, table=True):
    """One entry of a price list as it stands now; `price_history` tells every amount it ever had."""

    __tablename__ = "price"
    __table_args__ = (belongs_to(Product), belongs_to(Channel), unique("product_id", "channel_id", "zone"))
    KEEPS_HISTORY = True
    SERVED = Served("pricing", "prices", _PRICE_READERS)

    product_id: UUID
    channel_id: UUID
    zone: str = Field(default="", max_length=64)
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)


class PriceHistory(Fact, table=True):
    """An amount that a price had from `valid_from` on. `source` is `import`, `observed` or an action item."""

    __tablename__ = "price_history"
    __table_args__ = (belongs_to("price"), unique("price_id", "valid_from", "source"))
    APPEND_ONLY = True
    SERVED = Served("pricing", "price-history", _PRICE_READERS)
    FILES = (
        File(
            "prices",
            "a list price from a day on; `zone` empty means everywhere in the channel",
            {
                "sku": code_of("product_id"),
                "channel": code_of("channel_id"),
                "zone": text(),
                "price": price("amount_minor"),
                "valid_from": moment(),
            },
            known_at="valid_from",
            parent=Parent(Price, "price_id", newer_by="valid_from"),
            fixed={"source": "import"},
        ),
    )

    price_id: UUID
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
    source: str
    seq: int | None = Field(default=None, sa_type=BIGINT, sa_column_args=(Identity(always=True),), nullable=False)


class CompetitorPrice(Fact, table=True):
    __tablename__ = "competitor_price"
    __table_args__ = (belongs_to(Product), unique("product_id", "competitor", "observed_at"))
    APPEND_ONLY = True
    SERVED = Served("competitor", "prices", STAFF | {Role.SALES_MANAGER, Role.MARKETING})
    FILES = (
        File(
            "competitor_prices",
            "what a competitor was seen to ask; typed, so it does not count as untrusted text",
            {
                "sku": code_of("product_id"),
                "competitor": code(),
                "price": price("amount_minor"),
                "observed_at": moment(),
            },
            known_at="observed_at",
        ),
    )

    product_id: UUID
    competitor: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    observed_at: datetime = Field(sa_type=MOMENT)


def _four_weeks_before(promotion: Any) -> datetime:
    """When a promotion was planned, where nobody says."""
    return promotion.first_day - timedelta(days=28)


class Promotion(Fact, table=True):
    """A product at so much off its list price in one channel, from the first day to the last, both included."""

    __tablename__ = "promotion"
    __table_args__ = (belongs_to(Product), belongs_to(Channel), unique("number", "product_id", "channel_id"))
    SERVED = Served("pricing", "promotions", _PRICE_READERS)
    FILES = (
        File(
            "promotions",
            "a product at so much off its list price, both days included; what was sold under it is marked by `deal` "
            "in `sales.csv`; it counts as known four weeks before it begins",
            {
                "id": code("number"),
                "sku": code_of("product_id"),
                "channel": code_of("channel_id"),
                "first_day": moment(),
                "last_day": moment(),
                "off_percent": discount_percent(),
                "cancelled_at": moment(),
            },
            known_at=_four_weeks_before,
        ),
    )

    number: str = Field(max_length=128)
    product_id: UUID
    channel_id: UUID
    off_bps: int
    first_day: datetime = Field(sa_type=MOMENT)
    last_day: datetime = Field(sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that scheduled it")


class PriceDraft(Fact, table=True):
    """A price that was thought of for a product without one in a channel. It is charged nowhere."""

    __tablename__ = "price_draft"
    __table_args__ = (belongs_to(Product), belongs_to(Channel), unique("product_id", "channel_id", "source"))
    SERVED = Served("pricing", "price-drafts", _PRICE_READERS)

    product_id: UUID
    channel_id: UUID
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    drafted_at: datetime = Field(sa_type=MOMENT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(description="the action item that drafted it")
