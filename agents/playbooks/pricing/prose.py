"""What the Pricing Director says of one price: sentences whose every number is a figure."""

from collections.abc import Mapping
from typing import Any

from agents.playbooks.pricing.entry import Entry
from agents.playbooks.prose import UNSAID, Said, because_of, claim, claim_of, is_given, joined, speakable
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import Claim

_SUPPORTING = frozenset(
    f"pricing.reason.{code}"
    for code in ("lowest_heldout_error", "tied_prefers_common_shocks_removed", "identified_over_time_only")
)
_MODELS = {
    "pooled": Said("comparing all locations and weeks", "im Vergleich aller Orte und Wochen"),
    "location": Said(
        "comparing each location's weeks with one another", "im Vergleich der Wochen eines jeden Ortes untereinander"
    ),
    "location_promotion": Said(
        "comparing each location's weeks, with promotions set apart",
        "im Vergleich der Wochen eines jeden Ortes, Aktionen herausgerechnet",
    ),
    "location_season_promotion": Said(
        "comparing weeks of one location and season, with promotions set apart",
        "im Vergleich der Wochen desselben Ortes und derselben Jahreszeit, Aktionen herausgerechnet",
    ),
    "difference_promotion": Said(
        "comparing each location's week with the week before, with promotions set apart",
        "im Vergleich jeder Woche eines Ortes mit der Vorwoche, Aktionen herausgerechnet",
    ),
    "location_week": Said(
        "comparing locations within the same week", "im Vergleich der Orte innerhalb derselben Woche"
    ),
    "location_week_promotion": Said(
        "comparing locations within the same week, with promotions set apart",
        "im Vergleich der Orte innerhalb derselben Woche, Aktionen herausgerechnet",
    ),
    "location_season_week_promotion": Said(
        "comparing locations within the same week and season, with promotions set apart",
        "im Vergleich der Orte innerhalb derselben Woche und Jahreszeit, Aktionen herausgerechnet",
    ),
    "difference_week_promotion": Said(
        "comparing how locations change from week to week within the same weeks, with promotions set apart",
        "im Vergleich, wie sich die Orte in denselben Wochen von Woche zu Woche ändern, Aktionen herausgerechnet",
    ),
}


def finding_of(entry: Entry) -> Claim:
    """Everything worth saying of one price, as one paragraph."""
    parts = [_sells(entry), _margin_risk(entry), _demand(entry), _advice(entry), _competitor(entry), _stale(entry)]
    return claim_of(parts, _figures(entry))


def rationale_of(entry: Entry) -> Claim:
    """Why the price should change, for the person who decides."""
    verb = _verb(entry)
    text = (
        f"{verb.text} {entry.name} in {entry.place} from {{price_now}} to {{price_then}}. Demand answers to its "
        "price with an elasticity of {elasticity} ({elasticity_low} to {elasticity_high}), so this should bring {gain} "
        "more gross profit over {horizon} ({coverage} interval: {gain_low} to {gain_high}). Profit rises with a "
        f"probability of {{probability}}.{_corrected(entry).text}"
    )
    german = (
        f"Den Preis von {entry.name} in {entry.place} von {{price_now}} auf {{price_then}} {verb.german}. Die "
        "Nachfrage antwortet auf den Preis mit einer Elastizität von {elasticity} ({elasticity_low} bis "
        "{elasticity_high}); das sollte über {horizon} {gain} mehr Rohertrag bringen (Intervall mit {coverage} "
        "Sicherheit: {gain_low} bis {gain_high}). Der Gewinn steigt mit einer Wahrscheinlichkeit von {probability}."
        + _corrected(entry).german
    )
    return claim(text, _figures(entry), german)


def lacking(entry: Entry) -> list[Said]:
    """Why a price could not be answered for; nothing when it could."""
    if entry.advice.get("status") == "abstained":
        return _refusals(entry.advice)
    asked = (entry.elasticity, entry.corridor, entry.best)
    failed = any(answer is not None and answer.result is None for answer in asked)
    return [Said("its analysis failed", "die Analyse ist gescheitert")] if failed else []


def _figures(entry: Entry) -> dict[str, FigureRef]:
    found = {f"listed_{name}": entry.from_list(name) for name, value in entry.listed.items() if isinstance(value, dict)}
    sources = {
        "elasticity": {
            "elasticity": "elasticity",
            "elasticity_low": "low",
            "elasticity_high": "high",
            "heldout_error": "heldout_error",
            "plain_regression": "plain_regression",
        },
        "corridor": {
            "listed_price": "price",
            "listed_margin": "margin",
            "floor": "margin_floor",
            "floor_price": "floor_price",
            "day_high": "day_high",
        },
        "best": {
            "price_now": "price_now",
            "price_then": "price",
            "change": "change",
            "gain": "profit_change",
            "gain_low": "profit_change_low",
            "gain_high": "profit_change_high",
            "coverage": "coverage",
            "horizon": "horizon",
            "probability": "probability",
            "given_back": "given_back",
            "considered_price": "considered_price",
            "considered_probability": "considered_probability",
        },
    }
    for answer, keys in sources.items():
        said: Answer | None = getattr(entry, answer)
        if said is not None and said.result is not None:
            found |= {key: said.ref(field) for key, field in keys.items() if said.result.get(field) is not None}
    found |= _cheapest_competitor(entry)
    return found


def _cheapest_competitor(entry: Entry) -> dict[str, FigureRef]:
    said = entry.corridor
    rivals = (said.result or {}).get("competitors", []) if said else []
    if said is None or not rivals:
        return {}
    cheapest = min(range(len(rivals)), key=lambda index: rivals[index]["price"]["value"])
    return {"competitor_price": said.ref("competitors", cheapest, "price")}


def _name(entry: Entry) -> str:
    title = entry.listed["title"].strip()
    return title if title and speakable(title) else entry.name


def _sells(entry: Entry) -> Said:
    name = _name(entry)
    if not entry.listed["weeks_of_sales"]["value"]:
        return Said(
            f"{name} is priced at {{listed_price}}; no sales are known.",
            f"{name} kostet {{listed_price}}; Verkäufe sind nicht bekannt.",
        )
    known = bool(entry.listed["margin"])
    margin = " and keeps a margin of {listed_margin}" if known else "; its unit cost is not known"
    german = "; davon bleiben {listed_margin} Marge" if known else "; die Stückkosten sind nicht bekannt"
    return Said(
        f"{name} sells {{listed_weekly_units}} at {{listed_price}}{margin}.",
        f"{name} verkauft {{listed_weekly_units}} zu {{listed_price}}{german}.",
    )


def _margin_risk(entry: Entry) -> Said:
    if not entry.below_floor or not (entry.corridor and entry.corridor.result):
        return UNSAID
    if entry.corridor.result["floor_price"] is None:
        return Said(
            "That is below the brand's floor of {floor}, which no price can keep.",
            "Das liegt unter der Untergrenze der Marke von {floor}, die kein Preis einhalten kann.",
        )
    needed = "That is below the brand's floor of {floor}, which needs a price of {floor_price}"
    german = "Das liegt unter der Untergrenze der Marke von {floor}; dafür wäre ein Preis von {floor_price} nötig"
    allowed = entry.corridor.result["day_high"]["value"] >= entry.corridor.result["floor_price"]["value"]
    if allowed:
        return Said(f"{needed}.", f"{german}.")
    return Said(f"{needed}; today's limit ends at {{day_high}}.", f"{german}; heute endet das Limit bei {{day_high}}.")


def _demand(entry: Entry) -> Said:
    found = (entry.elasticity.result if entry.elasticity else None) or {}
    if not found:
        return UNSAID
    if found["status"] != "usable":
        why = joined(_refusals(found))
        return Said(
            f"How demand answers to its price cannot be told: {why.text}.",
            f"Wie die Nachfrage auf den Preis antwortet, lässt sich nicht sagen: {why.german}.",
        )
    named = str(found["model"]).replace("_", " ")
    method, why = _MODELS.get(found["model"], Said(named, named)), joined(because_of(found))
    text = (
        "Demand answers to price with an elasticity of {elasticity} ({elasticity_low} to {elasticity_high}), "
        f"found by {method.text}: {why.text} (held-out error {{heldout_error}})."
    )
    german = (
        "Die Nachfrage antwortet auf den Preis mit einer Elastizität von {elasticity} ({elasticity_low} bis "
        f"{{elasticity_high}}), ermittelt {method.german}: {why.german} (Prognosefehler {{heldout_error}})."
    )
    if _is_misled(found):
        text += " A plain regression gives {plain_regression}; it foresees unseen weeks worse and is not trusted."
        german += (
            " Eine einfache Regression ergibt {plain_regression}; sie sagt nicht gesehene Wochen schlechter vorher, "
            "daher wird ihr nicht vertraut."
        )
    return Said(text, german)


def _is_misled(found: Mapping[str, Any]) -> bool:
    """Whether a plain regression gives something else than what is trusted."""
    plain = found["plain_regression"]
    return (
        bool(plain)
        and not found["plain_is_trusted"]
        and not (found["low"]["value"] <= plain["value"] <= found["high"]["value"])
    )


def _refusals(found: Mapping[str, Any]) -> list[Said]:
    pairs = zip(found["reasons"], because_of(found), strict=True)
    return [words for reason, words in pairs if reason not in _SUPPORTING]


def _advice(entry: Entry) -> Said:
    advice = entry.advice
    if advice.get("status") == "change":
        verb, bound = _verb(entry), _at_bound(advice)
        limit = " That is as far as the brand's rules allow today." if bound else ""
        german = " So weit erlauben es die Regeln der Marke heute." if bound else ""
        corrected = _corrected(entry)
        limit, german = limit + corrected.text, german + corrected.german
        return Said(
            f"{verb.text} it to {{price_then}} ({{change}}): that should bring {{gain}} more gross profit over "
            f"{{horizon}} ({{gain_low}} to {{gain_high}}); profit rises with a probability of {{probability}}.{limit}",
            f"Den Preis auf {{price_then}} {verb.german} ({{change}}): das sollte über {{horizon}} {{gain}} mehr "
            "Rohertrag bringen ({gain_low} bis {gain_high}); der Gewinn steigt mit einer Wahrscheinlichkeit von "
            f"{{probability}}.{german}",
        )
    if advice.get("status") != "keep":
        return Said("No other price is recommended.", "Ein anderer Preis wird nicht empfohlen.")
    if is_given(advice, "gain_not_convincing") and advice["considered_price"]:
        return Said(
            "The best other price allowed today, {considered_price}, would raise profit with a probability of "
            "{considered_probability}: not enough to change it.",
            "Der beste andere heute erlaubte Preis, {considered_price}, würde den Gewinn mit einer Wahrscheinlichkeit "
            "von {considered_probability} erhöhen: nicht genug für eine Änderung.",
        )
    why = joined(because_of(advice))
    return Said(f"Keep it: {why.text}.", f"Den Preis belassen: {why.german}.")


def _corrected(entry: Entry) -> Said:
    """What the ladder and the rivals took off it."""
    text = german = ""
    if is_given(entry.advice, "held_at_ladder_edge"):
        text += " A better price would break the ladder of its channels, so it stops at the edge."
        german += " Ein besserer Preis bräche die Preisleiter der Kanäle, daher bleibt er an deren Kante."
    if entry.advice.get("given_back") and entry.advice["given_back"]["value"]:
        text += " Rivals' answer gives back {given_back}, which is counted in."
        german += " Die Antwort der Wettbewerber nimmt {given_back} zurück, was eingerechnet ist."
    return Said(text, german)


def _at_bound(advice: Mapping[str, Any]) -> bool:
    return is_given(advice, "best_price_is_at_a_bound")


def _verb(entry: Entry) -> Said:
    rises = entry.advice["change"]["value"] > 0
    return Said("Raise", "anheben") if rises else Said("Cut", "senken")


def _competitor(entry: Entry) -> Said:
    if not _cheapest_competitor(entry):
        return UNSAID
    return Said(
        "The cheapest competitor asks {competitor_price}.", "Der günstigste Wettbewerber verlangt {competitor_price}."
    )


def _stale(entry: Entry) -> Said:
    if not entry.price_is_stale:
        return UNSAID
    return Said("The price has stood for {listed_price_age}.", "Alter des Preises: {listed_price_age}.")
