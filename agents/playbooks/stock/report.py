"""The Inventory Forecaster's report: what runs out, what to order, what lies too long, and what could not be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.playbooks.prose import UNSAID, Said, because_of, claim, claim_of, is_given, joined, speakable
from agents.playbooks.stock.terms import minimum_findings, minimum_questions, of_minimum
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import AgentReport, Claim, Finding, Severity

LIKELY_OUT_BPS = 2_000
OUT_LATELY_BPS = 500
_MOST_FINDINGS = 40
_NAMED = 6
_LONGEST_NAME = 100
_COUNTED_IN = Said(
    "was out of stock for {out_of_stock} of the last quarter: what was not sold then is counted in.",
    "fehlte im letzten Quartal während {out_of_stock} der Zeit: was dabei nicht verkauft wurde, ist eingerechnet.",
)
_ASSUMED = Said(
    "No delivery of theirs is known yet, so that is their promise.",
    "Noch ist keine Lieferung von dort bekannt, das ist also die Zusage.",
)


@dataclass(frozen=True)
class SupplierReview:
    """The advice about one supplier, and what became of its proposal."""

    advice: Answer
    proposed: Answer | None = None

    @property
    def result(self) -> Mapping[str, Any]:
        return self.advice.result or {}

    @property
    def code(self) -> str:
        return str(self.advice.arguments["supplier"])

    @property
    def name(self) -> str:
        """The supplier as prose can carry it."""
        return _named(str(self.result.get("title", "")), self.code) or "a supplier"

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
        """Every number of one line as a figure."""
        line = self.lines[index]
        return {key: self.advice.ref("lines", index, key) for key, value in line.items() if isinstance(value, dict)}

    def of_order(self) -> dict[str, FigureRef]:
        """Every number of the order as a whole."""
        return {key: self.advice.ref(key) for key, value in self.result.items() if isinstance(value, dict)}


def _named(*names: str) -> str:
    """The first of the names that prose can carry; empty where there is none."""
    return next((name for name in names if name.strip() and len(name) <= _LONGEST_NAME and speakable(name)), "")


def rationale_of(review: SupplierReview) -> Claim:
    """Why the order should be placed, for the person who decides."""
    due = [(index, line) for index, line in enumerate(review.lines) if line["decision"] == "order"]
    index, worst = max(due, key=lambda one: one[1]["stock_out_without"]["value"])
    figures = {**review.of_order(), "risk": review.advice.ref("lines", index, "stock_out_without")}
    short_at, short = max(due, key=lambda one: _value(one[1], "out_of_stock"))
    restated = UNSAID
    if _value(short, "out_of_stock") >= OUT_LATELY_BPS:
        figures["out_of_stock"] = review.advice.ref("lines", short_at, "out_of_stock")
        restated = Said(f"{_sku(short)} {_COUNTED_IN.text}", f"{_sku(short)} {_COUNTED_IN.german}")
    others = Said(" and others", " und weiteren") if len(due) > _NAMED else UNSAID
    named = ", ".join(_sku(line) for _, line in due[:_NAMED])
    order = Said(
        f"Order {{units}} of {named}{others.text} from {review.name} for {{amount}}. They take {{lead_time}}.",
        f"Bei {review.name} {{units}} von {named}{others.german} für {{amount}} bestellen. Lieferzeit: {{lead_time}}.",
    )
    gain = Said(
        f"Waiting a week, {_sku(worst)} would run out before the goods come with a probability of {{risk}}. Ordering "
        "now rather than then should bring {gain} ({coverage} interval: {gain_low} to {gain_high}).",
        f"Bei einer Woche Warten ginge {_sku(worst)} mit einer Wahrscheinlichkeit von {{risk}} aus, bevor die Ware "
        "kommt. Jetzt statt dann zu bestellen sollte {gain} bringen (Intervall mit {coverage} Sicherheit: {gain_low} "
        "bis {gain_high}).",
    )
    assumed = _ASSUMED if review.result["lead_time_is_assumed"] else UNSAID
    least, terms = of_minimum(review.advice)
    return claim_of([order, least, assumed, gain, restated], {**figures, **terms})


def _sku(line: Mapping[str, Any]) -> str:
    return _named(str(line["sku"])) or "a product"


def write_report(listing: Answer, reviews: Sequence[SupplierReview]) -> AgentReport:
    """`listing` is the list of suppliers, `reviews` what was advised about each."""
    missing = list(_missing(listing, reviews))
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
        missing_data=[line.text for line in missing],
        missing_german=[line.german for line in missing],
    )


def _summary(listing: Answer, reviews: Sequence[SupplierReview]) -> Claim:
    if listing.result is None:
        return claim_of([_NOTHING_KNOWN], {})
    if not reviews:
        return claim_of([_NO_OFFERS], {})
    due = [review for review in reviews if review.proposal]
    figures: dict[str, FigureRef] = {}
    cash = UNSAID
    if (listing.result or {}).get("cash"):
        figures["cash"] = listing.ref("cash")
        cash = Said("The accounts hold {cash}.", "Auf den Konten sind {cash}.")
    if not due:
        return claim_of([_nothing_due(reviews), cash], figures)
    best = max(due, key=lambda review: review.result["gain"]["value"])
    figures |= {"gain": best.advice.ref("gain"), "amount": best.advice.ref("amount")}
    names = ", ".join(review.name for review in due[:_NAMED])
    others = Said(" and others", " und weiteren") if len(due) > _NAMED else UNSAID
    orders = Said(
        f"Orders are due from {names}{others.text}. Most depends on {best.name}: {{amount}} of goods, and {{gain}} "
        "lost by waiting a week.",
        f"Bestellungen sind fällig bei {names}{others.german}. Am meisten hängt an {best.name}: Ware für {{amount}}, "
        "und {gain} gehen durch eine Woche Warten verloren.",
    )
    return claim_of([orders, cash], figures)


_NOTHING_KNOWN = Said(
    "Nothing could be looked at: what is in stock is not known.",
    "Es konnte nichts geprüft werden: der Bestand ist nicht bekannt.",
)
_NO_OFFERS = Said(
    "There is nothing to look at: no supplier's offers are known.",
    "Es gibt nichts zu prüfen: es sind keine Angebote von Lieferanten bekannt.",
)


def _nothing_due(reviews: Sequence[SupplierReview]) -> Said:
    if any(_waits(line) for review in reviews for line in review.lines):
        return Said(
            "Orders are due, but the accounts do not hold what they cost.",
            "Bestellungen sind fällig, aber die Konten geben nicht her, was sie kosten.",
        )
    if any(line["decision"] != "abstained" for review in reviews for line in review.lines):
        return Said("No order is due this week.", "Diese Woche ist keine Bestellung fällig.")
    return Said("Whether an order is due cannot be told.", "Ob eine Bestellung fällig ist, lässt sich nicht sagen.")


def _orders(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    for review in reviews:
        if review.advises_order:
            yield Finding(subject=review.name[:120], claim=rationale_of(review), severity=Severity.ATTENTION)


def _waiting(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """What is due and waits for money."""
    for review in reviews:
        for index, line in enumerate(review.lines):
            if _waits(line):
                why = because_of(line)[0]
                said = Said(
                    f"{_title(line)} waits for money: {{quantity}} for {{amount}} are due and should bring {{gain}}, "
                    f"but {why.text}.",
                    f"{_title(line)} wartet auf Geld: {{quantity}} für {{amount}} sind fällig und sollten {{gain}} "
                    f"bringen, aber {why.german}.",
                )
                yield Finding(subject=_sku(line), claim=claim_of([said], review.of_line(index)), severity=Severity.RISK)


def _waits(line: Mapping[str, Any]) -> bool:
    return is_given(line, "waits_for_cash")


def _impossible(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """What cannot be ordered though it is asked for, where its stock still lasts."""
    for review in reviews:
        for index, line in enumerate(review.lines):
            if line["decision"] == "impossible" and _risk(line) < LIKELY_OUT_BPS:
                why = joined(because_of(line))
                text = f"{_title(line)}, {{on_hand}} on hand, cannot be ordered: {why.text}."
                german = f"{_title(line)}, {{on_hand}} auf Lager, kann nicht bestellt werden: {why.german}."
                said = claim(text, review.of_line(index), german)
                yield Finding(subject=_sku(line), claim=said, severity=Severity.ATTENTION)


def _risk(line: Mapping[str, Any]) -> int:
    """How likely it is to run out whatever is ordered today."""
    return _value(line, "stock_out_with" if line["decision"] == "order" else "stock_out_without")


def _at_risk(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    """What may run out whatever is ordered today, the worst first."""
    found = []
    for review in reviews:
        for index, line in enumerate(review.lines):
            if _risk(line) >= LIKELY_OUT_BPS and line["demand"]:
                found.append((_risk(line), review, index, line))
    for _, review, index, line in sorted(found, key=lambda one: (-one[0], one[3]["sku"])):
        key = "stock_out_with" if line["decision"] == "order" else "stock_out_without"
        parts = [
            Said(
                f"{_title(line)} may run out before more of it can come: a probability of {{{key}}}, with {{on_hand}} "
                "on hand, {under_way} on the way, and {demand} asked for ({demand_low} to {demand_high}).",
                f"{_title(line)} kann ausgehen, bevor mehr davon kommen kann: Wahrscheinlichkeit {{{key}}}, bei "
                "{on_hand} auf Lager, {under_way} unterwegs und einer Nachfrage von {demand} ({demand_low} bis "
                "{demand_high}).",
            )
        ]
        if _value(line, "out_of_stock") >= OUT_LATELY_BPS:
            parts.append(Said(f"It {_COUNTED_IN.text}", f"Es {_COUNTED_IN.german}"))
        if line["decision"] == "impossible":
            why = joined(because_of(line))
            parts.append(Said(f"It cannot be ordered: {why.text}.", f"Es kann nicht bestellt werden: {why.german}."))
        yield Finding(subject=_sku(line), claim=claim_of(parts, review.of_line(index)), severity=Severity.RISK)


def _too_much(reviews: Sequence[SupplierReview]) -> Iterator[Finding]:
    for review in reviews:
        for index, line in enumerate(review.lines):
            if is_given(line, "slow_mover") and line["cover"]:
                text = f"{_title(line)} lies for long: stock and orders under way are enough for {{cover}}."
                german = f"{_title(line)} liegt lange: Bestand und laufende Bestellungen reichen für {{cover}}."
                said = claim(text, review.of_line(index), german)
                yield Finding(subject=_sku(line), claim=said, severity=Severity.ATTENTION)


def _title(line: Mapping[str, Any]) -> str:
    return _named(str(line["title"]).strip(), str(line["sku"])) or "a product"


def _value(line: Mapping[str, Any], key: str) -> int:
    return line[key]["value"] if line.get(key) else 0


def _missing(listing: Answer, reviews: Sequence[SupplierReview]) -> Iterator[Said]:
    if listing.result is None:
        yield Said(
            f"Suppliers and stock could not be read: {listing.error}",
            f"Lieferanten und Bestand konnten nicht gelesen werden: {listing.error}",
        )
    elif not reviews:
        yield Said(
            "No supplier's offers are known: import suppliers and supplier offers.",
            "Es sind keine Angebote von Lieferanten bekannt: importieren Sie Lieferanten und ihre Angebote.",
        )
    for row in (listing.result or {}).get("suppliers", ()):
        if reviews and not row["products"]["value"]:
            named = _named(row["title"], row["supplier"])
            yield Said(
                f"{named or 'A supplier'}: its offers are not known.",
                f"{named or 'Ein Lieferant'}: die Angebote sind nicht bekannt.",
            )
    for review in reviews:
        yield from _lacking(review)


def _lacking(review: SupplierReview) -> Iterator[Said]:
    if review.advice.result is None:
        yield Said(f"{review.name}: its analysis failed.", f"{review.name}: die Analyse ist gescheitert.")
    else:
        yield from minimum_questions(review.name, review.advice)
    if review.advice.result is not None and not review.lines:
        yield _about(review.name, review.result)
    for line in review.lines:
        if line["decision"] == "abstained":
            yield _about(_sku(line), line)
    if review.proposed is not None and review.proposal is None:
        yield Said(f"{review.name}: the proposal was refused.", f"{review.name}: der Vorschlag wurde abgelehnt.")


def _about(name: str, result: Mapping[str, Any]) -> Said:
    why = joined(because_of(result))
    return Said(f"{name}: {why.text}.", f"{name}: {why.german}.")
