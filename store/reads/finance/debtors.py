"""Who owes the brand: each debtor's invoices, what they still lack, and how past ones were paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from domain.finance import owed_by
from store.reads.finance import books as reads
from store.session import BrandSession

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Paying:
    """How an invoice was paid, or how long it has been open: whole days, for whoever reckons habits of it.

    Past a reminder nothing counts: it was open until then, which is all that it tells of the debtor's own habit.
    """

    debtor: int
    terms_days: float
    days: float
    paid: bool


@dataclass(frozen=True)
class Debtor:
    """One customer with invoices. `place` is its number among all, for whoever reckons with arrays."""

    code: str
    place: int
    customer_id: UUID | None
    invoices: Sequence[reads.InvoiceState]

    @cached_property
    def lacks(self) -> Mapping[str, int]:
        return owed_by(self.invoices)

    @cached_property
    def open(self) -> Sequence[reads.InvoiceState]:
        """What is not paid, oldest first."""
        return [one for one in self.invoices if self.lacks[one.number] > 0]

    def overdue(self, now: datetime) -> Sequence[reads.InvoiceState]:
        return [one for one in self.open if one.due_at < now]

    @property
    def owed_minor(self) -> int:
        return sum(self.lacks.values())


def debtors(session: BrandSession, currency: str) -> Sequence[Debtor]:
    """Everybody who was ever sent an invoice, by code."""
    found: dict[str, list[reads.InvoiceState]] = {}
    for one in reads.invoices(session, currency):
        found.setdefault(one.debtor, []).append(one)
    return [Debtor(code, place, found[code][0].customer_id, found[code]) for place, code in enumerate(sorted(found))]


def payings(owing: Sequence[Debtor], reminded: Mapping[UUID, reads.Reminded], now: datetime) -> Sequence[Paying]:
    """One for each invoice that was not a credit note, as of `now`."""
    return [
        _paying(debtor, one, reminded.get(one.id), now)
        for debtor in owing
        for one in debtor.invoices
        if one.amount_minor > 0
    ]


def _paying(debtor: Debtor, one: reads.InvoiceState, reminded: reads.Reminded | None, now: datetime) -> Paying:
    settled = one.last_paid_at if debtor.lacks[one.number] == 0 else None
    if debtor.lacks[one.number] == 0 and settled is None:
        settled = one.issued_at  # set off against a credit note: nobody was waited for
    end = settled or now
    if reminded is not None and reminded.first_at < end:
        end, settled = reminded.first_at, None
    return Paying(debtor.place, terms_days(one), days_since(one, end), settled is not None)


def terms_days(one: reads.InvoiceState) -> float:
    """How long the invoice leaves the debtor."""
    return float(max((one.due_at - one.issued_at) // _DAY, 0))


def days_since(one: reads.InvoiceState, moment: datetime) -> float:
    """How many days after it was issued a moment lies."""
    return float(max((moment - one.issued_at) // _DAY, 0))
