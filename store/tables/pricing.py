"""Pricing OS: the price list per channel, its history, and competitors' prices."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity
from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, BrandOwned, Fact, belongs_to, unique


class Price(BrandOwned, table=True):
    """One entry of a price list as it stands now; `price_history` tells every amount it ever had."""

    __tablename__ = "price"
    __table_args__ = (belongs_to("product"), belongs_to("channel"), unique("product_id", "channel_id", "zone"))

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

    price_id: UUID
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
    source: str
    seq: int | None = Field(default=None, sa_type=BIGINT, sa_column_args=(Identity(always=True),), nullable=False)


class CompetitorPrice(Fact, table=True):
    __tablename__ = "competitor_price"
    __table_args__ = (belongs_to("product"), unique("product_id", "competitor", "observed_at"))
    APPEND_ONLY = True

    product_id: UUID
    competitor: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    observed_at: datetime = Field(sa_type=MOMENT)
