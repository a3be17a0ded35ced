"""The CRM Manager's sentences about one segment or one lead, in English and German."""

from collections.abc import Mapping
from typing import Any

from agents.playbooks.prose import claim, is_given, speakable
from agents.playbooks.transcript import Answer
from domain.customers import SEGMENT_NAMES
from domain.figure import FigureRef
from domain.report import Claim

_LONGEST_CODE = 60


def named(segment: str) -> tuple[str, str]:
    """A segment in English and German, as it stands inside a sentence."""
    return SEGMENT_NAMES.get(segment, ("a segment", "ein Segment"))


def first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def refs(answer: Answer, *path: str | int, prefix: str = "") -> dict[str, FigureRef]:
    """Every number at a place of an answer, as a figure by its name."""
    node: Any = answer.result
    for part in path:
        node = node[part]
    return {
        f"{prefix}{key}": answer.ref(*path, key)
        for key, value in node.items()
        if isinstance(value, dict) and "unit" in value
    }


def message_of(advice: Answer, at: int) -> Claim:
    """Why a segment should be written to, or why a test pays."""
    line = (advice.result or {})["lines"][at]
    figures = {**refs(advice), **refs(advice, "lines", at)}
    return _test(line, figures) if line["decision"] == "test" else _campaign(line, figures)


def _test(line: Mapping[str, Any], figures: Mapping[str, FigureRef]) -> Claim:
    again = not is_given(line, "no_evidence")
    why = "What was measured so far does not tell yet." if again else "No message of this brand has been measured yet."
    warum = (
        "Die bisherigen Messungen reichen dafür noch nicht."
        if again
        else "Bisher wurde keine Nachricht dieser Marke gemessen."
    )
    text = (
        "A test, to learn whether messages pay: write to {recipients} buyers drawn at random and leave {held_out} "
        f"unwritten. {why} The sending costs {{cost}}. By a wide guess it brings {{net}} itself ({{coverage}} "
        "interval: {net_low} to {net_high}), those who turn away counted in; knowing the answer is worth {learning} "
        "more."
    )
    german = (
        "Ein Test, ob sich Nachrichten lohnen: {recipients} zufällig gezogene Käufer werden angeschrieben, {held_out} "
        f"bleiben zur Kontrolle ohne Nachricht. {warum} Der Versand kostet {{cost}}. Nach einer weiten Schätzung "
        "bringt er selbst {net} (Intervall zu {coverage}: {net_low} bis {net_high}), Abmeldungen eingerechnet; die "
        "Antwort zu kennen ist weitere {learning} wert."
    )
    return claim(text, figures, german)


def _campaign(line: Mapping[str, Any], figures: Mapping[str, FigureRef]) -> Claim:
    english, german_name = named(line["segment"])
    proof = beweis = ""
    if line.get("bought") and line.get("bought_anyway"):
        proof = " Last time {bought} of those written to bought, and {bought_anyway} of those held out."
        beweis = " Zuletzt kauften {bought} der Angeschriebenen und {bought_anyway} der Kontrollgruppe."
    text = (
        f"Write to {{recipients}} of {english} and leave {{held_out}} unwritten.{proof} By the brand's own holdouts a "
        "message moves the chance of buying within {window} by {uplift} ({uplift_low} to {uplift_high}); {turn_away} "
        "turn away. After all costs that brings {net} ({coverage} interval: {net_low} to {net_high})."
    )
    german = (
        f"{{recipients}} Kunden anschreiben ({german_name}), {{held_out}} bleiben zur Kontrolle ohne "
        f"Nachricht.{beweis} Nach den eigenen Kontrollgruppen der Marke verändert eine Nachricht die "
        "Kaufwahrscheinlichkeit innerhalb von {window} um {uplift} ({uplift_low} bis {uplift_high}); {turn_away} "
        "wenden sich ab. Nach allen Kosten bringt das {net} (Intervall zu {coverage}: {net_low} bis {net_high})."
    )
    return claim(text, figures, german)


def follow_up_of(pipeline: Answer, at: int) -> Claim:
    """Why a person should get back to a lead."""
    lead = (pipeline.result or {})["leads"][at]
    figures = {**refs(pipeline), **refs(pipeline, "leads", at)}
    code = lead_code(lead)
    text = (
        f"Get back to lead {code}: worth {{value}}, {{age}} old, and nobody has been in touch for {{silent}}. Alone "
        "such leads are won with a chance of {win_rate} ({win_rate_low} to {win_rate_high}). A follow-up should "
        "bring {gain} more ({coverage} interval: {gain_low} to {gain_high})."
    )
    german = (
        f"Bei Anfrage {code} nachfassen: Wert {{value}}, {{age}} alt, seit {{silent}} ohne Kontakt. Von allein werden "
        "solche Anfragen mit einer Wahrscheinlichkeit von {win_rate} gewonnen ({win_rate_low} bis {win_rate_high}). "
        "Nachfassen sollte {gain} mehr bringen (Intervall zu {coverage}: {gain_low} bis {gain_high})."
    )
    return claim(text, figures, german)


def lead_code(lead: Mapping[str, Any]) -> str:
    """The lead's code as prose can carry it."""
    code = str(lead["lead"]).strip()
    return code if code and len(code) <= _LONGEST_CODE and speakable(code) else "without a speakable code"
