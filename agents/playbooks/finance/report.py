"""The Finance Analyst's report: earnings and their places, how long cash lasts, who pays late, what does not fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.claims import claim, is_given, missing, named, reasons_of, subject_of
from agents.playbooks.finance.prose import budget_rationale, cells_of, flag_rationale, reminder_rationale
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, message, sentences
from domain.report import AgentReport, Claim, Finding, FindingSeverity

RISKY_BPS = 1_000
"""How likely it must be that cash runs out to be called a risk."""
LATE_BPS = 1_000
_MOST_FINDINGS, _MOST_LATE = 40, 3
_CONTRADICTIONS = ("no_payments", "payments_end", "payouts_missing")
_EFFECTS = ("volume", "mix", "price", "fees", "unit_cost", "begun", "ended")


@dataclass(frozen=True)
class MoneyReview:
    """The answer of each tool, and what became of the proposals."""

    margins: AnsweredCall
    cash: AnsweredCall
    receivables: AnsweredCall
    expenses: AnsweredCall
    budgets: AnsweredCall
    reminders: Sequence[AnsweredCall]
    proposed: Sequence[AnsweredCall]

    @property
    def proposals(self) -> list[UUID]:
        return [UUID(answer.result["proposal"]) for answer in self.proposed if answer.result]


def write_report(review: MoneyReview) -> AgentReport:
    findings = [
        *_cash(review.cash),
        *_late_profit(review.cash),
        *_margins(review.margins),
        *_debtors(review),
        *_expenses(review.expenses),
        *_budgets(review.budgets),
    ]
    return AgentReport(
        summary=_summary(review),
        findings=findings[:_MOST_FINDINGS],
        proposals=review.proposals,
        **missing(list(_missing(review))),
    )


def _has_result(answer: AnsweredCall) -> bool:
    return bool(answer.result) and (answer.result or {}).get("status") == "told"


def _summary(review: MoneyReview) -> Claim:
    lines, figures = list[Message](), {}
    if _has_result(review.margins):
        figures |= cells_of(review.margins)
        lines.append(Message(key="finance.summary.margins"))
    if _has_result(review.cash):
        figures |= cells_of(review.cash)
        lines.append(Message(key="finance.summary.cash"))
    if _has_result(review.receivables):
        figures |= {f"now_{key}": ref for key, ref in cells_of(review.receivables).items()}
        lines.append(Message(key="finance.summary.receivables"))
    return claim(sentences(lines or [Message(key="finance.summary.unread")]), figures)


def _cash(answer: AnsweredCall) -> Iterator[Finding]:
    """The outlook; a risk where cash may run out, with the day; what is missing, where sales and money contradict."""
    result, figures = answer.result or {}, cells_of(answer)
    if not _has_result(answer):
        for reason in _CONTRADICTIONS if result.get("sold") else ():
            if is_given(result, reason):
                said = claim(Message(key=f"finance.cash.{reason}"), figures)
                yield Finding(subject="Cash", claim=said, severity=FindingSeverity.ATTENTION)
        return
    lowest = sentences([Message(key="finance.cash.lowest"), Message(key="finance.cash.inflows")])
    if result["risk"]["value"] < RISKY_BPS:
        outlook = [lowest, Message(key="finance.cash.unlikely_to_end")]
        yield Finding(subject="Cash", claim=claim(sentences(outlook), figures))
        return
    outlook = [message("finance.cash.may_end", day=str(result["date"])), lowest]
    if result["headroom"]["value"] < 0:
        outlook.append(Message(key="finance.cash.headroom"))
    yield Finding(subject="Cash", claim=claim(sentences(outlook), figures), severity=FindingSeverity.RISK)


def _late_profit(answer: AnsweredCall) -> Iterator[Finding]:
    """Profit that is booked and not there, or cash that is there and no profit."""
    result = answer.result or {}
    if not _has_result(answer) or not result.get("verdict"):
        return
    figures = cells_of(answer)
    if result["verdict"] == "profit_is_cash":
        yield from _suppliers_money(result, figures)
        return
    severity = FindingSeverity.ATTENTION
    if result["verdict"] == "profit_is_late_cash" and result["risk"]["value"] >= RISKY_BPS:
        severity = FindingSeverity.RISK
    yield Finding(
        subject="Profit and cash", claim=claim(sentences(_where_profit_is(result)), figures), severity=severity
    )


def _where_profit_is(result: Mapping[str, Any]) -> list[Message]:
    went_down = result["profit_in_cash"]["value"] < 0
    not_cash = Message(key="finance.profit.not_cash" if went_down else "finance.profit.partly_cash")
    if result["verdict"] == "profit_is_late_cash":
        return [not_cash, Message(key="finance.profit.late")]
    if result["verdict"] == "profit_is_tied_up":
        return [not_cash, Message(key="finance.profit.tied_up")]
    return [Message(key="finance.profit.none")]


def _suppliers_money(result: Mapping[str, Any], figures: Mapping[str, FigureRef]) -> Iterator[Finding]:
    """Cash beyond the profit, where suppliers' bills are half of it or more."""
    beyond = result["profit_in_cash"]["value"] - result["profit"]["value"]
    if beyond <= 0 or 2 * result["bills"]["value"] < beyond:
        return
    severity = FindingSeverity.ATTENTION if result["bills"]["value"] > result["cash"]["value"] else FindingSeverity.INFO
    unearned = claim(Message(key="finance.profit.suppliers_money"), figures)
    yield Finding(subject="Profit and cash", claim=unearned, severity=severity)


def _margins(answer: AnsweredCall) -> Iterator[Finding]:
    if not _has_result(answer):
        return
    result = answer.result or {}
    yield Finding(subject="Contribution", claim=_contribution(answer, result))
    yield from _channels(answer, result)
    for at, product in enumerate(result["weakest"]):
        if product["contribution"]["value"] < 0:
            title = named(str(product["title"]), "finance.a_product")
            yield Finding(
                subject=subject_of(named(str(product["sku"]), "finance.a_product")),
                claim=claim(message("finance.product_loses", product=title), cells_of(answer, "weakest", at)),
                severity=FindingSeverity.ATTENTION,
            )


def _contribution(answer: AnsweredCall, result: Mapping[str, Any]) -> Claim:
    known = [key for key in result["effects"] if key in _EFFECTS]
    figures = {**cells_of(answer), **{key: answer.ref("effects", key) for key in known}}
    if not known:
        return claim(Message(key="finance.contribution.moved"), figures)
    effects = [Message(key=f"finance.effect.{key}") for key in known]
    return claim(message("finance.contribution.explained", effects=effects), figures)


def _channels(answer: AnsweredCall, result: Mapping[str, Any]) -> Iterator[Finding]:
    for at, channel in enumerate(result["channels"]):
        name = named(str(channel["title"]), "finance.a_channel")
        margin = claim(message("finance.channel", channel=name), cells_of(answer, "channels", at))
        yield Finding(subject=subject_of(name), claim=margin)


def _debtors(review: MoneyReview) -> Iterator[Finding]:
    answer = review.receivables
    if not _has_result(answer):
        return
    result = answer.result or {}
    if result.get("outstanding") and result.get("late_share"):
        late = result["late_share"]["value"] >= LATE_BPS and result["overdue"]["value"] > 0
        yield Finding(
            subject="Receivables",
            claim=claim(Message(key="finance.debtors.owed"), cells_of(answer)),
            severity=FindingSeverity.ATTENTION if late else FindingSeverity.INFO,
        )
    yield from _late_debtors(review)
    for reminder in review.reminders:
        if reminder.result and reminder.result["status"] == "remind":
            yield Finding(subject="Reminders", claim=reminder_rationale(reminder), severity=FindingSeverity.INFO)


def _late_debtors(review: MoneyReview) -> Iterator[Finding]:
    """Those who may never pay, each a risk of its own; of the others those who owe most that is overdue.

    Where one is on the list of reminders, the risk rests on that, too: reminding answers it.
    """
    answer, result = review.receivables, review.receivables.result or {}
    listed = {
        str(line["debtor"]): advice.ref("lines", at, "overdue")
        for advice in review.reminders
        for at, line in enumerate((advice.result or {}).get("lines", ()))
    }
    for at, debtor in enumerate(result["debtors"]):
        if debtor.get("at_risk") and debtor.get("may_be_lost"):
            name = named(str(debtor["debtor"]), "finance.a_debtor")
            said, figures = [message("finance.debtors.at_risk", debtor=name)], cells_of(answer, "debtors", at)
            if reminded := listed.get(str(debtor["debtor"])):
                said.append(Message(key="finance.debtors.on_the_list"))
                figures["reminded"] = reminded
            risk = claim(sentences(said), figures)
            yield Finding(subject=subject_of(name), claim=risk, severity=FindingSeverity.RISK)
    for at, debtor in enumerate(result["debtors"][:_MOST_LATE]):
        if debtor.get("at_risk"):
            continue
        if debtor["overdue"]["value"] > 0 and debtor.get("usual"):
            name = named(str(debtor["debtor"]), "finance.a_debtor")
            habit = claim(message("finance.debtors.late", debtor=name), cells_of(answer, "debtors", at))
            yield Finding(subject=subject_of(name), claim=habit, severity=FindingSeverity.ATTENTION)


def _expenses(answer: AnsweredCall) -> Iterator[Finding]:
    if not _has_result(answer):
        return
    result = answer.result or {}
    held, before = result["chargebacks"]["value"], result["chargebacks_before"]["value"]
    rising = held > 2 * before and held > 0
    for at, expense in enumerate(result["odd"]):
        # sales that do not hold make a commission for them a risk; alone it may be a good week
        severity = (
            FindingSeverity.RISK
            if rising and expense["reason"] == "commission_above_sales"
            else FindingSeverity.ATTENTION
        )
        subject = subject_of(named(str(expense["category"]), "finance.an_expense"))
        yield Finding(subject=subject, claim=flag_rationale(answer, at), severity=severity)
    if rising:
        chargebacks = claim(Message(key="finance.chargebacks"), cells_of(answer))
        yield Finding(subject="Chargebacks", claim=chargebacks, severity=FindingSeverity.ATTENTION)


def _budgets(answer: AnsweredCall) -> Iterator[Finding]:
    result = answer.result or {}
    if result.get("status") == "move":
        yield Finding(subject="Advertising", claim=budget_rationale(answer), severity=FindingSeverity.ATTENTION)
    for at, campaign in enumerate(result.get("campaigns", ())):
        if campaign["status"] == "measurable":
            name = named(str(campaign["campaign"]), "finance.a_campaign")
            response = claim(message("finance.campaign", campaign=name), cells_of(answer, "campaigns", at))
            yield Finding(subject=f"Campaign {subject_of(name)}"[:120], claim=response)


def _missing(review: MoneyReview) -> Iterator[Message]:
    for key, failed, answer in (
        ("finance.missing.margins", "finance.missing.margins_failed", review.margins),
        ("finance.missing.cash", "finance.missing.cash_failed", review.cash),
        ("finance.missing.receivables", "finance.missing.receivables_failed", review.receivables),
        ("finance.missing.expenses", "finance.missing.expenses_failed", review.expenses),
        ("finance.missing.budgets", "finance.missing.budgets_failed", review.budgets),
    ):
        if answer.result is None:
            yield Message(key=failed)
        elif answer.result["status"] == "abstained":
            yield message(key, reasons=reasons_of(answer.result))
    for campaign in (review.budgets.result or {}).get("campaigns", ()):
        if campaign["status"] == "not_measurable":
            name = named(str(campaign["campaign"]), "finance.some_campaign")
            yield message("finance.missing.campaign", campaign=name, reasons=reasons_of(campaign))
    for reminder in review.reminders:
        if reminder.result and reminder.result["status"] == "abstained":
            yield message("finance.missing.reminders", reasons=reasons_of(reminder.result))
    for answer in review.proposed:
        if answer.result is None:
            yield Message(key="finance.missing.proposal_refused")
