"""Outcome of reminders: waits and invoices still open against what the debtors' own habits lead to without."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from analytics.finance.default_rates import PastInvoice, default_rates
from analytics.finance.receivables import OpenInvoice, PaymentHistory, payment_habits
from analytics.finance.reminder_effect import RemindedInvoice, measured_gain
from analytics.statistics.errors import InvalidNumbers
from domain.finance import InvoiceRemind
from domain.message import Message, verbatim
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.reads.settings import rules_of
from store.session import BrandSession

_METHOD = "days waited and invoices open against the debtors' own habits, up to the check date"
_DAY, _YEAR = timedelta(days=1), 365


def measure_reminder(
    session: BrandSession, action: InvoiceRemind, source: str, since: datetime, until: datetime
) -> Outcome:
    """Interest on the days saved at the brand's cost of capital, and the expected loss spared, with chance's interval.

    The wait without is that of the debtors' habits, as they and their peers paid invoices that nobody reminded of; what
    was reminded of counts there as open until then. Of the invoices that were really reminded of: who had paid before
    was left alone. Not measurable where too few were ever paid.
    """
    a_day = rules_of(session).capital_bps_a_year / BPS / _YEAR
    unit = f"{action.currency}.minor"
    sent = {row.invoice_id: row.sent_at for row in reads.reminders_of(session, source)}
    debtors, reminded = owing.debtors(session, action.currency), reads.reminders(session)
    payings = owing.payment_records(debtors, reminded, until)
    history = PaymentHistory(
        debtor=np.array([payment.debtor for payment in payings], dtype=np.int64),
        terms_days=np.array([payment.terms_days for payment in payings], dtype=float),
        days=np.array([payment.days for payment in payings], dtype=float),
        paid=np.array([payment.paid for payment in payings], dtype=bool),
    )
    own = [(debtor, invoice) for debtor in debtors for invoice in debtor.invoices if invoice.id in sent]
    if any(reminded[invoice.id].first_at < sent[invoice.id] for _, invoice in own):
        return _not_measurable(unit, Message(key="finance.outcome.reminded_before"))
    if not own:
        return _not_measurable(unit, Message(key="finance.outcome.reminders_gone"))
    try:
        seen = _reminded(own, since, until)
        benefit = measured_gain(payment_habits(history), seen, _losses(payings, seen), a_day).gain
    except InvalidNumbers as error:
        return _not_measurable(unit, verbatim(str(error)))
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(benefit.value),
        low=round(benefit.low),
        high=round(benefit.high),
        method=_METHOD,
    )


def _losses(payings: Sequence[owing.PaymentRecord], reminded: Sequence[RemindedInvoice]) -> list[float]:
    """How likely each was never to be paid when it was reminded of; all of a debtor's are as doubtful as its latest."""
    rates = default_rates([PastInvoice(paying.days - paying.terms_days, paying.paid) for paying in payings])
    late: dict[int, float] = {}
    for invoice in (reminder.invoice for reminder in reminded):
        late[invoice.debtor] = max(late.get(invoice.debtor, 0.0), invoice.age_days - invoice.terms_days)
    return [rates.at(late[reminder.invoice.debtor]) for reminder in reminded]


def _reminded(
    own: Sequence[tuple[owing.Debtor, reads.InvoiceState]], since: datetime, until: datetime
) -> list[RemindedInvoice]:
    horizon = max((until - since) / _DAY, 0.0)
    reminded = []
    for debtor, state in own:
        settled = state.last_paid_at if debtor.lacks[state.number] == 0 else None
        waited = max(((settled or until) - since) / _DAY, 0.0)
        invoice = OpenInvoice(
            debtor.place, max(state.amount_minor, 1), owing.terms_days(state), owing.days_since(state, since)
        )
        reminded.append(RemindedInvoice(invoice, waited, horizon))
    return reminded


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
