"""Finance OS: invoices, payments, reminders, expenses and those flagged, campaign budgets, and the money ledger."""
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


class InvoiceReminder(Fact, table=True):
    """A debtor was reminded of an invoice: once, twice, and at last."""

    __tablename__ = "invoice_reminder"
    __table_args__ = (belongs_to("invoice"), unique("invoice_id", "level"))
    APPEND_ONLY = True

    invoice_id: UUID
    sent_at: datetime = Field(sa_type=MOMENT)
    level: int = Field(ge=1, le=3)
    source: str = Field(description="the action item that reminded")


class Expense(Fact, table=True):
    __tablename__ = "expense"
    __table_args__ = (unique("external_id"),)
    APPEND_ONLY = True

    external_id: str
    category: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    spent_at: datetime = Field(sa_type=MOMENT)


class FlaggedExpense(Fact, table=True):
    """An expense that a person was asked to look at, and the task that asks."""

    __tablename__ = "expense_flag"
    __table_args__ = (belongs_to("expense"), belongs_to("task"), unique("expense_id", "source"))

    expense_id: UUID
    task_id: UUID
    reason: str
    flagged_at: datetime = Field(sa_type=MOMENT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(description="the action item that flagged it")


class CampaignBudget(Fact, table=True):
    """What an advertising campaign may spend a week from a moment on."""

    __tablename__ = "campaign_budget"
    __table_args__ = (unique("campaign", "valid_from", "source"),)
    APPEND_ONLY = True

    campaign: str = Field(max_length=128)
    weekly_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    valid_from: datetime = Field(sa_type=MOMENT)
    source: str = Field(default="import", description="`import`, or the action item that set it")


class BankBalance(Fact, table=True):
    """What an account held, as the bank said."""

    __tablename__ = "bank_balance"
    __table_args__ = (unique("account", "balance_at"),)
    APPEND_ONLY = True

    account: str = Field(max_length=128)
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    balance_at: datetime = Field(sa_type=MOMENT)


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
