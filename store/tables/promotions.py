"""Pricing OS: promotions, past and planned, and prices that are drafts."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class Promotion(Fact, table=True):
    """A product at so much off its list price in one channel, from the first day to the last, both included."""

    __tablename__ = "promotion"
    __table_args__ = (belongs_to("product"), belongs_to("channel"), unique("number", "product_id", "channel_id"))

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
    __table_args__ = (belongs_to("product"), belongs_to("channel"), unique("product_id", "channel_id", "source"))

    product_id: UUID
    channel_id: UUID
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    drafted_at: datetime = Field(sa_type=MOMENT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(description="the action item that drafted it")
