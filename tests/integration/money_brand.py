"""A small brand whose debtors, expenses and budgets are known."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.context import Context
from store.database import Database
from store.tables import BankBalance, CampaignBudget, Customer, Expense, Invoice, Payment

DAY = timedelta(days=1)
TERMS_DAYS = 30


def bill(
    database: Database, ctx: Context, debtor: str, took_days: Sequence[int], still_open: Mapping[str, int], amount: int
) -> None:
    """A debtor with invoices that were paid so many days after issue, and open ones by number: days since issue."""
    long_ago = ctx.now() - 900 * DAY
    with database.begin(ctx) as session:
        customer = Customer(code=debtor, name=debtor, known_at=long_ago)
        session.add(customer)
        session.flush()
        for at, days in enumerate(took_days):
            issued = ctx.now() - (100 + days + 7 * at) * DAY
            invoice = _invoice(customer.id, f"{debtor}-{at}", amount, issued)
            session.add(invoice)
            session.flush()
            session.add(_payment(invoice, issued + days * DAY))
        session.add_all(
            _invoice(customer.id, number, amount, ctx.now() - age * DAY) for number, age in still_open.items()
        )


def pay(database: Database, ctx: Context, number: str, moment: datetime) -> None:
    """The invoice of a number is paid whole."""
    from sqlalchemy import select
    from sqlmodel import col

    with database.begin(ctx) as session:
        invoice = session.scalars(select(Invoice).where(col(Invoice.number) == number)).one()
        session.add(_payment(invoice, moment))


def _invoice(customer: UUID, number: str, amount: int, issued: datetime) -> Invoice:
    return Invoice(
        number=number, customer_id=customer, amount_minor=amount, currency="EUR", issued_at=issued,
        due_at=issued + TERMS_DAYS * DAY, known_at=issued,
    )  # fmt: skip


def _payment(invoice: Invoice, moment: datetime) -> Payment:
    return Payment(
        external_id=f"pay {invoice.number}", invoice_id=invoice.id, amount_minor=invoice.amount_minor, currency="EUR",
        paid_at=moment, known_at=moment,
    )  # fmt: skip


def spend(database: Database, ctx: Context, category: str, weekly: Sequence[int]) -> None:
    """An expense a week, the last one three days ago."""
    with database.begin(ctx) as session:
        for back, amount in enumerate(reversed(weekly)):
            when = ctx.now() - (3 + 7 * back) * DAY
            session.add(
                Expense(
                    external_id=f"{category} {back}", category=category, amount_minor=amount, currency="EUR",
                    spent_at=when, known_at=when,
                )
            )  # fmt: skip


def budget(database: Database, ctx: Context, **weekly: int) -> None:
    when = ctx.now() - 200 * DAY
    with database.begin(ctx) as session:
        for name, amount in weekly.items():
            row = CampaignBudget(campaign=name, weekly_minor=amount, currency="EUR", valid_from=when, known_at=when)
            session.add(row)


def bank(database: Database, ctx: Context, amount: int) -> None:
    when = ctx.now() - DAY
    with database.begin(ctx) as session:
        session.add(BankBalance(account="main", amount_minor=amount, currency="EUR", balance_at=when, known_at=when))


def receive(database: Database, ctx: Context, weekly: Sequence[int]) -> None:
    """Other money than for invoices, a payment a week."""
    with database.begin(ctx) as session:
        for back, amount in enumerate(reversed(weekly)):
            when = ctx.now() - (3 + 7 * back) * DAY
            session.add(
                Payment(external_id=f"payout {back}", amount_minor=amount, currency="EUR", paid_at=when, known_at=when)
            )


def receive_once(database: Database, ctx: Context, amount: int, days_ago: int) -> None:
    """Other money than for an invoice, so many days ago."""
    when = ctx.now() - days_ago * DAY
    with database.begin(ctx) as session:
        row = Payment(
            external_id=f"payout of {days_ago} days ago",
            amount_minor=amount,
            currency="EUR",
            paid_at=when,
            known_at=when,
        )
        session.add(row)
