"""Finance OS: invoices, payments, reminders, expenses paid, expected and flagged, balances, and the money ledger."""
# pyright: reportAssignmentType=false

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from store.tables.base import BIGINT, MOMENT, Fact, belongs_to, unique
from store.tables.customers import Customer
from store.tables.files import Booking, File, code, code_of, moment, signed_amount
from store.tables.served import STAFF, Served
from store.tables.work import Task


class Invoice(Fact, table=True):
    __tablename__ = "invoice"
    __table_args__ = (belongs_to(Customer), unique("number"))
    APPEND_ONLY = True
    SERVED = Served("finance", "invoices", STAFF)
    FILES = (
        File(
            "invoices",
            "an invoice to a customer",
            {
                "number": code(),
                "customer": code_of("customer_id"),
                "amount": signed_amount(),
                "issued_at": moment(),
                "due_at": moment(),
            },
            known_at="issued_at",
            booking=Booking("invoice {number}", debit="receivables", credit="revenue", at="issued_at"),
        ),
    )

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
    SERVED = Served("finance", "payments", STAFF)
    FILES = (
        File(
            "payments",
            "money received",
            {
                "id": code("external_id"),
                "invoice": code_of("invoice_id"),
                "amount": signed_amount(),
                "paid_at": moment(),
            },
            known_at="paid_at",
            booking=Booking("payment {id}", debit="cash", credit="receivables", at="paid_at"),
        ),
    )

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
    SERVED = Served("finance", "reminders", STAFF)

    invoice_id: UUID
    sent_at: datetime = Field(sa_type=MOMENT)
    level: int = Field(ge=1, le=3)
    source: str = Field(description="the action item that reminded")


class Expense(Fact, table=True):
    __tablename__ = "expense"
    __table_args__ = (unique("external_id"),)
    APPEND_ONLY = True
    SERVED = Served("finance", "expenses", STAFF)
    FILES = (
        File(
            "expenses",
            "money spent; `goods` or `goods:ORDER` is what suppliers got, `advertising:CAMPAIGN` what a campaign "
            "spent, `affiliate:CODE` a commission, `chargebacks` what buyers took back through their banks",
            {"id": code("external_id"), "category": code(), "amount": signed_amount(), "spent_at": moment()},
            known_at="spent_at",
            booking=Booking("expense {id}", debit="expense:{category}", credit="cash", at="spent_at"),
        ),
    )

    external_id: str
    category: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    spent_at: datetime = Field(sa_type=MOMENT)


class FlaggedExpense(Fact, table=True):
    """An expense that a person was asked to look at, and the task that asks."""

    __tablename__ = "expense_flag"
    __table_args__ = (belongs_to("expense"), belongs_to(Task), unique("expense_id", "source"))
    SERVED = Served("finance", "expense-flags", STAFF)

    expense_id: UUID
    task_id: UUID
    reason: str
    flagged_at: datetime = Field(sa_type=MOMENT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(description="the action item that flagged it")


class ExpectedExpense(Fact, table=True):
    """The cost of something decided, before the bill comes: Finance counts with it."""

    __tablename__ = "expected_expense"
    __table_args__ = (unique("source", "category"),)
    SERVED = Served("finance", "expected-expenses", STAFF)

    category: str
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    expected_at: datetime = Field(sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    source: str = Field(description="the action item that decided it")


class BankBalance(Fact, table=True):
    """The balance of an account, as the bank said."""

    __tablename__ = "bank_balance"
    __table_args__ = (unique("account", "balance_at"),)
    APPEND_ONLY = True
    SERVED = Served("finance", "bank-balances", STAFF)
    FILES = (
        File(
            "bank_balances",
            "what an account held, as the bank said",
            {"account": code(), "amount": signed_amount(), "balance_at": moment()},
            known_at="balance_at",
        ),
    )

    account: str = Field(max_length=128)
    amount_minor: int = Field(sa_type=BIGINT)
    currency: str = Field(max_length=3)
    balance_at: datetime = Field(sa_type=MOMENT)


class MoneyLedgerEntry(Fact, table=True):
    """One leg of a booking; the legs of a booking sum to zero."""

    __tablename__ = "money_ledger"
    __table_args__ = (unique("booking", "leg"),)
    APPEND_ONLY = True
    SERVED = Served("finance", "ledger-entries", STAFF)

    booking: str
    leg: int
    account: str
    amount_minor: int = Field(sa_type=BIGINT, description="signed; debits positive")
    currency: str = Field(max_length=3)
    booked_at: datetime = Field(sa_type=MOMENT)
