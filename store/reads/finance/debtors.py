"""Debtors of the brand: their invoices, the amounts still unpaid, and the payment records of past invoices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from domain.finance import owed_by
from store.reads.finance import books as reads
from store.session import BrandSession
from store.snapshot import read_once

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PaymentRecord:
    """Whole days until an invoice was paid, or for which it has been open, for models of payment behaviour.

    A reminder censors the record: after it the debtor no longer pays by their own habit.
    """

    debtor: int
    terms_days: float
    days: float
    paid: bool


@dataclass(frozen=True)
class Debtor:
    """One customer with invoices. `place` is its index among all debtors, for arrays."""

    code: str
    place: int
    customer_id: UUID | None
    invoices: Sequence[reads.InvoiceState]

    @cached_property
    def lacks(self) -> Mapping[str, int]:
        return owed_by(self.invoices)

    @cached_property
    def open(self) -> Sequence[reads.InvoiceState]:
        """Unpaid invoices, oldest first."""
        return [invoice for invoice in self.invoices if self.lacks[invoice.number] > 0]

    def overdue(self, now: datetime) -> Sequence[reads.InvoiceState]:
        return [invoice for invoice in self.open if invoice.due_at < now]

    @property
    def owed_minor(self) -> int:
        return sum(self.lacks.values())


@read_once
def debtors(session: BrandSession, currency: str) -> Sequence[Debtor]:
    """Every customer who was ever invoiced, by code."""
    by_debtor: dict[str, list[reads.InvoiceState]] = {}
    for invoice in reads.invoices(session, currency):
        by_debtor.setdefault(invoice.debtor, []).append(invoice)
    return [
        Debtor(code, place, by_debtor[code][0].customer_id, by_debtor[code])
        for place, code in enumerate(sorted(by_debtor))
    ]


def payment_records(
    debtors_owing: Sequence[Debtor], reminded: Mapping[UUID, reads.ReminderHistory], now: datetime
) -> Sequence[PaymentRecord]:
    """One record for each invoice that is not a credit note, as of `now`."""
    return [
        _paying(debtor, invoice, reminded.get(invoice.id), now)
        for debtor in debtors_owing
        for invoice in debtor.invoices
        if invoice.amount_minor > 0
    ]


def _paying(
    debtor: Debtor, invoice: reads.InvoiceState, reminded: reads.ReminderHistory | None, now: datetime
) -> PaymentRecord:
    settled = invoice.last_paid_at if debtor.lacks[invoice.number] == 0 else None
    if debtor.lacks[invoice.number] == 0 and settled is None:
        settled = invoice.issued_at  # set off against a credit note: no payment was outstanding
    end = settled or now
    if reminded is not None and reminded.first_at < end:
        end, settled = reminded.first_at, None
    return PaymentRecord(debtor.place, terms_days(invoice), days_since(invoice, end), settled is not None)


def terms_days(invoice: reads.InvoiceState) -> float:
    """Payment terms of the invoice, in days."""
    return float(max((invoice.due_at - invoice.issued_at) // _DAY, 0))


def days_since(invoice: reads.InvoiceState, moment: datetime) -> float:
    """Days from the invoice's issue to a moment."""
    return float(max((moment - invoice.issued_at) // _DAY, 0))
