"""CRM OS: who was written to and who was left out at random, and those who may become customers."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class MessageSend(Fact, table=True):
    """One customer drawn for one campaign: written to, or held out. What they were then expected to do stands beside.

    `source` is the action item that sent it.
    """

    __tablename__ = "message_send"
    __table_args__ = (
        belongs_to("customer"),
        unique("source", "customer_id"),
        Index("message_send_sent", "brand_id", "sent_at"),
    )
    APPEND_ONLY = True

    source: str
    customer_id: UUID
    arm: str = Field(description="treated or holdout")
    segment: str = Field(description="the customer's own segment then, by recency, frequency and spend")
    template: str
    worth_minor: int = Field(sa_type=BIGINT, description="contribution expected of them in the year to come")
    cost_per_thousand_minor: int = Field(sa_type=BIGINT)
    sent_at: datetime = Field(sa_type=MOMENT)


class Lead(Fact, table=True):
    """Somebody who may become a customer. `followed_up_at` is when this product first had a person get back to them."""

    __tablename__ = "lead"
    __table_args__ = (unique("code"),)

    code: str = Field(max_length=128)
    company: str = ""
    contact: str = ""
    stage: str = "new"
    value_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    source: str = ""
    opened_at: datetime = Field(sa_type=MOMENT)
    last_contact_at: datetime | None = Field(default=None, sa_type=MOMENT)
    next_step_at: datetime | None = Field(default=None, sa_type=MOMENT)
    followed_up_at: datetime | None = Field(default=None, sa_type=MOMENT)
    won_at: datetime | None = Field(default=None, sa_type=MOMENT)
    lost_at: datetime | None = Field(default=None, sa_type=MOMENT)
