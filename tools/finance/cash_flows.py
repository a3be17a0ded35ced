"""Cash ahead by the brand's books: past weeks, money that debtors owe, and suppliers' bills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.finance.cash import PlannedPayment, Receivable
from analytics.finance.cash_plan import Delays, PastWeeks
from analytics.finance.late_cash import unpaid_curve
from analytics.finance.receivables import paid_by_week
from analytics.pricing.panel import Floats
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.reads.stands import expected_expenses
from store.session import BrandSession
from tools.finance.book import DAY, FLOW_WEEKS, WEEK, MoneyBook, is_goods

OUTLOOK_WEEKS = 13
_USUAL_DELAY_WEEKS = 6
"""Weeks from order to payment, where no order tells."""
_LONG_AGO_DAYS = 730


@dataclass(frozen=True, eq=False)
class CashFlows:
    """The parts of cash ahead. `on_time` are the same receivables, paid when they are due."""

    past: PastWeeks
    delays: Delays
    receivables: Sequence[Receivable]
    on_time: Sequence[Receivable]
    bills: Sequence[PlannedPayment]
    cash_in: int
    cash_out: int
    """Over the last quarter: all that came, and all that went."""
    last_received: datetime | None
    last_spent: datetime | None
    """When money came, and went, for the last time within the weeks looked at; None where it is not known to."""


def cash_flows(session: BrandSession, book: MoneyBook) -> CashFlows:
    start = book.midnight - FLOW_WEEKS * WEEK
    receipts = reads.cash_receipts(session, book.currency, start)
    spent = reads.expenses(session, book.currency, start)
    bills = reads.bills(session, book.currency, book.now - _LONG_AGO_DAYS * DAY)
    first_known = min(
        [start + day * DAY for day, *_ in receipts] + [expense.spent_at for expense in spent], default=book.midnight
    )
    weeks = min((book.midnight - first_known) // WEEK, FLOW_WEEKS)
    past = PastWeeks(
        received=_weekly([(start + day * DAY, other) for day, _, other in receipts], book, weeks),
        spent=_weekly(
            [(expense.spent_at, expense.amount_minor) for expense in spent if not is_goods(expense.category)],
            book,
            weeks,
        ),
        invoiced=_weekly(
            [(invoice.issued_at, invoice.amount_minor) for d in book.debtors for invoice in d.invoices], book, weeks
        ),
        ordered=_weekly([(bill.ordered_at, bill.amount_minor) for bill in bills], book, weeks),
    )
    quarter = book.midnight - OUTLOOK_WEEKS * WEEK
    open_now = [(debtor, invoice) for debtor in book.debtors for invoice in debtor.open]
    return CashFlows(
        past=past,
        delays=Delays(_invoice_delay(book), _order_delay(bills)),
        receivables=[_receivable(book, debtor, invoice) for debtor, invoice in open_now],
        on_time=[_on_time(book, debtor, invoice) for debtor, invoice in open_now],
        bills=_due([*_bills_due(bills), *_decided(session, book)], book),
        cash_in=sum(invoiced + other for day, invoiced, other in receipts if start + day * DAY >= quarter),
        cash_out=sum(expense.amount_minor for expense in spent if expense.spent_at >= quarter),
        last_received=max((start + day * DAY for day, *_ in receipts), default=None),
        last_spent=max((expense.spent_at for expense in spent), default=None),
    )


def _weekly(dated: Sequence[tuple[datetime, int]], book: MoneyBook, weeks: int) -> Floats:
    """Sums by whole week up to last midnight, oldest first."""
    sums = np.zeros(max(weeks, 0))
    for moment, amount in dated:
        back = (book.midnight - moment) / WEEK
        if 0 < back <= weeks:
            sums[weeks - 1 - int(np.ceil(back) - 1)] += amount
    return sums


def _receivable(book: MoneyBook, debtor: owing.Debtor, invoice: reads.InvoiceState) -> Receivable:
    """Paid when this debtor's habit says; on the day it is due, where no habits are known."""
    if book.habits is None:
        return _on_time(book, debtor, invoice)
    chances = paid_by_week(book.habits, book.as_open(debtor, invoice), OUTLOOK_WEEKS)
    return Receivable(debtor.lacks[invoice.number], chances)


def _on_time(book: MoneyBook, debtor: owing.Debtor, invoice: reads.InvoiceState) -> Receivable:
    week = max((invoice.due_at - book.now) / WEEK, 0.0)
    return Receivable(debtor.lacks[invoice.number], [float(ahead >= week) for ahead in range(1, OUTLOOK_WEEKS + 1)])


def _invoice_delay(book: MoneyBook) -> list[float]:
    """Shares of an invoice that have come in after each week (OUTLOOK_WEEKS,): Kaplan and Meier's curve of all."""
    records = owing.payment_records(book.debtors, book.reminders, book.now)
    if not any(record.paid for record in records):
        return [0.0] * OUTLOOK_WEEKS
    curve = unpaid_curve(np.array([record.days for record in records]), np.array([record.paid for record in records]))
    # what is invoiced over the weeks ahead is on average half a week older than its week's end says
    return [1 - curve.at(7.0 * (week - 0.5)) for week in range(1, OUTLOOK_WEEKS + 1)]


def _order_delay(bills: Sequence[reads.SupplierBill]) -> list[float]:
    """Shares of an order that have been paid for after each week (OUTLOOK_WEEKS,), from 0 to 1."""
    took = [(bill.due_at - bill.ordered_at) / DAY for bill in bills if bill.received_at and bill.due_at]
    if not took:
        return [float(week >= _USUAL_DELAY_WEEKS) for week in range(1, OUTLOOK_WEEKS + 1)]
    return [float(np.mean(np.array(took) <= 7.0 * (week - 0.5))) for week in range(1, OUTLOOK_WEEKS + 1)]


def _bills_due(bills: Sequence[reads.SupplierBill]) -> list[tuple[datetime, int]]:
    """Due dates and amounts (minor units) of suppliers' bills."""
    return [(bill.due_at, bill.amount_minor) for bill in bills if bill.due_at is not None]


def _decided(session: BrandSession, book: MoneyBook) -> list[tuple[datetime, int]]:
    """Trips, visits and bonuses that were decided on and not paid for yet."""
    ahead = expected_expenses(session, book.now + OUTLOOK_WEEKS * WEEK)
    return [(expense.expected_at, expense.amount_minor) for expense in ahead if expense.currency == book.currency]


def _due(dated: Sequence[tuple[datetime, int]], book: MoneyBook) -> list[PlannedPayment]:
    """Payments due from today on, by week; what fell due before counts as paid."""
    by_week: dict[int, int] = {}
    for moment, amount in dated:
        if moment >= book.midnight:
            week = int((moment - book.midnight) / WEEK) + 1
            by_week[week] = by_week.get(week, 0) + amount
    return [PlannedPayment(amount, week) for week, amount in sorted(by_week.items()) if amount > 0]
