"""Finance: what a debtor owes, and the actions that remind one or let a person look at an expense."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import Field, StrictBool, field_validator

from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, LongName, Parameters, Reversibility, Way, Words
from domain.money import Currency

LAST_LEVEL = 3
"""The third reminder is the last: what comes after it is for people."""
FLAG_WEEKS = 4
"""Over so many weeks it is looked at what a flagged expense cost on."""
FlagReason = Literal["far_above", "far_below", "never_changed_before", "commission_above_sales"]


class InvoiceRemind(Parameters):
    """`invoice.remind`: remind one debtor of its overdue invoices."""

    kind: Literal["invoice.remind"] = "invoice.remind"
    debtor: LongName
    invoices: tuple[LongName, ...] = Field(min_length=1, max_length=100)
    currency: Currency

    @field_validator("invoices")
    @classmethod
    def _each_once(cls, invoices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(invoices)) < len(invoices):
            raise ValueError("an invoice is named twice")
        return invoices

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"reminder @ {self.debtor}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"money", f"customer {self.debtor}"})


class InvoiceRemindFacts(Facts):
    """Facts of a reminder to one debtor."""

    amount_minor: Int64 = Field(description="what the invoices still lack")
    has_paid: StrictBool = Field(description="one of them has been paid")
    has_undue: StrictBool = Field(description="one of them is not due yet")
    days_since_reminder: Int64 = Field(description="since the debtor was last reminded of one of them")
    reminder_every_days: Int64
    level: Int64 = Field(description="which reminder it would be, of the invoice that has had most")
    owner_gate_minor: Int64


INVOICE_REMIND = ActionKind(
    name="invoice.remind",
    title="Remind a debtor",
    parameters=InvoiceRemind,
    facts=InvoiceRemindFacts,
    list_title=Words("Remind {debtor} to pay", "{debtor} an Zahlung erinnern"),
    text_title=Words(
        "Remind {debtor} of {invoices:overdue invoice|overdue invoices}",
        "{debtor} an {invoices:offene Rechnung|offene Rechnungen} erinnern",
    ),
    told_titles=(
        Words(
            "Remind {debtor}: {owed} overdue, oldest by {oldest:day|days}",
            "{debtor} an Zahlung erinnern: {owed} überfällig, bis zu {oldest:Tag|Tage}",
        ),
    ),
    reversibility=Reversibility.FINAL,
    leaves_house=LeavesHouse(
        content=Leaving.MAIL,
        way=Way.EMAIL,
        today=Words(
            "The reminder is noted on the invoices, and an event tells of it. No email goes out of itself: please "
            "write or call.",
            "Die Erinnerung wird an den Rechnungen vermerkt, ein Ereignis meldet sie. Von selbst geht keine E-Mail "
            "hinaus: bitte schreiben oder anrufen.",
        ),
        event="invoice_reminder.to_send",
    ),
    names=("debtor",),
    quiet_after_no=timedelta(weeks=2),
)


class ExpenseFlag(Parameters):
    """`expense.flag`: let a person look at expenses of one category that do not fit its pattern."""

    kind: Literal["expense.flag"] = "expense.flag"
    category: LongName
    expenses: tuple[LongName, ...] = Field(min_length=1, max_length=100)
    reason: FlagReason
    currency: Currency

    @field_validator("expenses")
    @classmethod
    def _each_once(cls, expenses: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(expenses)) < len(expenses):
            raise ValueError("an expense is named twice")
        return expenses

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete."""
        return f"expense {self.category}"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({f"expense {self.category}"})


class ExpenseFlagFacts(Facts):
    """Facts of expenses that a person should look at."""

    amount_minor: Int64
    already_flagged: StrictBool
    owner_gate_minor: Int64


EXPENSE_FLAG = ActionKind(
    name="expense.flag",
    title="Let a person look at an expense",
    parameters=ExpenseFlag,
    facts=ExpenseFlagFacts,
    list_title=Words("Check expenses: {category}", "Ausgaben prüfen: {category}"),
    text_title=Words(
        "Have {expenses:expense|expenses} of {category} looked at",
        "{expenses:Ausgabe|Ausgaben} für {category} ansehen lassen",
    ),
    told_titles=(
        Words(
            "Check {expenses:expense|expenses} of {category}: {total}",
            "{expenses:Ausgabe|Ausgaben} für {category} prüfen: {total}",
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    leaves_house=LeavesHouse(
        content=Leaving.NOTHING,
        way=Way.NONE,
        today=Words(
            "The expenses are marked and a task is put on the list here.",
            "Die Ausgaben werden hier markiert, eine Aufgabe entsteht.",
        ),
    ),
    names=("category",),
)


class Billed(Protocol):
    """An invoice and what it lacks, below zero for a credit note that nothing was set against."""

    @property
    def number(self) -> str: ...

    @property
    def lacks_minor(self) -> int: ...

    @property
    def issued_at(self) -> datetime: ...


def owed_by(invoices: Sequence[Billed]) -> Mapping[str, int]:
    """Minor units that each invoice of one debtor still lacks, by number; credit notes are set against the oldest."""
    credit = -sum(invoice.lacks_minor for invoice in invoices if invoice.lacks_minor < 0)
    lacking: dict[str, int] = {}
    for invoice in sorted(invoices, key=lambda invoice: (invoice.issued_at, invoice.number)):
        lacks = max(invoice.lacks_minor, 0)
        used = min(credit, lacks)
        credit -= used
        lacking[invoice.number] = lacks - used
    return lacking
