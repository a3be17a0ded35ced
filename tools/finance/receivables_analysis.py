"""Who owes what and pays late, whose money may never come, and whom to remind now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Literal

from analytics.finance.late_cash import days_sales_outstanding
from analytics.finance.receivables import OpenInvoice, PaymentHabits
from analytics.finance.reminder_effect import (
    MoneyTerms,
    RemindedInvoice,
    ReminderGain,
    predicted_gain,
    share_saved,
)
from analytics.statistics.proportions import Interval
from domain.figure import Cell
from domain.finance import INVOICE_REMIND, LAST_LEVEL, MOST_REMINDED
from domain.money import BPS, share_bps
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.reads.finance.declined import answered_reminders
from store.session import BrandSession
from tools import cells
from tools.base import ToolAnswer, ToolArguments, ToolEnv
from tools.finance.arguments import DebtorsArguments
from tools.finance.book import DAY, QUARTER_WEEKS, WEEK, MoneyBook, money_book, rows_of
from tools.finance.results import DebtorView, ReceivablesView, ReminderLineView, ReminderView, RestingDebtor
from tools.reasons import reason_keys
from tools.sources import RowSelection, selected

HORIZON_DAYS = 42
"""Over so many days it is looked at what a reminder saved."""
COVERAGE = 0.8
LEAST_SAVED_DAYS = 1.0
"""A reminder that brings money less than a day sooner is not worth a customer's annoyance."""
DEFAULT_DAYS = 90
"""So late past its terms an invoice is taken to be defaulted (IFRS 9, paragraph B5.5.37)."""
_LATE_BY_DAYS, _YEAR = 1, 365


@dataclass(frozen=True)
class _Line:
    """A debtor to be reminded, and of which invoices."""

    debtor: owing.Debtor
    due: Sequence[reads.InvoiceState]


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


def reminder_advice(session: BrandSession, env: ToolEnv, args: DebtorsArguments) -> ToolAnswer:
    """Work out whom to remind of overdue invoices now, everybody together: how long these will take yet by the debtors'
    own habits of paying, how much sooner reminders should bring them, by what earlier ones did where they were
    measured, and what that is worth with an 80 % interval: interest at the brand's cost of capital, and what is spared
    of the money that may never come. Who was reminded lately, pays anyway, or was taken off the list, rests."""
    book, taken_off = money_book(session, env), taken_off_lately(session)
    known = {debtor.code: debtor for debtor in book.debtors}
    wanted = [known[code] for code in args.debtors if code in known] if args.debtors else _reminded_first(book)
    lines, resting = list[_Line](), list[RestingDebtor]()
    for debtor in wanted:
        judged = _judged(book, debtor, args, taken_off)
        (lines if isinstance(judged, _Line) else resting).append(judged)  # pyright: ignore[reportArgumentType]
    lines = _as_many_as_fit(lines)
    resting += [_resting(code, "unknown_debtor", "abstained") for code in args.debtors if code not in known]
    return ToolAnswer(_advice(book, lines, resting), _sources(session, env, wanted))


def _as_many_as_fit(lines: Sequence[_Line]) -> list[_Line]:
    """The first debtors, as far as their invoices fit into one action."""
    counts = accumulate(len(line.due) for line in lines)
    return [line for line, count in zip(lines, counts, strict=True) if count <= MOST_REMINDED]


def taken_off_lately(session: BrandSession) -> frozenset[str]:
    """Debtors whom a person took off a list of reminders, or refused to remind, within the time that a no rests."""
    rows = answered_reminders(session, session.ctx.known_until - INVOICE_REMIND.quiet_after_no)
    return frozenset(row["debtor"] for lines in rows for row in lines)


def _reminded_first(book: MoneyBook) -> list[owing.Debtor]:
    """Everybody with overdue invoices, most overdue money first; nobody whose customer is not known."""
    overdue = {debtor.code: _overdue_minor(book, debtor) for debtor in book.debtors if debtor.code}
    late = [debtor for debtor in book.debtors if overdue.get(debtor.code, 0) > 0]
    return sorted(late, key=lambda debtor: (-overdue[debtor.code], debtor.code))


def _sources(session: BrandSession, env: ToolEnv, debtors: Sequence[owing.Debtor]) -> tuple[RowSelection, ...]:
    customers = [debtor.customer_id for debtor in debtors if debtor.customer_id is not None]
    if not customers:
        return ()
    own = [invoice.id for debtor in debtors for invoice in debtor.invoices]
    return (
        selected(session, "invoice", customer_id=customers),
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
    oldest = max(((book.now - invoice.due_at) // DAY for invoice in overdue), default=0)
    return DebtorView(
        debtor=debtor.code,
        owed=cells.money(debtor.owed_minor, book.currency),
        overdue=cells.money(_overdue_minor(book, debtor), book.currency),
        oldest=cells.days(oldest),
        usual=None if usual is None else cells.days(round(usual)),
        terms=cells.days(round(terms)),
        may_be_reminded=bool(debtor.code) and any(may_be_reminded(book, invoice) for invoice in overdue),
        at_risk=oldest > DEFAULT_DAYS,
        invoices=cells.count(len(overdue)),
        default_after=cells.days(DEFAULT_DAYS),
        **_loss(book, debtor),
    )


def _loss(book: MoneyBook, debtor: owing.Debtor) -> dict[str, Cell]:
    """What of a debtor's invoices may never come, each as late as its latest; nothing where it owes nothing."""
    if debtor.owed_minor <= 0:
        return {}
    invoices = [book.as_open(debtor, invoice) for invoice in debtor.open]
    lost = sum(invoice.amount_minor * share for invoice, share in zip(invoices, book.losses(invoices), strict=True))
    return {"may_be_lost": cells.money(lost, book.currency), "lost_chance": cells.share(lost / debtor.owed_minor)}


def _resting(debtor: str, reason: str, status: Literal["wait", "abstained"] = "wait") -> RestingDebtor:
    return RestingDebtor(debtor=debtor, status=status, reasons=reason_keys("finance", [reason]))


def _judged(
    book: MoneyBook, debtor: owing.Debtor, args: DebtorsArguments, taken_off: Collection[str]
) -> _Line | RestingDebtor:
    """What of a debtor's to remind of now, or why it is left alone."""
    overdue = debtor.overdue(book.now)
    due = [invoice for invoice in overdue if may_be_reminded(book, invoice)]
    wanted = [invoice for invoice in due if not args.invoices or invoice.number in args.invoices]
    if not overdue or (due and not wanted):
        return _resting(debtor.code, "nothing_overdue")
    if not due:
        spent = all(had is not None and had.level >= LAST_LEVEL for had in (book.reminders.get(o.id) for o in overdue))
        return _resting(debtor.code, "reminded_out" if spent else "reminded_lately")
    if args.invoices:  # a person's own choice: nothing to be weighed about whom to leave alone
        return _Line(debtor, wanted)
    if debtor.code in taken_off:
        return _resting(debtor.code, "taken_off")
    if book.habits is None:
        return _resting(debtor.code, "too_few_paid", "abstained")
    if _days_saved(book, debtor, due) < LEAST_SAVED_DAYS and not _later_than_usual(book.habits, debtor, due, book.now):
        return _resting(debtor.code, "pays_anyway")
    return _Line(debtor, due)


def _days_saved(book: MoneyBook, debtor: owing.Debtor, due: Sequence[reads.InvoiceState]) -> float:
    assert book.habits is not None
    share = share_saved(book.habits, past_reminders(book))
    return _gain(book, [book.as_open(debtor, invoice) for invoice in due], share).days.value


def _gain(book: MoneyBook, invoices: Sequence[OpenInvoice], share: Interval) -> ReminderGain:
    assert book.habits is not None
    terms = MoneyTerms(book.rules.capital_bps_a_year / BPS / _YEAR, HORIZON_DAYS)
    lost = book.losses(invoices)
    return predicted_gain(book.habits, invoices, lost, share, terms, COVERAGE)


def _later_than_usual(
    habits: PaymentHabits, debtor: owing.Debtor, due: Sequence[reads.InvoiceState], now: datetime
) -> bool:
    """Whether one of them has been open for longer than the debtor, as likely as not, takes to pay."""
    usual = {invoice.number: habits.typical_days(debtor.place, owing.terms_days(invoice)) for invoice in due}
    return any(owing.days_since(invoice, now) > usual[invoice.number] + _LATE_BY_DAYS for invoice in due)


def _advice(book: MoneyBook, lines: Sequence[_Line], resting: list[RestingDebtor]) -> ReminderView:
    if not lines or book.habits is None:
        abstained = book.habits is None and any(row.status == "abstained" for row in resting)
        reason = "too_few_paid" if abstained else "nobody_to_remind"
        return ReminderView(
            currency=book.currency,
            status="abstained" if abstained else "wait",
            reasons=reason_keys("finance", [reason]),
            resting=resting,
        )
    past = past_reminders(book)
    share = share_saved(book.habits, past)
    invoices = [book.as_open(line.debtor, invoice) for line in lines for invoice in line.due]
    gain, views = _gain(book, invoices, share), [_line_view(book, line, share) for line in lines]
    money = {
        "interest": gain.interest_minor, "at_risk": gain.at_risk_minor, "kept": gain.kept_minor,
        "gain": gain.gain.value, "gain_low": gain.gain.low, "gain_high": gain.gain.high,
        "overdue": float(sum(view.overdue.value for view in views)),
        "largest": float(max(view.overdue.value for view in views)),
    }  # fmt: skip
    return ReminderView(
        currency=book.currency,
        status="remind",
        reasons=reason_keys("finance", ["overdue"]),
        lines=views,
        resting=resting,
        debtors=cells.count(len(views)),
        count=cells.count(len(invoices)),
        oldest=cells.days(max(int(view.oldest.value) for view in views)),
        wait=cells.days(round(_wait_days(book, invoices))),
        share=cells.share(share.value),
        share_is_assumed=not past,
        measured=cells.count(len(past)),
        saved=_days(gain.days.value),
        saved_low=_days(gain.days.low),
        saved_high=_days(gain.days.high),
        coverage=cells.share(COVERAGE),
        horizon=cells.days(HORIZON_DAYS),
        **{name: cells.money(amount, book.currency) for name, amount in money.items()},
    )


def _line_view(book: MoneyBook, line: _Line, share: Interval) -> ReminderLineView:
    levels = [had.level for invoice in line.due if (had := book.reminders.get(invoice.id))]
    invoices = [book.as_open(line.debtor, invoice) for invoice in line.due]
    return ReminderLineView(
        debtor=line.debtor.code,
        invoices=[invoice.number for invoice in line.due],
        overdue=cells.money(sum(line.debtor.lacks[invoice.number] for invoice in line.due), book.currency),
        oldest=cells.days(max((book.now - invoice.due_at) // DAY for invoice in line.due)),
        wait=cells.days(round(_wait_days(book, invoices))),
        at_risk=cells.money(_gain(book, invoices, share).at_risk_minor, book.currency),
        level=cells.count(max(levels, default=0) + 1),
    )


def _days(value: float) -> Cell:
    return Cell(value=round(value, 1), unit="days", decimals=1)


def _wait_days(book: MoneyBook, invoices: Sequence[OpenInvoice]) -> float:
    """The wait without a reminder within the horizon, by amount."""
    return _gain(book, invoices, Interval(1.0, 1.0, 1.0)).days.value
