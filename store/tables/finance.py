"""Finance OS: invoices, payments, expenses and the money ledger."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique


class Invoice(Fact, table=True):
    __tablename__ = "invoice"
    __table_args__ = (belongs_to("customer"), unique("number"))
    APPEND_ONLY = True

    number: str
    customer_id: UUID | None = None
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    issued_at: datetime = Field(sa_type=MOMENT)
    due_at: datetime = Field(sa_type=MOMENT)


class Payment(Fact, table=True):
    __tablename__ = "payment"
    __table_args__ = (belongs_to("invoice"), unique("external_id"))
    APPEND_ONLY = True

    external_id: str
    invoice_id: UUID | None = None
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    paid_at: datetime = Field(sa_type=MOMENT)


class Expense(Fact, table=True):
    __tablename__ = "expense"
    __table_args__ = (unique("external_id"),)
    APPEND_ONLY = True

    external_id: str
    category: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    spent_at: datetime = Field(sa_type=MOMENT)


class MoneyLedgerEntry(Fact, table=True):
    """One leg of a booking; the legs of a booking sum to zero."""

    __tablename__ = "money_ledger"
    __table_args__ = (unique("booking", "leg"),)
    APPEND_ONLY = True

    booking: str
    leg: int
    account: str
    amount_minor: int = Field(sa_type=BIGINT, description="signed; debits positive")
    currency: str = Field(max_length=3)
    booked_at: datetime = Field(sa_type=MOMENT)
