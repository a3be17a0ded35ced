"""`invoice.remind`: remind debtors of their overdue invoices, never too often, never of what is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.handler import Look, RowChange, ShownFact
from domain.action import Preview, PreviewLine, Told
from domain.errors import NotFound
from domain.figure import Cell, money_cell
from domain.finance import INVOICE_REMIND, LAST_LEVEL, InvoiceRemind, InvoiceRemindFacts, owed_by
from domain.kind import ActionKind
from domain.letter import EACH, Letter, is_address
from domain.message import Message, message, verbatim
from domain.money import format_minor
from domain.prediction import Outcome, Prediction
from store.leases import lock_row
from store.outbox import emit
from store.reads.finance import books as reads
from store.reads.settings import brand_of, rules_of
from store.session import BrandSession
from store.tables import ActionItem, BrandRules, Customer, Delivery, InvoiceReminder

TO_SEND = "invoice_reminder.to_send"
"""The event that a connector which writes to debtors waits for."""
_NEVER_DAYS = 36_500
_TEXTS = ("finance.letter.reminder.first", "finance.letter.reminder.second", "finance.letter.reminder.last")
"""The letter of each reminder."""
_GAP = "…"
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
    """Every invoice of the action. `live` are those to be reminded of: neither paid meanwhile nor reminded lately."""

    rules: BrandRules
    due: Sequence[_Due]
    now: datetime
    on_their_way: frozenset[str]
    """Debtors whose reminder has not left the house yet."""

    @cached_property
    def live(self) -> Sequence[_Due]:
        every = timedelta(days=self.rules.reminder_every_days)
        resting = {
            overdue.invoice.debtor for overdue in self.due if overdue.had and overdue.had.last_at > self.now - every
        } | self.on_their_way
        return [
            overdue
            for overdue in self.due
            if overdue.lacks_minor > 0 and overdue.level <= LAST_LEVEL and overdue.invoice.debtor not in resting
        ]

    @property
    def judged(self) -> Sequence[_Due]:
        """What the guardrails look at: what is live, and all there is where nothing is."""
        return self.live or self.due

    @property
    def by_debtor(self) -> Mapping[str, Sequence[_Due]]:
        debtors = dict.fromkeys(overdue.invoice.debtor for overdue in self.judged)
        return {code: [overdue for overdue in self.judged if overdue.invoice.debtor == code] for code in debtors}

    @property
    def owed_minor(self) -> int:
        return sum(overdue.lacks_minor for overdue in self.judged)

    @property
    def oldest_days(self) -> int:
        return max((self.now - overdue.invoice.due_at) // _DAY for overdue in self.judged)

    @property
    def days_since(self) -> int:
        """Days since a debtor was last reminded of one of them, rounded down."""
        if any(overdue.invoice.debtor in self.on_their_way for overdue in self.judged):
            return 0
        return min(
            ((self.now - overdue.had.last_at) // _DAY for overdue in self.judged if overdue.had), default=_NEVER_DAYS
        )


class InvoiceRemindHandler:
    """The handler of `invoice.remind`."""

    kind: ActionKind = INVOICE_REMIND

    def lock(self, session: BrandSession, action: InvoiceRemind) -> None:
        """The debtors' rows: two reminders of one debtor wait for each other."""
        now = _situation(session, action)
        for customer in sorted({overdue.invoice.customer_id for overdue in now.due if overdue.invoice.customer_id}):
            lock_row(session, Customer, customer)

    def look(self, session: BrandSession, action: InvoiceRemind, prediction: Prediction | None) -> Look:
        now = _situation(session, action)
        # some may pay meanwhile: then the others are reminded
        owed = ShownFact(
            value=now.owed_minor, tolerance=max(now.owed_minor - 1, 0), unit=f"{action.currency}.minor", promised=True
        )
        return Look(
            subject=action.subject,
            preview=_preview(now, action),
            shown={"owed": owed},
            guard_facts=_guard_facts(now),
            risk="medium" if max(overdue.level for overdue in now.judged) > 1 else "low",
        )

    def apply(self, session: BrandSession, action: InvoiceRemind, source: str) -> Sequence[RowChange]:
        """Nobody was reminded before a letter has left the house: that is noted then (`has_left`)."""
        now = _situation(session, action)
        for debtor, due in now.by_debtor.items() if now.live else ():
            lines = [
                {"number": overdue.invoice.number, "lacks_minor": overdue.lacks_minor,
                 "due_at": overdue.invoice.due_at.isoformat(), "level": overdue.level}
                for overdue in due
            ]  # fmt: skip
            emit(session, TO_SEND, debtor, {"debtor": debtor, "currency": action.currency, "invoices": lines})
        return [
            RowChange(
                table="invoice", id=overdue.invoice.id, before=None,
                after={"reminder": overdue.level, "lacks_minor": overdue.lacks_minor, "source": source},
            )
            for overdue in now.live
        ]  # fmt: skip

    def letters(self, session: BrandSession, action: InvoiceRemind, source: str | None) -> Sequence[Letter]:
        """One a debtor; of several, one with gaps for what the lines say stands for all before a yes."""
        now, brand = _situation(session, action), brand_of(session).name
        wanted = {due[0].invoice.customer_id for due in now.by_debtor.values()}
        customers = {row.code: row for row in session.scalars(select(Customer).where(col(Customer.id).in_(wanted)))}
        if source is None and len(action.debtors) > 1:
            mailed = any(is_address(row.email) for row in customers.values())
            text = message(_TEXTS[0], name=_GAP, brand=brand, total=_GAP, lines=[verbatim(_GAP)])
            subject = message("finance.letter.reminder_subject", brand=brand, total=_GAP)
            names = ", ".join(row.name or code for code, row in sorted(customers.items()))
            return [Letter(name=names, address=EACH if mailed else "", subject=subject, body=text)]
        if source is not None and not now.live:
            return []
        return [_letter(customers[debtor], due, brand, action.currency) for debtor, due in now.by_debtor.items()]

    def has_left(
        self, session: BrandSession, action: InvoiceRemind, source: str, recipients: Sequence[str], at: datetime
    ) -> None:
        session.add_all(
            InvoiceReminder(id=session.ctx.new_id(), invoice_id=overdue.invoice.id, sent_at=at, level=overdue.level,
                            source=source)
            for overdue in _situation(session, action).due
            if overdue.invoice.debtor in recipients and overdue.lacks_minor > 0 and overdue.level <= LAST_LEVEL
        )  # fmt: skip
        session.flush()

    def never_left(self, session: BrandSession, action: InvoiceRemind, source: str) -> None:
        """Nothing was held for it."""

    def is_seen(self, session: BrandSession, action: InvoiceRemind, source: str, since: datetime) -> bool:
        """Whether all of the invoices are paid."""
        return all(overdue.lacks_minor <= 0 for overdue in _situation(session, action).due)

    def measure(
        self, session: BrandSession, action: InvoiceRemind, source: str, since: datetime, until: datetime
    ) -> Outcome:
        from actions.finance.reminder_outcome import measure_reminder  # brings numpy along, which no other step needs

        return measure_reminder(session, action, source, since, until)


def _situation(session: BrandSession, action: InvoiceRemind) -> _Situation:
    had = reads.reminders(session)
    due = [overdue for debtor in action.debtors for overdue in _due(session, action, debtor, had)]
    return _Situation(rules_of(session), due, session.ctx.known_until, _on_their_way(session))


def _due(
    session: BrandSession, action: InvoiceRemind, debtor: str, had: Mapping[UUID, reads.ReminderHistory]
) -> Sequence[_Due]:
    own, numbers = reads.invoices(session, action.currency, debtor), action.invoices_of(debtor)
    by_number = {invoice.number: invoice for invoice in own}
    if unknown := sorted(set(numbers) - set(by_number)):
        raise NotFound(f"{debtor} has no invoice {', '.join(unknown)}.", remedy="See invoices.csv in docs/import.md.")
    lacks = owed_by(own)
    return [_Due(by_number[number], lacks[number], had.get(by_number[number].id)) for number in numbers]


def _guard_facts(now: _Situation) -> InvoiceRemindFacts:
    return InvoiceRemindFacts(
        amount_minor=max(sum(overdue.lacks_minor for overdue in due) for due in now.by_debtor.values()),
        has_paid=any(overdue.lacks_minor <= 0 for overdue in now.judged),
        has_undue=any(overdue.invoice.due_at >= now.now for overdue in now.due),
        days_since_reminder=now.days_since,
        reminder_every_days=now.rules.reminder_every_days,
        level=max(overdue.level for overdue in now.judged),
        owner_gate_minor=now.rules.owner_gate_minor,
    )


def _preview(now: _Situation, action: InvoiceRemind) -> Preview:
    total, count, debtors = format_minor(now.owed_minor, action.currency), len(now.judged), list(now.by_debtor)
    whom = debtors[0] if len(debtors) == 1 else f"{len(debtors)} customers"
    owed = money_cell(now.owed_minor, action.currency)
    several = len(action.debtors) > 1
    return Preview(
        title=f"Remind {whom} of {count} overdue invoice{'s' if count > 1 else ''}, {total} together",
        changes=tuple(_line_change(overdue, now, action.currency, several) for overdue in now.due),
        amount_minor=now.owed_minor,
        currency=action.currency,
        blast_radius=message("finance.preview.reminder_reach", count=count, total=owed),
        undo=Message(key="finance.preview.reminder_undo"),
        told=Told(
            names={} if several else {"debtor": debtors[0]},
            numbers={"owed": owed, "oldest": Cell(value=now.oldest_days, unit="days")},
        ),
        puts_in=Message(key="finance.preview.reminder_puts_in"),
        if_no=message("finance.preview.reminder_if_no", total=owed),
    )


def _line_change(overdue: _Due, situation: _Situation, currency: str, several: bool) -> PreviewLine:
    late, lacks = str((situation.now - overdue.invoice.due_at) // _DAY), money_cell(overdue.lacks_minor, currency)
    before = (
        message("finance.preview.open_reminded", amount=lacks, late=late, day=overdue.had.last_at.date())
        if overdue.had
        else message("finance.preview.open", amount=lacks, late=late)
    )
    live = overdue in situation.judged
    after = (
        message("finance.preview.reminder_sent", level=overdue.level)
        if live
        else Message(key="finance.preview.reminder_not_due")
    )
    named = f"{overdue.invoice.debtor}, {overdue.invoice.number}" if several else overdue.invoice.number
    return PreviewLine(field=verbatim(named), before=before, after=after)


def _letter(customer: Customer, due: Sequence[_Due], brand: str, currency: str) -> Letter:
    name, total = customer.name or customer.code, money_cell(sum(overdue.lacks_minor for overdue in due), currency)
    level = min(max(overdue.level for overdue in due), LAST_LEVEL)
    lines = [
        message(
            "finance.letter.reminder_line", number=overdue.invoice.number, day=overdue.invoice.due_at.date(),
            amount=money_cell(overdue.lacks_minor, currency),
        )
        for overdue in due
    ]  # fmt: skip
    return Letter(
        recipient=customer.code,
        name=name,
        address=customer.email.strip() if is_address(customer.email) else "",
        subject=message("finance.letter.reminder_subject", brand=brand, total=total),
        body=message(_TEXTS[level - 1], name=name, brand=brand, total=total, lines=lines),
    )


def _on_their_way(session: BrandSession) -> frozenset[str]:
    """Debtors of whom a reminder is agreed to and has not left the house yet."""
    item_id = col(Delivery.action_item_id)
    of_item = (col(ActionItem.brand_id) == col(Delivery.brand_id)) & (col(ActionItem.id) == item_id)
    waiting = (
        select(col(Delivery.recipient))
        .join(ActionItem, of_item)
        .where(col(ActionItem.kind) == INVOICE_REMIND.name)
        .where(col(Delivery.status).in_(("queued", "sending", "to_hand_over")))
    )
    return frozenset(session.scalars(waiting))
