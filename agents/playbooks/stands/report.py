"""The Stand Coach's report: which trips pay, what stands lose that are not worth one, and what could not be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.playbooks.prose import Said, claim, speakable
from agents.playbooks.stands.trend_report import because, falling_behind, missing_trends
from agents.playbooks.transcript import Answer
from domain.report import AgentReport, Claim, Finding, Severity

_MOST_FINDINGS = 40
_MOST_LOSING = 8
_NAMED = 12
_LONGEST_NAME = 64


def rationale_of_trip(advice: Answer, at: int) -> Claim:
    """Why the trip should be made, for the person who decides."""
    result = advice.result or {}
    trip = result["trips"][at]
    figures = {key: advice.ref("trips", at, key) for key, value in trip.items() if _is_cell(value)}
    stop_at, stop = _neediest(result, trip["stands"])
    figures["loss"] = advice.ref("stands", stop_at, "loss")
    figures["wait"] = advice.ref("stands", stop_at, "wait")
    named = ", ".join(_codes(trip["stands"]))
    needy = _code(stop)
    text = (
        f"Bring {{units}} to {named} on one trip for {{cost}}. {needy} alone would lose {{loss}} of margin within "
        "{wait}, when the next planned call is. Against waiting for the planned calls the trip should bring {net} "
        "after its cost ({coverage} interval: {net_low} to {net_high})."
    )
    german = (
        f"Bringen Sie {{units}} auf einer Tour für {{cost}} zu {named}. Allein {needy} würde innerhalb von {{wait}}, "
        "bis zum nächsten planmäßigen Halt, {loss} Deckungsbeitrag verlieren. Gegenüber dem Warten auf die "
        "planmäßigen Halte sollte die Tour nach ihren Kosten {net} bringen ({coverage}-Intervall: {net_low} bis "
        "{net_high})."
    )
    return claim(text, figures, german)


def _neediest(result: Mapping[str, Any], codes: Sequence[str]) -> tuple[int, Mapping[str, Any]]:
    stops = [(at, stand) for at, stand in enumerate(result["stands"]) if stand["stand"] in codes]
    return max(stops, key=lambda one: one[1]["loss"]["value"])


@dataclass(frozen=True)
class Looks:
    """What was looked at: the list of stands, the advice about trips, and how each stand goes beside the others."""

    listing: Answer
    advice: Answer
    trends: Answer


def write_report(looks: Looks, proposed: Sequence[Answer]) -> AgentReport:
    """`proposed` is what became of each proposal."""
    listing, advice, trends = looks.listing, looks.advice, looks.trends
    missing = [*_missing(listing, advice, proposed), *missing_trends(trends)]
    findings = [*_trips(advice), *falling_behind(trends), *_short(advice), *_losing(advice), *_expiring(advice)]
    return AgentReport(
        summary=_summary(listing, advice),
        findings=findings[:_MOST_FINDINGS],
        proposals=[UUID(one.result["proposal"]) for one in proposed if one.result],
        missing_data=[line.text for line in missing],
        missing_german=[line.german for line in missing],
    )


def _summary(listing: Answer, advice: Answer) -> Claim:
    if listing.result is None or advice.result is None:
        return claim(
            "Nothing could be looked at: what lies at the stands is not known.",
            {},
            "Nichts konnte betrachtet werden: Was an den Ständen liegt, ist nicht bekannt.",
        )
    status, trips = advice.result["status"], advice.result["trips"]
    if status == "abstained":
        return claim(
            "Whether a stand needs a call cannot be told: data are missing.",
            {},
            "Ob ein Stand angefahren werden sollte, lässt sich nicht sagen: Es fehlen Daten.",
        )
    if not trips:
        return claim(
            "No trip to a stand would earn its cost this week.",
            {},
            "Keine Tour zu einem Stand würde in dieser Woche ihre Kosten einbringen.",
        )
    figures = {key: advice.ref("trips", 0, key) for key in ("net", "cost", "stops")}
    more = (" Further trips are worth it, too.", " Weitere Touren lohnen sich ebenfalls.") if trips[1:] else ("", "")
    return claim(
        f"A trip to {{stops}} of the stands should bring {{net}} after its cost of {{cost}}.{more[0]}",
        figures,
        f"Eine Tour zu {{stops}} der Stände sollte nach ihren Kosten von {{cost}} noch {{net}} bringen.{more[1]}",
    )


def _trips(advice: Answer) -> Iterator[Finding]:
    for at, trip in enumerate((advice.result or {}).get("trips", ())):
        subject = ", ".join(_codes(trip["stands"]))[:120]
        yield Finding(subject=subject, claim=rationale_of_trip(advice, at), severity=Severity.ATTENTION)


def _short(advice: Answer) -> Iterator[Finding]:
    skus = [one["sku"] for one in (advice.result or {}).get("short", ()) if _carried(one["sku"])]
    if skus:
        named = ", ".join(skus[:_NAMED])
        others = (" and others", " und andere") if skus[_NAMED:] else ("", "")
        yield Finding(
            subject=skus[0],
            claim=claim(
                f"The warehouse is short of what the stands ask for: {named}{others[0]}.",
                {},
                f"Dem Lager fehlt, was die Stände brauchen: {named}{others[1]}.",
            ),
            severity=Severity.RISK,
        )


def _losing(advice: Answer) -> Iterator[Finding]:
    """Stands that lose sales and are not called at, the worst first."""
    stands = (advice.result or {}).get("stands", ())
    waiting = [(at, one) for at, one in enumerate(stands) if one["decision"] == "wait" and one["loss"]]
    waiting = [one for one in waiting if one[1]["loss"]["value"] > 0 and "already_planned" not in one[1]["reasons"]]
    for at, stand in sorted(waiting, key=lambda one: -one[1]["loss"]["value"])[:_MOST_LOSING]:
        figures = {key: advice.ref("stands", at, key) for key in ("loss", "wait", "on_hand")}
        yield Finding(
            subject=_code(stand),
            claim=claim(
                f"{_code(stand)}, with {{on_hand}} left, may lose {{loss}} within {{wait}}; it is not called at: "
                f"{stand['because'][0]}.",
                figures,
                f"{_code(stand)} (noch {{on_hand}}) kann innerhalb von {{wait}} {{loss}} verlieren; er wird nicht "
                f"angefahren: {_german(stand)}.",
            ),
            severity=Severity.INFO,
        )


def _expiring(advice: Answer) -> Iterator[Finding]:
    for at, stand in enumerate((advice.result or {}).get("stands", ())):
        if stand.get("expiring"):
            figures = {"expiring": advice.ref("stands", at, "expiring")}
            yield Finding(
                subject=_code(stand),
                claim=claim(
                    f"At {_code(stand)} {{expiring}} may expire before they sell.",
                    figures,
                    f"Bei {_code(stand)} könnten {{expiring}} ablaufen, bevor sie verkauft sind.",
                ),
                severity=Severity.ATTENTION,
            )


def _german(node: Mapping[str, Any]) -> str:
    return str(node["because_german"][0])


def _missing(listing: Answer, advice: Answer, proposed: Sequence[Answer]) -> Iterator[Said]:
    if listing.result is None:
        yield Said(f"Stands could not be read: {listing.error}", f"Stände sind nicht lesbar: {listing.error}")
    elif not listing.result["stands"]:
        yield Said(
            "No stand is known: give locations the kind `stand`.",
            "Es ist kein Stand bekannt: geben Sie Orten die Art `stand`.",
        )
    if advice.result is None:
        yield Said(f"Trips could not be worked out: {advice.error}", f"Fahrten sind nicht berechenbar: {advice.error}")
    elif advice.result["status"] == "abstained":
        yield because(advice.result, "Trips", "Fahrten")
    for stand in (advice.result or {}).get("stands", ()):
        if stand["decision"] == "abstained":
            yield because(stand, _code(stand), _code(stand, "Ein Stand"))
    for one in proposed:
        if one.result is None:
            name = one.arguments.get("trip") or one.arguments.get("stand")
            yield Said(f"{name}: the proposal was refused: {one.error}", f"{name}: Vorschlag abgelehnt: {one.error}")


def _codes(codes: Sequence[str]) -> list[str]:
    return [code if _carried(code) else "a stand" for code in codes]


def _code(stand: Mapping[str, Any], otherwise: str = "A stand") -> str:
    code = str(stand["stand"])
    return code if _carried(code) else otherwise


def _carried(name: str) -> bool:
    """Whether prose can carry a name."""
    return bool(name.strip()) and len(name) <= _LONGEST_NAME and speakable(name)


def _is_cell(value: Any) -> bool:
    return isinstance(value, dict) and "unit" in value
