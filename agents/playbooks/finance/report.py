"""The Finance Analyst's report: what is earned and where, how long cash lasts, who pays late, what does not fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.playbooks.finance.prose import (
    budget_rationale,
    cells_of,
    flag_rationale,
    named,
    reminder_rationale,
)
from agents.playbooks.prose import Said, because_of, claim, joined
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import AgentReport, Claim, Finding, Severity

RISKY_BPS = 1_000
"""How likely it must be that cash runs out to be called a risk."""
LATE_BPS = 1_000
_MOST_FINDINGS, _MOST_LATE = 40, 3
_EFFECTS: Mapping[str, tuple[str, str]] = {
    "volume": ("volume", "Menge"),
    "mix": ("mix", "Mix"),
    "price": ("prices", "Preise"),
    "fees": ("fees", "Gebühren"),
    "unit_cost": ("costs of goods", "Wareneinsatz"),
    "begun": ("new lines", "neue Produkte"),
    "ended": ("lines that ended", "ausgelaufene Produkte"),
}


@dataclass(frozen=True)
class MoneyReview:
    """What each tool answered, and what became of the proposals."""

    margins: Answer
    cash: Answer
    receivables: Answer
    expenses: Answer
    budgets: Answer
    reminders: Sequence[Answer]
    proposed: Sequence[Answer]

    @property
    def proposals(self) -> list[UUID]:
        return [UUID(one.result["proposal"]) for one in self.proposed if one.result]


def write_report(review: MoneyReview) -> AgentReport:
    findings = [
        *_cash(review.cash),
        *_late_profit(review.cash),
        *_margins(review.margins),
        *_debtors(review),
        *_expenses(review.expenses),
        *_budgets(review.budgets),
    ]
    missing = list(_missing(review))
    return AgentReport(
        summary=_summary(review),
        findings=findings[:_MOST_FINDINGS],
        proposals=review.proposals,
        missing_data=[line.text for line in missing],
        missing_german=[line.german for line in missing],
    )


def _told(answer: Answer) -> bool:
    return bool(answer.result) and (answer.result or {}).get("status") == "told"


def _summary(review: MoneyReview) -> Claim:
    parts, german, figures = [], [], {}
    if _told(review.margins):
        figures |= cells_of(review.margins)
        parts.append("Over the last {weeks} sales left {contribution}, {margin} of revenue without VAT.")
        german.append("In den letzten {weeks} blieben {contribution} Deckungsbeitrag, {margin} vom Umsatz ohne USt.")
    if _told(review.cash):
        figures |= cells_of(review.cash)
        parts.append("The accounts hold {cash}; the lowest to be expected within {horizon} is {lowest}.")
        german.append("Auf den Konten liegen {cash}; zu erwarten sind in {horizon} mindestens {lowest}.")
    if _told(review.receivables):
        figures |= {f"now_{key}": ref for key, ref in cells_of(review.receivables).items()}
        parts.append("Debtors owe {now_owed}, {now_overdue} of it overdue.")
        german.append("Schuldner haben {now_owed} offen, {now_overdue} davon überfällig.")
    if not parts:
        return Claim(
            text="Nothing can be said about money: no sales, balances or invoices are known.",
            german="Zum Geld lässt sich nichts sagen: Verkäufe, Kontostände und Rechnungen fehlen.",
        )
    return claim(" ".join(parts), figures, " ".join(german))


def _cash(answer: Answer) -> Iterator[Finding]:
    """The outlook; a risk where cash may run out, with the day."""
    if not _told(answer):
        return
    result, figures = answer.result or {}, cells_of(answer)
    text = (
        "Cash is expected to be lowest in {lowest_week}, at {lowest} ({coverage} interval: {lowest_low} to "
        "{lowest_high}), with debtors' money counted when they pay by habit; on time it would be {lowest_if_on_time}. "
        "Suppliers' bills known come to {bills}, running costs to {running_costs} a week."
    )
    german = (
        "Am tiefsten steht die Kasse voraussichtlich in {lowest_week}, bei {lowest} (Bereich für {coverage}: "
        "{lowest_low} bis {lowest_high}); gerechnet damit, wann Schuldner gewöhnlich zahlen. Zahlten alle pünktlich, "
        "wären es {lowest_if_on_time}. Bekannte Lieferantenrechnungen: {bills}, laufende Kosten je Woche: "
        "{running_costs}."
    )
    if result["risk"]["value"] < RISKY_BPS:
        text += " The probability that it runs out within {horizon} is {risk}."
        german += " Dass sie binnen {horizon} leer ist, hat eine Wahrscheinlichkeit von {risk}."
        yield Finding(subject="Cash", claim=claim(text, figures, german))
        return
    start = f"Cash may run out by {result['date']}: the probability within {{horizon}} is {{risk}}."
    begin = f"Die Kasse kann bis {result['date']} leer sein: Die Wahrscheinlichkeit binnen {{horizon}} ist {{risk}}."
    if result["headroom"]["value"] < 0:
        text += " To be safe, {headroom} is lacking."
        german += " Für die Sicherheit fehlen {headroom}."
    yield Finding(subject="Cash", claim=claim(f"{start} {text}", figures, f"{begin} {german}"), severity=Severity.RISK)


def _late_profit(answer: Answer) -> Iterator[Finding]:
    """Profit that is booked and not there, or cash that is there and no profit."""
    result = answer.result or {}
    if not _told(answer) or not result.get("verdict"):
        return
    figures = cells_of(answer)
    if result["verdict"] == "profit_is_cash":
        yield from _suppliers_money(result, figures)
        return
    text = "The last quarter's profit of {profit} is not cash: only {profit_in_cash} of it came. "
    german = "Der Gewinn des letzten Quartals von {profit} ist nicht in der Kasse: Gekommen sind {profit_in_cash}. "
    if result["profit_in_cash"]["value"] < 0:
        text = "The last quarter's profit of {profit} is not cash: in the same time cash changed by {profit_in_cash}. "
        german = (
            "Der Gewinn des letzten Quartals von {profit} ist nicht in der Kasse: Sie änderte sich in dieser Zeit um "
            "{profit_in_cash}. "
        )
    severity = Severity.ATTENTION
    if result["verdict"] == "profit_is_late_cash":
        text += "Most of what is missing is owed by debtors who are late: {overdue} is overdue, {late} of the profit."
        german += "Das meiste davon schulden säumige Kunden: {overdue} sind überfällig, {late} des Gewinns."
        severity = Severity.RISK if result["risk"]["value"] >= RISKY_BPS else severity
    elif result["verdict"] == "profit_is_tied_up":
        text += "It lies in stock, in what is not due yet, or went to suppliers; overdue is {overdue}."
        german += (
            "Er steckt in Ware und noch nicht fälligen Rechnungen oder ging an Lieferanten; überfällig: {overdue}."
        )
    else:
        text = "The last quarter booked no profit: {profit}, with {profit_in_cash} of cash."
        german = "Das letzte Quartal brachte keinen Gewinn: {profit}, bei {profit_in_cash} in der Kasse."
    yield Finding(subject="Profit and cash", claim=claim(text, figures, german), severity=severity)


def _suppliers_money(result: Mapping[str, Any], figures: Mapping[str, FigureRef]) -> Iterator[Finding]:
    """Cash beyond the profit, where suppliers' bills are half of it or more."""
    beyond = result["profit_in_cash"]["value"] - result["profit"]["value"]
    if beyond <= 0 or 2 * result["bills"]["value"] < beyond:
        return
    text = (
        "The last quarter brought {profit_in_cash} of cash, and a profit of {profit}. What is more is not earned: "
        "suppliers' bills of {bills} are still to be paid."
    )
    german = (
        "Das letzte Quartal brachte {profit_in_cash} in die Kasse und {profit} Gewinn. Der Rest ist nicht verdient: "
        "Lieferantenrechnungen von {bills} sind noch zu bezahlen."
    )
    severity = Severity.ATTENTION if result["bills"]["value"] > result["cash"]["value"] else Severity.INFO
    yield Finding(subject="Profit and cash", claim=claim(text, figures, german), severity=severity)


def _margins(answer: Answer) -> Iterator[Finding]:
    if not _told(answer):
        return
    result, figures = answer.result or {}, cells_of(answer)
    effects = {key: answer.ref("effects", key) for key in result["effects"]}
    known = [key for key in effects if key in _EFFECTS]
    why = ", ".join(f"{_EFFECTS[key][0]} {{{key}}}" for key in known)
    warum = ", ".join(f"{_EFFECTS[key][1]} {{{key}}}" for key in known)
    text = "Contribution went from {before} to {contribution} in a quarter, {change}"
    german = "Der Deckungsbeitrag ging in einem Quartal von {before} auf {contribution}, {change}"
    yield Finding(
        subject="Contribution",
        claim=claim(
            f"{text}: {why}." if why else f"{text}.",
            {**figures, **effects},
            f"{german}: {warum}." if why else f"{german}.",
        ),
    )
    yield from _channels(answer, result)
    for at, line in enumerate(result["weakest"]):
        if line["contribution"]["value"] < 0:
            name = named(str(line["title"]), "A product")
            yield Finding(
                subject=named(str(line["sku"]), "a product")[:120],
                claim=claim(
                    f"{name} loses money: {{contribution}} on {{revenue}} of sales, after fees and goods.",
                    cells_of(answer, "weakest", at),
                    f"{name} verliert Geld: {{contribution}} bei {{revenue}} Umsatz, nach Gebühren und Ware.",
                ),
                severity=Severity.ATTENTION,
            )


def _channels(answer: Answer, result: Mapping[str, Any]) -> Iterator[Finding]:
    for at, line in enumerate(result["channels"]):
        name = named(str(line["title"]), "A channel")
        text = (
            f"{name} left {{contribution}} of {{revenue}} ({{margin}}), after {{fees}} of fees and {{cost}} of goods; "
            "{change} against the quarter before."
        )
        german = (
            f"{name} ließ {{contribution}} von {{revenue}} übrig ({{margin}}), nach {{fees}} Gebühren und {{cost}} "
            "Ware; {change} gegenüber dem Vorquartal."
        )
        yield Finding(subject=name[:120], claim=claim(text, cells_of(answer, "channels", at), german))


def _debtors(review: MoneyReview) -> Iterator[Finding]:
    answer = review.receivables
    if not _told(answer):
        return
    result, figures = answer.result or {}, cells_of(answer)
    if result.get("outstanding") and result.get("late_share"):
        text = "Debtors owe {owed}, as much as {outstanding} of invoiced sales; {late_share} of invoices came late."
        german = (
            "Offen sind {owed}, so viel wie der Rechnungsumsatz von {outstanding}; {late_share} der Rechnungen kamen "
            "zu spät."
        )
        late = result["late_share"]["value"] >= LATE_BPS and result["overdue"]["value"] > 0
        yield Finding(
            subject="Receivables",
            claim=claim(text, figures, german),
            severity=Severity.ATTENTION if late else Severity.INFO,
        )
    for at, one in enumerate(result["debtors"][:_MOST_LATE]):
        if one["overdue"]["value"] > 0 and one.get("usual"):
            name = named(str(one["debtor"]), "A debtor")
            text = f"{name} is late with {{overdue}} of {{owed}}, the oldest by {{oldest}}; it pays in {{usual}}"
            german = f"{name} ist mit {{overdue}} von {{owed}} im Rückstand, bis zu {{oldest}}; üblich sind {{usual}}"
            yield Finding(
                subject=name[:120],
                claim=claim(
                    f"{text}, on terms of {{terms}}.", cells_of(answer, "debtors", at),
                    f"{german}, bei einem Ziel von {{terms}}.",
                ),
                severity=Severity.ATTENTION,
            )  # fmt: skip
    for one in review.reminders:
        if one.result and one.result["status"] == "remind":
            name = named(str(one.result["debtor"]), "A debtor")
            yield Finding(subject=f"Reminder {name}"[:120], claim=reminder_rationale(one), severity=Severity.INFO)


def _expenses(answer: Answer) -> Iterator[Finding]:
    if not _told(answer):
        return
    result, figures = answer.result or {}, cells_of(answer)
    held, before = result["chargebacks"]["value"], result["chargebacks_before"]["value"]
    rising = held > 2 * before and held > 0
    for at, one in enumerate(result["odd"]):
        # sales that do not hold make a commission for them a risk; alone it may be a good week
        severity = Severity.RISK if rising and one["reason"] == "commission_above_sales" else Severity.ATTENTION
        name = named(str(one["category"]), "An expense")
        yield Finding(subject=name[:120], claim=flag_rationale(answer, at), severity=severity)
    if rising:
        text = "Chargebacks came to {chargebacks} in four weeks, against {chargebacks_before} in four usual ones."
        german = "Rückbuchungen: {chargebacks} in vier Wochen, gegenüber {chargebacks_before} in vier üblichen."
        yield Finding(subject="Chargebacks", claim=claim(text, figures, german), severity=Severity.ATTENTION)


def _budgets(answer: Answer) -> Iterator[Finding]:
    result = answer.result or {}
    if result.get("status") == "move":
        yield Finding(subject="Advertising", claim=budget_rationale(answer), severity=Severity.ATTENTION)
    for at, one in enumerate(result.get("campaigns", ())):
        if one["status"] == "measurable":
            name = named(str(one["campaign"]), "A campaign")
            text = (
                f"{name} spends {{spent}} a week. The next unit of money spent there brings {{marginal}} back in "
                "contribution (interval: {marginal_low} to {marginal_high})."
            )
            german = (
                f"{name} gibt {{spent}} je Woche aus. Ein weiterer Euro dort bringt {{marginal}} an Deckungsbeitrag "
                "zurück (Bereich: {marginal_low} bis {marginal_high})."
            )
            figures = cells_of(answer, "campaigns", at)
            yield Finding(subject=f"Campaign {name}"[:120], claim=claim(text, figures, german))


def _missing(review: MoneyReview) -> Iterator[Said]:
    named_tools = (
        ("Margins", "Margen", review.margins),
        ("Cash", "Liquidität", review.cash),
        ("Receivables", "Forderungen", review.receivables),
        ("Expenses", "Ausgaben", review.expenses),
        ("Budgets", "Budgets", review.budgets),
    )
    for name, german, answer in named_tools:
        if answer.result is None:
            yield Said(f"{name}: the analysis failed.", f"{german}: Die Auswertung ist gescheitert.")
        elif answer.result["status"] == "abstained":
            yield _because(answer.result, name, german)
    for one in (review.budgets.result or {}).get("campaigns", ()):
        if one["status"] == "not_measurable":
            campaign = str(one["campaign"])
            yield _because(
                one, f"Campaign {named(campaign, 'a campaign')}", f"Kampagne {named(campaign, 'eine Kampagne')}"
            )
    for one in review.reminders:
        if one.result and one.result["status"] == "abstained":
            debtor = str(one.result["debtor"])
            yield _because(
                one.result,
                f"Reminder of {named(debtor, 'a debtor')}",
                f"Erinnerung an {named(debtor, 'einen Schuldner')}",
            )
    for one in review.proposed:
        if one.result is None:
            yield Said("A proposal was refused.", "Ein Vorschlag wurde abgelehnt.")


def _because(node: Mapping[str, Any], name: str, german: str) -> Said:
    why = joined(because_of(node))
    return Said(f"{name}: {why.text}.", f"{german}: {why.german}.")
