"""CRM OS: what outsiders wrote to the brand or about it, kept as they wrote it."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from store.tables.base import MOMENT, Fact, belongs_to, unique


class Message(Fact, table=True):
    """A review, email, chat or mention. Its text is written by outsiders and is therefore untrusted."""

    __tablename__ = "message"
    __table_args__ = (belongs_to("customer"), belongs_to("product"), unique("external_id"))
    APPEND_ONLY = True

    external_id: str = Field(max_length=128)
    source: str = Field(description="review, email, chat or mention")
    customer_id: UUID | None = None
    product_id: UUID | None = None
    rating: int | None = Field(default=None, description="stars, 1 to 5")
    text: str
    received_at: datetime = Field(sa_type=MOMENT)
