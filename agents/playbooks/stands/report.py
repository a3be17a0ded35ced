"""The Stand Coach's report: which trips pay, what stands lose that are not worth one, and what could not be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.claims import claim, is_given, listed, missing, named, reason_to_act, reasons_of
from agents.playbooks.stands.trend_report import falling_behind, missing_trends
from agents.playbooks.transcript import AnsweredCall
from domain.message import Message, message
from domain.report import AgentReport, Claim, Finding, FindingSeverity

_MOST_FINDINGS = 40
_MOST_LOSING = 8
_NAMED = 12


def rationale_of_trip(advice: AnsweredCall, at: int) -> Claim:
    """Why the trip should be made, for the person who decides."""
    result = advice.result or {}
    trip = result["trips"][at]
    figures = {key: advice.ref("trips", at, key) for key, value in trip.items() if _is_cell(value)}
    stop_at, stop = _neediest(result, trip["stands"])
    figures["loss"] = advice.ref("stands", stop_at, "loss")
    figures["wait"] = advice.ref("stands", stop_at, "wait")
    key = "stands.trip.one" if len(trip["stands"]) == 1 else "stands.trip"
    why = [message(key, needy=_stand(stop))]
    if any(product["sku"] for product in result.get("short", ())):
        why.append(Message(key="stands.trip.warehouse_short"))
    return reason_to_act(why, figures, message("stands.trip.if_no", needy=_stand(stop)))


def _neediest(result: Mapping[str, Any], codes: Sequence[str]) -> tuple[int, Mapping[str, Any]]:
    stops = [(at, stand) for at, stand in enumerate(result["stands"]) if stand["stand"] in codes]
    return max(stops, key=lambda stop: stop[1]["loss"]["value"])


@dataclass(frozen=True)
class Looks:
    """The answers that a report rests on: the list of stands, the advice about trips, each stand beside the others."""

    listing: AnsweredCall
    advice: AnsweredCall
    trends: AnsweredCall


def write_report(looks: Looks, proposed: Sequence[AnsweredCall]) -> AgentReport:
    """`proposed` is what became of each proposal."""
    listing, advice, trends = looks.listing, looks.advice, looks.trends
    findings = [*_trips(advice), *falling_behind(trends), *_short(advice), *_losing(advice), *_expiring(advice)]
    return AgentReport(
        summary=_summary(listing, advice),
        findings=findings[:_MOST_FINDINGS],
        proposals=[UUID(answer.result["proposal"]) for answer in proposed if answer.result],
        **missing([*_missing(listing, advice, proposed), *missing_trends(trends)]),
    )


def _summary(listing: AnsweredCall, advice: AnsweredCall) -> Claim:
    if listing.result is None or advice.result is None:
        return claim(Message(key="stands.summary.unread"), {})
    if advice.result["status"] == "abstained":
        return claim(Message(key="stands.summary.abstained"), {})
    trips = advice.result["trips"]
    if not trips:
        return claim(Message(key="stands.summary.no_trip"), {})
    figures = {key: advice.ref("trips", 0, key) for key in ("net", "cost", "stops")}
    return claim(Message(key="stands.summary.trips" if trips[1:] else "stands.summary.trip"), figures)


def _trips(advice: AnsweredCall) -> Iterator[Finding]:
    for at, trip in enumerate((advice.result or {}).get("trips", ())):
        subject = ", ".join(trip["stands"])[:120]
        yield Finding(subject=subject, claim=rationale_of_trip(advice, at), severity=FindingSeverity.ATTENTION)


def _short(advice: AnsweredCall) -> Iterator[Finding]:
    skus = [product["sku"] for product in (advice.result or {}).get("short", ())]
    if skus:
        products = listed(skus, _NAMED, "stands.some_products")
        text_claim = claim(message("stands.warehouse_short", products=products), {})
        yield Finding(subject=skus[0], claim=text_claim, severity=FindingSeverity.RISK)


def _losing(advice: AnsweredCall) -> Iterator[Finding]:
    """Stands that lose sales and are not called at, the worst first."""
    stands = (advice.result or {}).get("stands", ())
    waiting = [
        (at, stand)
        for at, stand in enumerate(stands)
        if stand["decision"] == "wait"
        and stand["loss"]
        and stand["loss"]["value"] > 0
        and not is_given(stand, "already_planned")
    ]
    for at, stand in sorted(waiting, key=lambda stop: -stop[1]["loss"]["value"])[:_MOST_LOSING]:
        figures = {key: advice.ref("stands", at, key) for key in ("loss", "wait", "on_hand")}
        text_claim = claim(message("stands.losing", stand=_stand(stand), reason=reasons_of(stand)[:1]), figures)
        yield Finding(subject=stand["stand"], claim=text_claim, severity=FindingSeverity.INFO)


def _expiring(advice: AnsweredCall) -> Iterator[Finding]:
    for at, stand in enumerate((advice.result or {}).get("stands", ())):
        if stand.get("expiring"):
            said = claim(
                message("stands.expiring", stand=_stand(stand)), {"expiring": advice.ref("stands", at, "expiring")}
            )
            yield Finding(subject=stand["stand"], claim=said, severity=FindingSeverity.ATTENTION)


def _missing(listing: AnsweredCall, advice: AnsweredCall, proposed: Sequence[AnsweredCall]) -> Iterator[Message]:
    if listing.result is None:
        yield message("stands.missing.unread", error=listing.error)
    elif not listing.result["stands"]:
        yield Message(key="stands.missing.no_stand")
    if advice.result is None:
        yield message("stands.missing.trips_failed", error=advice.error)
    elif advice.result["status"] == "abstained":
        yield message("stands.missing.trips", reasons=reasons_of(advice.result))
    for stand in (advice.result or {}).get("stands", ()):
        if stand["decision"] == "abstained":
            yield message("stands.missing.stand", stand=_stand(stand), reasons=reasons_of(stand))
    for answer in proposed:
        if answer.result is None:
            name = str(answer.arguments.get("trip") or answer.arguments.get("stand"))
            yield message("stands.missing.proposal_refused", name=name, error=answer.error)


def _stand(stand: Mapping[str, Any]) -> str | Message:
    return named(str(stand["stand"]), "stands.a_stand")


def _is_cell(value: Any) -> bool:
    return isinstance(value, dict) and "unit" in value
