"""Who owes what and pays late, and whether to remind a debtor now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from analytics.finance.late_cash import days_sales_outstanding
from analytics.finance.receivables import OpenInvoice, PaymentHabits
from analytics.finance.reminder_effect import RemindedInvoice, ReminderSaving, predicted_saving, share_saved
from analytics.statistics.proportions import Interval
from domain.figure import Cell
from domain.finance import LAST_LEVEL
from domain.money import BPS, share_bps
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.arguments import DebtorArguments
from tools.finance.book import DAY, QUARTER_WEEKS, WEEK, MoneyBook, money_book, rows_of
from tools.finance.results import DebtorView, ReceivablesView, ReminderView
from tools.reasons import reason_keys
from tools.sources import RowSelection, selected

HORIZON_DAYS = 42
"""Over so many days it is looked at what a reminder saved."""
COVERAGE = 0.8
LEAST_SAVED_DAYS = 1.0
"""A reminder that brings money less than a day sooner is not worth a customer's annoyance."""
_LATE_BY_DAYS, _YEAR = 1, 365


def receivables(session: BrandSession, env: ToolEnv, args: ToolArguments) -> ToolAnswer:
    """List who owes the brand money: what of it is overdue and for how long, how each debtor usually pays, and whether
    it may be reminded; how many days of sales are outside, and how many invoices are paid late."""
    book = money_book(session, env)
    owed = [debtor for debtor in book.debtors if debtor.owed_minor > 0]
    overdue = {debtor.code: _overdue_minor(book, debtor) for debtor in owed}
    records = owing.payment_records(book.debtors, book.reminders, book.now)
    paid = [record for record in records if record.paid]
    issued = sum(
        invoice.amount_minor
        for debtor in book.debtors
        for invoice in debtor.invoices
        if invoice.issued_at > book.now - QUARTER_WEEKS * WEEK
    )
    total = sum(debtor.owed_minor for debtor in owed)
    outstanding = days_sales_outstanding(total, max(issued, 0), QUARTER_WEEKS * 7)
    late = sum(record.days > record.terms_days + _LATE_BY_DAYS for record in paid)
    view = ReceivablesView(
        currency=book.currency,
        status="told" if records else "abstained",
        reasons=[] if records else reason_keys("finance", ["no_invoices"]),
        owed=cells.money(total, book.currency),
        overdue=cells.money(sum(overdue.values()), book.currency),
        outstanding=None if outstanding is None else cells.days(round(outstanding)),
        late_share=cells.rate(share_bps(late, len(paid))) if paid else None,
        invoices_paid=cells.count(len(paid)),
        debtors=[
            _debtor_view(book, debtor)
            for debtor in sorted(owed, key=lambda debtor: (-overdue[debtor.code], debtor.code))
        ],
    )
    return ToolAnswer(view, rows_of(session, env, "invoice", "payment"))


def reminder_advice(session: BrandSession, env: ToolEnv, args: DebtorArguments) -> ToolAnswer:
    """Work out whether to remind a debtor of its overdue invoices now: how long they will take yet by its own habit of
    paying, how much sooner a reminder should bring them, by what earlier reminders did where they were measured, and
    what that is worth at the brand's cost of capital, with an 80 % interval."""
    book = money_book(session, env)
    debtor = next((debtor for debtor in book.debtors if debtor.code == args.debtor), None)
    view = _blank(book, args.debtor, "unknown_debtor") if debtor is None else _advice(book, debtor)
    return ToolAnswer(view, _sources(session, env, debtor))


def _sources(session: BrandSession, env: ToolEnv, debtor: owing.Debtor | None) -> tuple[RowSelection, ...]:
    if debtor is None or debtor.customer_id is None:
        return ()
    own = [invoice.id for invoice in debtor.invoices]
    return (
        selected(session, "invoice", customer_id=debtor.customer_id),
        selected(session, "payment", invoice_id=own),
        *rows_of(session, env, "invoice_reminder"),
    )


def may_be_reminded(book: MoneyBook, invoice: reads.InvoiceState) -> bool:
    """Whether an overdue invoice has not been reminded of lately, nor for the last time."""
    had = book.reminders.get(invoice.id)
    every = timedelta(days=book.rules.reminder_every_days)
    return had is None or (had.level < LAST_LEVEL and had.last_at <= book.now - every)


def past_reminders(book: MoneyBook) -> list[RemindedInvoice]:
    """Earlier reminders that have had their time, or their money: each invoice as it stood when reminded first."""
    reminded = []
    for debtor in book.debtors:
        for invoice in debtor.invoices:
            had = book.reminders.get(invoice.id)
            if had is None:
                continue
            settled = invoice.last_paid_at if debtor.lacks[invoice.number] == 0 else None
            waited = ((settled or book.now) - had.first_at) / DAY
            elapsed = (book.now - had.first_at) / DAY
            if elapsed >= HORIZON_DAYS:
                reminded.append(
                    RemindedInvoice(book.as_open(debtor, invoice, had.first_at), max(waited, 0.0), HORIZON_DAYS)
                )
    return reminded


def _overdue_minor(book: MoneyBook, debtor: owing.Debtor) -> int:
    return sum(debtor.lacks[invoice.number] for invoice in debtor.overdue(book.now))


def _debtor_view(book: MoneyBook, debtor: owing.Debtor) -> DebtorView:
    overdue = debtor.overdue(book.now)
    terms = owing.terms_days(debtor.open[-1])
    usual = None if book.habits is None else book.habits.typical_days(debtor.place, terms)
    return DebtorView(
        debtor=debtor.code,
        owed=cells.money(debtor.owed_minor, book.currency),
        overdue=cells.money(_overdue_minor(book, debtor), book.currency),
        oldest=cells.days(max(((book.now - invoice.due_at) // DAY for invoice in overdue), default=0)),
        usual=None if usual is None else cells.days(round(usual)),
        terms=cells.days(round(terms)),
        may_be_reminded=bool(debtor.code) and any(may_be_reminded(book, invoice) for invoice in overdue),
    )


def _blank(book: MoneyBook, debtor: str, reason: str, status: str = "abstained") -> ReminderView:
    return ReminderView.model_validate(
        {
            "debtor": debtor, "currency": book.currency, "status": status, "invoices": [],
            "reasons": reason_keys("finance", [reason]),
        }
    )  # fmt: skip


def _advice(book: MoneyBook, debtor: owing.Debtor) -> ReminderView:
    overdue = debtor.overdue(book.now)
    due = [invoice for invoice in overdue if may_be_reminded(book, invoice)]
    if not overdue:
        return _blank(book, debtor.code, "nothing_overdue", "wait")
    if not due:
        spent = all(had is not None and had.level >= LAST_LEVEL for had in (book.reminders.get(o.id) for o in overdue))
        return _blank(book, debtor.code, "reminded_out" if spent else "reminded_lately", "wait")
    if book.habits is None:
        return _blank(book, debtor.code, "too_few_paid")
    past = past_reminders(book)
    share = share_saved(book.habits, past)
    saved = predicted_saving(
        book.habits, [book.as_open(debtor, invoice) for invoice in due], share, HORIZON_DAYS, COVERAGE
    )
    if saved.days.value < LEAST_SAVED_DAYS and not _later_than_usual(book.habits, debtor, due, book.now):
        return _blank(book, debtor.code, "pays_anyway", "wait")
    return _reminder_view(book, debtor, due, len(past), share, saved)


def _later_than_usual(
    habits: PaymentHabits, debtor: owing.Debtor, due: Sequence[reads.InvoiceState], now: datetime
) -> bool:
    """Whether one of them has been open for longer than the debtor, as likely as not, takes to pay."""
    usual = {invoice.number: habits.typical_days(debtor.place, owing.terms_days(invoice)) for invoice in due}
    return any(owing.days_since(invoice, now) > usual[invoice.number] + _LATE_BY_DAYS for invoice in due)


def _reminder_view(
    book: MoneyBook, debtor: owing.Debtor, due: Sequence[reads.InvoiceState], measured: int, share: Interval,
    saved: ReminderSaving,
) -> ReminderView:  # fmt: skip
    assert book.habits is not None
    levels = [had.level for invoice in due if (had := book.reminders.get(invoice.id))]
    wait = _wait_days(book.habits, [book.as_open(debtor, invoice) for invoice in due])
    a_day = book.rules.capital_bps_a_year / BPS / _YEAR
    gains = {} if not a_day else {
        "gain": cells.money(saved.minor_days.value * a_day, book.currency),
        "gain_low": cells.money(saved.minor_days.low * a_day, book.currency),
        "gain_high": cells.money(saved.minor_days.high * a_day, book.currency),
    }  # fmt: skip
    return ReminderView(
        debtor=debtor.code,
        currency=book.currency,
        status="remind",
        reasons=reason_keys("finance", ["overdue"]),
        invoices=[invoice.number for invoice in due],
        level=cells.count(max(levels, default=0) + 1),
        overdue=cells.money(sum(debtor.lacks[invoice.number] for invoice in due), book.currency),
        oldest=cells.days(max((book.now - invoice.due_at) // DAY for invoice in due)),
        wait=cells.days(round(wait)),
        share=cells.share(share.value),
        share_is_assumed=not measured,
        measured=cells.count(measured),
        saved=_days(saved.days.value),
        saved_low=_days(saved.days.low),
        saved_high=_days(saved.days.high),
        coverage=cells.share(COVERAGE),
        horizon=cells.days(HORIZON_DAYS),
        **gains,
    )


def _days(value: float) -> Cell:
    return Cell(value=round(value, 1), unit="days", decimals=1)


def _wait_days(habits: PaymentHabits, invoices: Sequence[OpenInvoice]) -> float:
    """The wait without a reminder within the horizon, by amount."""
    nothing = Interval(1.0, 1.0, 1.0)
    return predicted_saving(habits, invoices, nothing, HORIZON_DAYS).days.value
