"""What a reminder brought: the debtor's wait against the one that its own habit leads to without."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from analytics.finance.receivables import OpenInvoice, PaymentHistory, payment_habits
from analytics.finance.reminder_effect import RemindedInvoice, measured_saving
from analytics.statistics.errors import InvalidNumbers
from domain.finance import InvoiceRemind
from domain.message import Message, verbatim
from domain.money import BPS
from domain.prediction import Outcome, OutcomeStatus
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.reads.settings import rules_of
from store.session import BrandSession

_METHOD = "days waited against those of the debtor's own habit, up to the check date"
_DAY, _YEAR = timedelta(days=1), 365


def measure_reminder(
    session: BrandSession, action: InvoiceRemind, source: str, since: datetime, until: datetime
) -> Outcome:
    """Money by days saved at the brand's cost of capital (days, where that is not known), with the interval of chance.

    The wait without is that of the debtor's habit, as it and its peers paid invoices that nobody reminded of; what was
    reminded of counts there as open until then. Not measurable where too few were ever paid.
    """
    a_day = rules_of(session).capital_bps_a_year / BPS / _YEAR
    unit = f"{action.currency}.minor" if a_day else "days"
    sent = {row.invoice_id: row.sent_at for row in reads.reminders_of(session, source)}
    debtors, reminded = owing.debtors(session, action.currency), reads.reminders(session)
    payings = owing.payment_records(debtors, reminded, until)
    history = PaymentHistory(
        debtor=np.array([one.debtor for one in payings], dtype=np.int64),
        terms_days=np.array([one.terms_days for one in payings], dtype=float),
        days=np.array([one.days for one in payings], dtype=float),
        paid=np.array([one.paid for one in payings], dtype=bool),
    )
    own = [(debtor, one) for debtor in debtors for one in debtor.invoices if one.id in sent]
    if any(reminded[one.id].first_at < sent[one.id] for _, one in own):
        return _not_measurable(unit, Message(key="finance.outcome.reminded_before"))
    if len(own) < len(action.invoices):
        return _not_measurable(unit, Message(key="finance.outcome.reminders_gone"))
    try:
        saved = measured_saving(payment_habits(history), _reminded(own, since, until))
    except InvalidNumbers as error:
        return _not_measurable(unit, verbatim(str(error)))
    found = saved.minor_days.times(a_day) if a_day else saved.days
    return Outcome(
        status=OutcomeStatus.MEASURED,
        unit=unit,
        effect=round(found.value),
        low=round(found.low),
        high=round(found.high),
        method=_METHOD,
    )


def _reminded(
    own: Sequence[tuple[owing.Debtor, reads.InvoiceState]], since: datetime, until: datetime
) -> list[RemindedInvoice]:
    horizon = max((until - since) / _DAY, 0.0)
    found = []
    for debtor, one in own:
        settled = one.last_paid_at if debtor.lacks[one.number] == 0 else None
        waited = max(((settled or until) - since) / _DAY, 0.0)
        invoice = OpenInvoice(
            debtor.place, max(one.amount_minor, 1), owing.terms_days(one), owing.days_since(one, since)
        )
        found.append(RemindedInvoice(invoice, waited, horizon))
    return found


def _not_measurable(unit: str, reason: Message) -> Outcome:
    return Outcome(status=OutcomeStatus.NOT_MEASURABLE, unit=unit, reasons=(reason,), method=_METHOD)
