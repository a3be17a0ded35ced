"""Finance: what a debtor owes, and the actions that remind one or let a person look at an expense."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from domain.kind import ActionKind, Facts, Int64, LeavesHouse, Leaving, LongName, Parameters, Reversibility, Way, Words
from domain.money import Currency

LAST_LEVEL = 3
"""The third reminder is the last: what comes after it is for people."""
MOST_REMINDED = 500
FLAG_WEEKS = 4
"""Over so many weeks it is looked at what a flagged expense cost on."""
FlagReason = Literal["far_above", "far_below", "never_changed_before", "commission_above_sales"]


class ReminderLine(BaseModel):
    """One overdue invoice of one debtor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    debtor: LongName
    invoice: LongName


class InvoiceRemind(Parameters):
    """`invoice.remind`: remind one debtor or several of their overdue invoices, a letter to each."""

    kind: Literal["invoice.remind"] = "invoice.remind"
    lines: tuple[ReminderLine, ...] = Field(min_length=1, max_length=MOST_REMINDED)
    currency: Currency

    @model_validator(mode="before")
    @classmethod
    def _of_one_debtor(cls, given: Any) -> Any:
        """One debtor may be named with its invoices, as a list of its lines."""
        if not isinstance(given, Mapping) or "debtor" not in given or "lines" in given:
            return given
        named = {name: value for name, value in given.items() if name not in ("debtor", "invoices")}
        invoices = given.get("invoices")
        numbers = invoices if isinstance(invoices, list | tuple) else [invoices]
        return {**named, "lines": [{"debtor": given["debtor"], "invoice": number} for number in numbers]}

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: tuple[ReminderLine, ...]) -> tuple[ReminderLine, ...]:
        if len(set(lines)) < len(lines):
            raise ValueError("an invoice is named twice")
        return lines

    @property
    def debtors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.debtor for line in self.lines))

    @property
    def invoices(self) -> tuple[str, ...]:
        return tuple(line.invoice for line in self.lines)

    def invoices_of(self, debtor: str) -> tuple[str, ...]:
        return tuple(line.invoice for line in self.lines if line.debtor == debtor)

    @property
    def subject(self) -> str:
        """The subject of the action: two with the same subject compete, and so do two that remind several debtors."""
        return f"reminder @ {self.debtors[0]}" if len(self.debtors) == 1 else "reminders"

    @property
    def touches(self) -> frozenset[str]:
        """The subjects it touches: proposals that touch the same are put to each other."""
        return frozenset({"money", *(f"customer {debtor}" for debtor in self.debtors)})


class InvoiceRemindFacts(Facts):
    """Facts of a reminder to one debtor."""

    amount_minor: Int64 = Field(description="what the invoices of one debtor still lack: of whom owes most of it")
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
    list_title=Words("Remind {debtors:customer|customers} to pay", "{debtors:Kunden|Kunden} an Zahlung erinnern"),
    text_title=Words(
        "Remind {debtors:customer|customers} of {invoices:overdue invoice|overdue invoices}",
        "{debtors:Kunden|Kunden} an {invoices:offene Rechnung|offene Rechnungen} erinnern",
    ),
    told_titles=(
        Words(
            "Remind {debtor}: {owed} overdue, oldest by {oldest:day|days}",
            "{debtor} an Zahlung erinnern: {owed} überfällig, bis zu {oldest:Tag|Tage}",
        ),
        Words(
            "Remind {debtors:customer|customers}: {owed} overdue, oldest by {oldest:day|days}",
            "{debtors:Kunden|Kunden} erinnern: {owed} überfällig, bis zu {oldest:Tag|Tage}",
        ),
    ),
    reversibility=Reversibility.FINAL,
    leaves_house=LeavesHouse(
        content=Leaving.MAIL,
        way=Way.EMAIL,
        by_mail=Words(
            "The text above goes to the debtor by email; the reminder is noted on the invoices once the mail server "
            "has taken it.",
            "Der Text oben geht per E-Mail an den Schuldner; vermerkt wird die Erinnerung erst, wenn der Mailserver "
            "sie angenommen hat.",
        ),
        by_hand=Words(
            "No email can go to this debtor: write or call yourself. Yes makes a task with the text; the reminder is "
            "noted on the invoices once you tick it as handed over.",
            "An diesen Schuldner kann keine E-Mail gehen: bitte selbst schreiben oder anrufen. Ein Ja legt eine "
            "Aufgabe mit dem Text an; vermerkt wird die Erinnerung, sobald Sie sie als weitergegeben abhaken.",
        ),
        seen_within=timedelta(weeks=2),
        event="invoice_reminder.to_send",
    ),
    names=("lines[].debtor", "lines[].invoice"),
    editable=("lines[]",),
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
        by_hand=Words(
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
