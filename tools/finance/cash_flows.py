"""What the brand's books say of cash ahead: past weeks, money that debtors owe, and suppliers' bills."""

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
"""From order to payment, where no order tells."""
_LONG_AGO_DAYS = 730


@dataclass(frozen=True, eq=False)
class CashFlows:
    """What cash ahead is made of. `on_time` are the same receivables, paid when they are due."""

    past: PastWeeks
    delays: Delays
    receivables: Sequence[Receivable]
    on_time: Sequence[Receivable]
    bills: Sequence[PlannedPayment]
    cash_in: int
    cash_out: int
    """Over the last quarter: all that came, and all that went."""


def cash_flows(session: BrandSession, book: MoneyBook) -> CashFlows:
    start = book.midnight - FLOW_WEEKS * WEEK
    came = reads.cash_receipts(session, book.currency, start)
    spent = reads.expenses(session, book.currency, start)
    bills = reads.bills(session, book.currency, book.now - _LONG_AGO_DAYS * DAY)
    first_known = min([start + day * DAY for day, *_ in came] + [one.spent_at for one in spent], default=book.midnight)
    weeks = min((book.midnight - first_known) // WEEK, FLOW_WEEKS)
    past = PastWeeks(
        received=_weekly([(start + day * DAY, other) for day, _, other in came], book, weeks),
        spent=_weekly([(one.spent_at, one.amount_minor) for one in spent if not is_goods(one.category)], book, weeks),
        invoiced=_weekly([(one.issued_at, one.amount_minor) for d in book.debtors for one in d.invoices], book, weeks),
        ordered=_weekly([(one.ordered_at, one.amount_minor) for one in bills], book, weeks),
    )
    quarter = book.midnight - OUTLOOK_WEEKS * WEEK
    open_now = [(debtor, one) for debtor in book.debtors for one in debtor.open]
    return CashFlows(
        past=past,
        delays=Delays(_invoice_delay(book), _order_delay(bills)),
        receivables=[_receivable(book, debtor, one) for debtor, one in open_now],
        on_time=[_on_time(book, debtor, one) for debtor, one in open_now],
        bills=_due([*_bills_due(bills), *_decided(session, book)], book),
        cash_in=sum(invoiced + other for day, invoiced, other in came if start + day * DAY >= quarter),
        cash_out=sum(one.amount_minor for one in spent if one.spent_at >= quarter),
    )


def _weekly(dated: Sequence[tuple[datetime, int]], book: MoneyBook, weeks: int) -> Floats:
    """Sums by whole week up to last midnight, oldest first."""
    found = np.zeros(max(weeks, 0))
    for moment, amount in dated:
        back = (book.midnight - moment) / WEEK
        if 0 < back <= weeks:
            found[weeks - 1 - int(np.ceil(back) - 1)] += amount
    return found


def _receivable(book: MoneyBook, debtor: owing.Debtor, one: reads.InvoiceState) -> Receivable:
    """Paid when this debtor's habit says; on the day it is due, where no habits are known."""
    if book.habits is None:
        return _on_time(book, debtor, one)
    chances = paid_by_week(book.habits, book.as_open(debtor, one), OUTLOOK_WEEKS)
    return Receivable(debtor.lacks[one.number], chances)


def _on_time(book: MoneyBook, debtor: owing.Debtor, one: reads.InvoiceState) -> Receivable:
    week = max((one.due_at - book.now) / WEEK, 0.0)
    return Receivable(debtor.lacks[one.number], [float(ahead >= week) for ahead in range(1, OUTLOOK_WEEKS + 1)])


def _invoice_delay(book: MoneyBook) -> list[float]:
    """How much of what is invoiced has come after each week: Kaplan and Meier's curve of all invoices."""
    told = owing.payment_records(book.debtors, book.reminders, book.now)
    if not any(one.paid for one in told):
        return [0.0] * OUTLOOK_WEEKS
    curve = unpaid_curve(np.array([one.days for one in told]), np.array([one.paid for one in told]))
    # what is invoiced over the weeks ahead is on average half a week older than its week's end says
    return [1 - curve.at(7.0 * (week - 0.5)) for week in range(1, OUTLOOK_WEEKS + 1)]


def _order_delay(bills: Sequence[reads.SupplierBill]) -> list[float]:
    """How much of what is ordered has been paid for after each week."""
    took = [(one.due_at - one.ordered_at) / DAY for one in bills if one.received_at and one.due_at]
    if not took:
        return [float(week >= _USUAL_DELAY_WEEKS) for week in range(1, OUTLOOK_WEEKS + 1)]
    return [float(np.mean(np.array(took) <= 7.0 * (week - 0.5))) for week in range(1, OUTLOOK_WEEKS + 1)]


def _bills_due(bills: Sequence[reads.SupplierBill]) -> list[tuple[datetime, int]]:
    """When suppliers' bills fall due, and what they come to."""
    return [(one.due_at, one.amount_minor) for one in bills if one.due_at is not None]


def _decided(session: BrandSession, book: MoneyBook) -> list[tuple[datetime, int]]:
    """Trips, visits and bonuses that were decided on and not paid for yet."""
    ahead = expected_expenses(session, book.now + OUTLOOK_WEEKS * WEEK)
    return [(one.expected_at, one.amount_minor) for one in ahead if one.currency == book.currency]


def _due(dated: Sequence[tuple[datetime, int]], book: MoneyBook) -> list[PlannedPayment]:
    """What falls due from today on, by week; what fell due before counts as paid."""
    found: dict[int, int] = {}
    for moment, amount in dated:
        if moment >= book.midnight:
            week = int((moment - book.midnight) / WEEK) + 1
            found[week] = found.get(week, 0) + amount
    return [PlannedPayment(amount, week) for week, amount in sorted(found.items()) if amount > 0]
