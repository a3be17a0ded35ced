"""`invoice.remind`: remind a debtor of its overdue invoices, never too often, never of what is paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import NotFound
from domain.figure import Cell, money_cell
from domain.finance import INVOICE_REMIND, InvoiceRemind, InvoiceRemindFacts, owed_by
from domain.kind import ActionKind
from domain.message import Message, message, verbatim
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from store.leases import lock_row
from store.outbox import emit
from store.reads.finance import books as reads
from store.reads.settings import rules_of
from store.session import BrandSession
from store.tables import BrandRules, Customer, InvoiceReminder

TO_SEND = "invoice_reminder.to_send"
"""The event that a connector which writes to debtors waits for."""
_NEVER_DAYS = 36_500
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Due:
    """One invoice as it stands now: what it lacks, and how often its debtor was reminded of it."""

    invoice: reads.InvoiceState
    lacks_minor: int
    had: reads.ReminderHistory | None

    @property
    def level(self) -> int:
        """Which reminder the next one would be."""
        return 1 + (self.had.level if self.had else 0)


@dataclass(frozen=True)
class _Situation:
    rules: BrandRules
    debtor: str
    due: Sequence[_Due]
    now: datetime

    @property
    def owed_minor(self) -> int:
        return sum(overdue.lacks_minor for overdue in self.due)

    @property
    def days_since(self) -> int:
        """Days since the debtor was last reminded of one of them, rounded down."""
        return min(
            ((self.now - overdue.had.last_at) // _DAY for overdue in self.due if overdue.had), default=_NEVER_DAYS
        )


class InvoiceRemindHandler:
    """The handler of `invoice.remind`."""

    kind: ActionKind = INVOICE_REMIND

    def lock(self, session: BrandSession, action: InvoiceRemind) -> None:
        """The debtor's row: two reminders of one debtor wait for each other."""
        now = _situation(session, action)
        lock_row(session, Customer, now.due[0].invoice.customer_id)

    def look(self, session: BrandSession, action: InvoiceRemind, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown={"owed": ShownFact(value=now.owed_minor, unit=f"{action.currency}.minor", promised=True)},
            guard_facts=_guard_facts(now),
            risk="medium" if max(overdue.level for overdue in now.due) > 1 else "low",
        )

    def apply(self, session: BrandSession, action: InvoiceRemind, source: str) -> Sequence[RowChange]:
        now = _situation(session, action)
        rows = [
            InvoiceReminder(
                id=session.ctx.new_id(), invoice_id=overdue.invoice.id, sent_at=session.ctx.now(), level=overdue.level,
                source=source,
            )
            for overdue in now.due
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        lines = [
            {"number": overdue.invoice.number, "lacks_minor": overdue.lacks_minor,
             "due_at": overdue.invoice.due_at.isoformat(), "level": overdue.level}
            for overdue in now.due
        ]  # fmt: skip
        emit(session, TO_SEND, action.debtor, {"debtor": action.debtor, "currency": action.currency, "invoices": lines})
        return [_change(row) for row in rows]

    def measure(
        self, session: BrandSession, action: InvoiceRemind, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.finance.reminder_outcome import measure_reminder  # brings numpy along, which no other step needs

        return measure_reminder(session, action, source, since, until)


def _situation(session: BrandSession, action: InvoiceRemind) -> _Situation:
    own = reads.invoices(session, action.currency, action.debtor)
    by_number = {invoice.number: invoice for invoice in own}
    if unknown := sorted(set(action.invoices) - set(by_number)):
        raise NotFound(
            f"{action.debtor} has no invoice {', '.join(unknown)}.", remedy="See invoices.csv in docs/import.md."
        )
    lacks, had = owed_by(own), reads.reminders(session)
    due = [_Due(by_number[number], lacks[number], had.get(by_number[number].id)) for number in action.invoices]
    return _Situation(rules_of(session), action.debtor, due, session.ctx.known_until)


def _guard_facts(now: _Situation) -> InvoiceRemindFacts:
    return InvoiceRemindFacts(
        amount_minor=now.owed_minor,
        has_paid=any(overdue.lacks_minor <= 0 for overdue in now.due),
        has_undue=any(overdue.invoice.due_at >= now.now for overdue in now.due),
        days_since_reminder=now.days_since,
        reminder_every_days=now.rules.reminder_every_days,
        level=max(overdue.level for overdue in now.due),
        owner_gate_minor=now.rules.owner_gate_minor,
    )


def _preview(now: _Situation, action: InvoiceRemind) -> Preview:
    total, count = format_minor(now.owed_minor, action.currency), len(now.due)
    return Preview(
        title=f"Remind {now.debtor} of {count} overdue invoice{'s' if count > 1 else ''}, {total} together",
        changes=tuple(_line_change(overdue, now.now, action.currency) for overdue in now.due),
        amount_minor=now.owed_minor,
        currency=action.currency,
        blast_radius=message(
            "finance.preview.reminder_reach", count=count, total=money_cell(now.owed_minor, action.currency)
        ),
        undo=Message(key="finance.preview.reminder_undo"),
        told=Told(
            names={"debtor": now.debtor},
            numbers={
                "owed": money_cell(now.owed_minor, action.currency),
                "oldest": Cell(
                    value=max((now.now - overdue.invoice.due_at) // _DAY for overdue in now.due), unit="days"
                ),
            },
        ),
        puts_in=Message(key="finance.preview.reminder_puts_in"),
        if_no=message("finance.preview.reminder_if_no", total=money_cell(now.owed_minor, action.currency)),
    )


def _line_change(overdue: _Due, now: datetime, currency: str) -> PreviewLine:
    late, lacks = str((now - overdue.invoice.due_at) // _DAY), money_cell(overdue.lacks_minor, currency)
    before = (
        message("finance.preview.open_reminded", amount=lacks, late=late, day=overdue.had.last_at.date())
        if overdue.had
        else message("finance.preview.open", amount=lacks, late=late)
    )
    after = message("finance.preview.reminder_sent", level=overdue.level)
    return PreviewLine(field=verbatim(overdue.invoice.number), before=before, after=after)


def _change(row: InvoiceReminder) -> RowChange:
    after = {"invoice_id": str(row.invoice_id), "level": row.level, "sent_at": row.sent_at.isoformat()}
    return RowChange(table="invoice_reminder", id=row.id, before=None, after={**after, "source": row.source})
