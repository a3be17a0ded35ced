"""The brand's money as the finance tools see it: read once a run."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from analytics.statistics.errors import InvalidNumbers
from store.reads.finance import books as reads
from store.reads.finance import debtors as owing
from store.reads.settings import brand_of, rules_of
from store.reads.stock.levels import cash_minor
from store.session import BrandSession
from store.tables import BrandRules
from tools.base import ToolEnv
from tools.sources import RowSelection, selected

if TYPE_CHECKING:
    from analytics.finance.default_rates import DefaultRates
    from analytics.finance.receivables import OpenInvoice, PaymentHabits

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
FLOW_WEEKS, QUARTER_WEEKS = 26, 13
GOODS = "goods"
"""What suppliers got: expenses of this category, or of it and an order's number after a colon."""


@dataclass(frozen=True, eq=False)
class MoneyBook:
    """All that finance looks at. `habits` is None where too few invoices were ever paid."""

    currency: str
    rules: BrandRules
    now: datetime
    midnight: datetime
    cash_minor: int | None
    debtors: Sequence[owing.Debtor]
    reminders: Mapping[UUID, reads.ReminderHistory]
    habits: "PaymentHabits | None"
    default_rates: "DefaultRates"

    def losses(self, invoices: "Sequence[OpenInvoice]") -> list[float]:
        """How likely each is never paid; all of a debtor's are as doubtful as its latest."""
        late: dict[int, float] = {}
        for invoice in invoices:
            late[invoice.debtor] = max(late.get(invoice.debtor, -math.inf), invoice.age_days - invoice.terms_days)
        return [self.default_rates.at(late[invoice.debtor]) for invoice in invoices]

    def as_open(self, debtor: owing.Debtor, invoice: reads.InvoiceState, at: datetime | None = None) -> "OpenInvoice":
        """An invoice as it stands, or stood at a moment."""
        from analytics.finance.receivables import OpenInvoice

        return OpenInvoice(
            debtor.place, debtor.lacks[invoice.number] or invoice.amount_minor, owing.terms_days(invoice),
            owing.days_since(invoice, at or self.now),
        )  # fmt: skip


def money_book(session: BrandSession, env: ToolEnv) -> MoneyBook:
    return env.once(("money book",), lambda: read_book(session))


def read_book(session: BrandSession) -> MoneyBook:
    """The book as of the session's moment."""
    currency, now = brand_of(session).currency, session.ctx.known_until
    debtors, reminded = owing.debtors(session, currency), reads.reminders(session)
    records = owing.payment_records(debtors, reminded, now)
    return MoneyBook(
        currency=currency,
        rules=rules_of(session),
        now=now,
        midnight=now.replace(hour=0, minute=0, second=0, microsecond=0),
        cash_minor=cash_minor(session, currency),
        debtors=debtors,
        reminders=reminded,
        habits=habits_of(records),
        default_rates=rates_of(records),
    )


def rows_of(session: BrandSession, env: ToolEnv, *tables: str) -> tuple[RowSelection, ...]:
    """All rows of some tables as sources, looked over once a run."""
    return tuple(env.once(("all rows", table), lambda table=table: selected(session, table)) for table in tables)


def rates_of(records: Sequence[owing.PaymentRecord]) -> "DefaultRates":
    from analytics.finance.default_rates import PastInvoice, default_rates

    return default_rates([PastInvoice(record.days - record.terms_days, record.paid) for record in records])


def habits_of(records: Sequence[owing.PaymentRecord]) -> "PaymentHabits | None":
    """None where too few invoices were paid to tell."""
    import numpy as np

    from analytics.finance.receivables import PaymentHistory, payment_habits

    history = PaymentHistory(
        debtor=np.array([record.debtor for record in records], dtype=np.int64),
        terms_days=np.array([record.terms_days for record in records], dtype=float),
        days=np.array([min(record.days, 3_650.0) for record in records], dtype=float),
        paid=np.array([record.paid for record in records], dtype=bool),
    )
    try:
        return payment_habits(history)
    except InvalidNumbers:
        return None


def is_goods(category: str) -> bool:
    """Whether an expense of this category is what suppliers got."""
    return category.partition(":")[0] == GOODS
