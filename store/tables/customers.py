"""CRM OS: customers, what they wrote, who was written to or left out at random, and who may become a customer."""
# pyright: reportAssignmentType=false

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from domain.actor import Role
from store.tables.base import BIGINT, MOMENT, BrandOwned, Fact, belongs_to, unique
from store.tables.catalog import Product
from store.tables.files import File, amount, choice, code, code_of, moment, text, whole
from store.tables.served import STAFF, Served

_READERS = STAFF | {Role.SALES_MANAGER, Role.MARKETING}


class Customer(Fact, table=True):
    __tablename__ = "customer"
    __table_args__ = (unique("code"),)
    SERVED = Served("crm", "customers", _READERS, personal=frozenset({"name", "email"}))
    FILES = (
        File(
            "customers",
            "a customer; only the code is needed",
            {"code": code(), "name": text(), "email": text(), "cohort": text()},
        ),
    )

    code: str = Field(max_length=128)
    name: str = ""
    email: str = ""
    cohort: str = ""


class Message(Fact, table=True):
    """A review, email, chat or mention, kept as its writer wrote it."""

    __tablename__ = "message"
    __table_args__ = (belongs_to("customer"), belongs_to(Product), unique("external_id"))
    APPEND_ONLY = True
    SERVED = Served("crm", "messages", _READERS, personal=frozenset({"text"}))
    UNTRUSTED = frozenset({"text"})
    FILES = (
        File(
            "messages",
            "what somebody wrote to the brand or about it; `source` is review, email, chat or mention, `rating` 1 to 5 "
            "stars, `text` up to 4,000 characters that count as untrusted",
            {
                "id": code("external_id"),
                "source": choice("review", "email", "chat", "mention"),
                "customer": code_of("customer_id"),
                "sku": code_of("product_id"),
                "rating": whole(1, 5),
                "text": text(at_most=4_000),
                "received_at": moment(),
            },
            known_at="received_at",
        ),
    )

    external_id: str = Field(max_length=128)
    source: str = Field(description="review, email, chat or mention")
    customer_id: UUID | None = None
    product_id: UUID | None = None
    rating: int | None = Field(default=None, description="stars, 1 to 5")
    text: str
    received_at: datetime = Field(sa_type=MOMENT)


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
    SERVED = Served("crm", "message-sends", _READERS)

    source: str
    customer_id: UUID
    arm: str = Field(description="treated or holdout")
    segment: str = Field(description="the customer's own segment then, by recency, frequency and spend")
    template: str
    worth_minor: int = Field(sa_type=BIGINT, description="contribution expected of them in the year to come")
    cost_per_thousand_minor: int = Field(sa_type=BIGINT)
    sent_at: datetime = Field(sa_type=MOMENT)


class MessageDraw(BrandOwned, table=True):
    """One customer drawn for a campaign that has not wholly left the house: reserved, until written to or released."""

    __tablename__ = "message_draw"
    __table_args__ = (
        belongs_to("customer"),
        unique("source", "customer_id"),
        Index("message_draw_status", "brand_id", "status", "drawn_at"),
    )

    source: str
    customer_id: UUID
    arm: str = Field(description="treated or holdout")
    segment: str
    template: str
    worth_minor: int = Field(sa_type=BIGINT)
    cost_per_thousand_minor: int = Field(sa_type=BIGINT)
    status: str = Field(description="reserved, sent or released")
    drawn_at: datetime = Field(sa_type=MOMENT)


class Lead(Fact, table=True):
    """Somebody who may become a customer. `followed_up_at` is when this product first had a person get back to them."""

    __tablename__ = "lead"
    __table_args__ = (unique("code"),)
    SERVED = Served("crm", "leads", _READERS, personal=frozenset({"company", "contact"}))
    FILES = (
        File(
            "leads",
            "somebody who may become a customer; `stage` is new, contacted, offered, won or lost, `value` what they "
            "would order",
            {
                "code": code(),
                "company": text(),
                "contact": text(),
                "stage": choice("new", "contacted", "offered", "won", "lost"),
                "value": amount(default=Decimal(0)),
                "source": text(),
                "opened_at": moment(),
                "last_contact_at": moment(),
                "won_at": moment(),
                "lost_at": moment(),
            },
            known_at="opened_at",
        ),
    )

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
