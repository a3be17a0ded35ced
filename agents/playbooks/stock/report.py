"""The Inventory Forecaster's report: what runs out, what to order, what lies too long, and what is not known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.claims import claim, is_given, missing, reason_to_act, reasons_of
from agents.playbooks.stock.names import Name, name_of, names_of, subject_of
from agents.playbooks.stock.order_reasons import (
    how_long_it_lasts,
    only_what_may_run_out,
    owed_to_customers,
    what_a_no_loses,
    what_bounds_it,
    when_it_runs_out,
)
from agents.playbooks.stock.terms import minimum_findings, minimum_questions, of_minimum
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, message, read_message, sentences
from domain.money import BPS
from domain.report import AgentReport, Claim, Finding, FindingSeverity
from tools.stock.order_advice import AT_RISK, WAITS_FOR_CASH, WAITS_FOR_CASH_AHEAD

LIKELY_OUT_BPS = round(AT_RISK * BPS)
OUT_LATELY_BPS = 500
_MOST_FINDINGS = 40
_NAMED = 6
_FILES = {
    "no_offer": "supplier_offers.csv",
    "no_lead_time": "suppliers.csv",
    "never_counted": "stock.csv",
    "too_few_weeks": "sales.csv",
    "no_sales": "sales.csv",
}
"""The file that would tell what is lacking."""


@dataclass(frozen=True)
class SupplierReview:
    """The advice about a supplier, and what became of its proposal."""

    advice: AnsweredCall
    proposed: AnsweredCall | None = None

    @property
    def result(self) -> Mapping[str, Any]:
        return self.advice.result or {}

    @property
    def code(self) -> str:
        return str(self.advice.arguments["supplier"])

    @property
    def name(self) -> Name:
        """The supplier as prose can carry it."""
        return name_of(str(self.result.get("title", "")), self.code, otherwise="stock.a_supplier")

    @property
    def lines(self) -> Sequence[Mapping[str, Any]]:
        return self.result.get("lines", ())

    @property
    def advises_order(self) -> bool:
        return self.result.get("status") == "order"

    @property
    def proposal(self) -> UUID | None:
        """The proposal that was stored for this supplier."""
        return UUID(self.proposed.result["proposal"]) if self.proposed and self.proposed.result else None

    def of_line(self, index: int) -> dict[str, FigureRef]:
        """Every number of a line as a figure."""
        line = self.lines[index]
        return {key: self.advice.ref("lines", index, key) for key, value in line.items() if isinstance(value, dict)}

    def of_order(self) -> dict[str, FigureRef]:
        """Every number of the order as a whole."""
        return {key: self.advice.ref(key) for key, value in self.result.items() if isinstance(value, dict)}


def rationale_of(review: SupplierReview) -> Claim:
    """Why the order should be placed, for the person who decides."""
    due = [(index, line) for index, line in enumerate(review.lines) if line["decision"] == "order"]
    index, worst = max(due, key=lambda entry: entry[1]["stock_out_without"]["value"])
    figures = {**review.of_order(), "risk": review.advice.ref("lines", index, "stock_out_without")}
    least, terms = of_minimum(review.advice)
    figures |= {f"worst_{key}": ref for key, ref in review.of_line(index).items()}
    why = "stock.order.why" if _value(worst, "under_way") else "stock.order.why_none"
    parts = [message(why, product=_sku(worst))]
    for said, cited in (
        when_it_runs_out((index, worst)),
        owed_to_customers(review.advice, due),
        (least, terms),
        how_long_it_lasts(review.advice, due),
        what_bounds_it(review.advice, due),
        only_what_may_run_out(review.advice),
    ):
        parts += said
        figures |= cited
    if review.result["lead_time_is_assumed"]:
        parts.append(Message(key="stock.order.lead_time_assumed"))
    short_at, short = max(due, key=lambda entry: _value(entry[1], "out_of_stock"))
    if _value(short, "out_of_stock") >= OUT_LATELY_BPS:
        figures["out_of_stock"] = review.advice.ref("lines", short_at, "out_of_stock")
        parts.append(message("stock.order.counted_in", product=_sku(short)))
    return reason_to_act(parts, figures, what_a_no_loses((index, worst)))


def _sku(line: Mapping[str, Any]) -> Name:
    return name_of(str(line["sku"]), otherwise="stock.a_product")


def write_report(listing: AnsweredCall, reviews: Sequence[SupplierReview]) -> AgentReport:
    """`listing` is the list of suppliers, `reviews` what was advised about each."""
    terms = (finding for review in reviews for finding in minimum_findings(review.name, review.advice))
    findings = [
        *_orders(reviews),
        *terms,
        *_waiting(reviews),
        *_at_risk(reviews),
        *_impossible(reviews),
        *_too_much(reviews),
    ]
    return AgentReport(
        summary=_summary(listing, reviews),
        findings=findings[:_MOST_FINDINGS],
        proposals=[review.proposal for review in reviews if review.proposal],
        **missing(list(_missing(listing, reviews))),
    )


def _summary(listing: AnsweredCall, reviews: Sequence[SupplierReview]) -> Claim:
    if listing.result is None:
        return claim(Message(key="stock.summary.unread"), {})
    if not reviews:
        return claim(Message(key="stock.summary.no_offers"), {})
    cash, figures = list[Message](), dict[str, FigureRef]()
    if listing.result.get("cash"):
        figures["cash"] = listing.ref("cash")
        cash.append(Message(key="stock.summary.cash"))
    due = [review for review in reviews if review.proposal]
    if not due:
        return claim(sentences([_nothing_due(reviews), *cash]), figures)
    best = max(due, key=lambda review: review.result["gain"]["value"])
    figures |= {"gain": best.advice.ref("gain"), "amount": best.advice.ref("amount")}
    suppliers = names_of([review.name for review in due], _NAMED, "stock.some_suppliers")
    orders = message("stock.summary.orders", suppliers=suppliers, supplier=best.name)
    return claim(sentences([orders, *cash]), figures)


def _nothing_due(reviews: Sequence[SupplierReview]) -> Message:
    lines = [line for review in reviews for line in review.lines]
    for reason in (WAITS_FOR_CASH_AHEAD, WAITS_FOR_CASH):
        if any(is_given(line, reason) for line in lines):
            return Message(key=f"stock.summary.{reason}")
    if any(line["decision"] != "abstained" for review in reviews for line in review.lines):
        return Message(key="stock.summary.no_order")
    return Message(key="stock.summary.unknown")


def _orders(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    for review in reviews:
        if review.advises_order:
            yield Finding(
                subject=subject_of(review.name), claim=rationale_of(review), severity=FindingSeverity.ATTENTION
            )


def _waiting(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """Orders that are due and wait for money."""
    for review, index, line in _lines(reviews):
        if _waits(line):
            waits = message("stock.waiting", product=_title(line), reason=reasons_of(line)[:1])
            yield _finding(line, claim(waits, review.of_line(index)), FindingSeverity.RISK)


def _waits(line: Mapping[str, Any]) -> bool:
    return is_given(line, WAITS_FOR_CASH) or is_given(line, WAITS_FOR_CASH_AHEAD)


def _impossible(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """Products that cannot be ordered though they are asked for, where their stock still lasts."""
    for review, index, line in _lines(reviews):
        if line["decision"] == "impossible" and _risk(line) < LIKELY_OUT_BPS:
            impossible = message("stock.impossible", product=_title(line), reasons=reasons_of(line))
            yield _finding(line, claim(impossible, review.of_line(index)), FindingSeverity.ATTENTION)


def _risk(line: Mapping[str, Any]) -> int:
    """How likely it is to run out whatever is ordered today."""
    return _value(line, _risk_key(line))


def _risk_key(line: Mapping[str, Any]) -> str:
    return "stock_out_with" if line["decision"] == "order" else "stock_out_without"


def _at_risk(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """Products that may run out whatever is ordered today, the worst first."""
    at_risk = [
        (review, index, line)
        for review, index, line in _lines(reviews)
        if _risk(line) >= LIKELY_OUT_BPS and line["demand"]
    ]
    for review, index, line in sorted(at_risk, key=lambda entry: (-_risk(entry[2]), entry[2]["sku"])):
        figures = {**review.of_line(index), "risk": review.advice.ref("lines", index, _risk_key(line))}
        parts = [message("stock.at_risk", product=_title(line))]
        if _value(line, "out_of_stock") >= OUT_LATELY_BPS:
            parts.append(Message(key="stock.at_risk.counted_in"))
        if line["decision"] == "impossible":
            parts.append(message("stock.at_risk.impossible", reasons=reasons_of(line)))
        yield _finding(line, claim(sentences(parts), figures), FindingSeverity.RISK)


def _too_much(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    for review, index, line in _lines(reviews):
        if is_given(line, "slow_mover") and line["cover"]:
            too_much = claim(message("stock.too_much", product=_title(line)), review.of_line(index))
            yield _finding(line, too_much, FindingSeverity.ATTENTION)


def _lines(reviews: Sequence[SupplierReview]) -> Iterator[tuple[SupplierReview, int, Mapping[str, Any]]]:
    """Every line of every supplier's advice, with its place in it."""
    for review in reviews:
        for index, line in enumerate(review.lines):
            yield review, index, line


def _finding(line: Mapping[str, Any], about: Claim, severity: FindingSeverity) -> Finding:
    return Finding(subject=subject_of(_sku(line)), claim=about, severity=severity)


def _title(line: Mapping[str, Any]) -> Name:
    return name_of(str(line["title"]).strip(), str(line["sku"]), otherwise="stock.a_product")


def _value(line: Mapping[str, Any], key: str) -> int:
    return line[key]["value"] if line.get(key) else 0


def _missing(listing: AnsweredCall, reviews: Sequence[SupplierReview]) -> Iterator[Message]:
    """What is not known, each once, with the file that would tell."""
    if listing.result is None:
        yield message("stock.missing.unread", error=listing.error)
    elif not reviews:
        yield Message(key="stock.missing.no_offers")
    elif not listing.result.get("cash") and any(review.advises_order for review in reviews):
        yield Message(key="stock.missing.no_cash_balance")
    derived = any(review.result.get("movements") == "derived" for review in reviews)
    if derived and any(line["decision"] != "abstained" for review in reviews for line in review.lines):
        yield Message(key="stock.missing.derived")
    yield from _without_answer(listing, reviews, derived=derived)
    for review in reviews:
        yield from _lacking(review)


def _without_answer(listing: AnsweredCall, reviews: Sequence[SupplierReview], *, derived: bool) -> Iterator[Message]:
    """A sentence for all suppliers and products that lack the same."""
    alike: dict[tuple[str, ...], list[Name]] = {}
    for row in (listing.result or {}).get("suppliers", ()):
        if reviews and not row["products"]["value"]:
            name = name_of(row["title"], row["supplier"], otherwise="stock.a_supplier")
            alike.setdefault(("stock.reason.no_offer",), []).append(name)
    for review in reviews:
        if review.result and not review.lines:
            alike.setdefault(tuple(review.result["reasons"]), []).append(review.name)
        for line in review.lines:
            if line["decision"] == "abstained":
                alike.setdefault(tuple(line["reasons"]), []).append(_sku(line))
    files = _FILES | ({} if derived else {"too_few_weeks": "inventory_movements.csv"})
    for reasons, names in alike.items():
        who, why = names_of(names, _NAMED, "stock.a_product"), list(map(read_message, reasons))
        telling = [files[code] for code in (reason.rpartition(".")[2] for reason in reasons) if code in files]
        if telling:
            yield message("stock.missing.with_file", names=who, reasons=why, file=telling[0])
        else:
            yield message("stock.missing.advice", name=who, reasons=why)


def _lacking(review: SupplierReview) -> Iterator[Message]:
    if review.advice.result is None:
        yield message("stock.missing.advice_failed", supplier=review.name)
    else:
        yield from minimum_questions(review.name, review.advice)
    if review.proposed is not None and review.proposal is None:
        yield message("stock.missing.proposal_refused", supplier=review.name)
