"""What the Pricing Director says of one price: sentences whose every number is a figure."""

import re
from collections.abc import Mapping
from typing import Any

from agents.playbooks.pricing_entry import Entry, speakable
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.report import Claim

_KEY = re.compile(r"\{([a-z_]+)\}")
_SUPPORTING = frozenset({"lowest_heldout_error", "tied_prefers_common_shocks_removed", "identified_over_time_only"})
_MODELS = {
    "pooled": "comparing all locations and weeks",
    "location": "comparing each location's weeks with one another",
    "location_promotion": "comparing each location's weeks, with promotions set apart",
    "location_season_promotion": "comparing weeks of one location and season, with promotions set apart",
    "difference_promotion": "comparing each location's week with the week before, with promotions set apart",
    "location_week": "comparing locations within the same week",
    "location_week_promotion": "comparing locations within the same week, with promotions set apart",
    "location_season_week_promotion": (
        "comparing locations within the same week and season, with promotions set apart"
    ),
    "difference_week_promotion": (
        "comparing how locations change from week to week within the same weeks, with promotions set apart"
    ),
}


def claim(text: str, figures: Mapping[str, FigureRef]) -> Claim:
    """A claim with those of the figures that its text cites."""
    return Claim(text=text, figures={key: figures[key] for key in _KEY.findall(text)})


def finding_of(entry: Entry) -> Claim:
    """Everything worth saying of one price, as one paragraph."""
    parts = [_sells(entry), _margin_risk(entry), _demand(entry), _advice(entry), _competitor(entry), _stale(entry)]
    return claim(" ".join(part for part in parts if part), _figures(entry))


def rationale_of(entry: Entry) -> Claim:
    """Why the price should change, for the person who decides."""
    text = (
        f"{_verb(entry)} {entry.name} in {entry.place} from {{price_now}} to {{price_then}}. Demand answers to its "
        "price with an elasticity of {elasticity} ({elasticity_low} to {elasticity_high}), so this should bring {gain} "
        "more gross profit over {horizon} ({coverage} interval: {gain_low} to {gain_high}). Profit rises with a "
        "probability of {probability}."
    )
    return claim(text, _figures(entry))


def lacking(entry: Entry) -> list[str]:
    """Why a price could not be answered for; nothing when it could."""
    if entry.advice.get("status") == "abstained":
        return _refusals(entry.advice)
    asked = (entry.elasticity, entry.corridor, entry.best)
    return ["its analysis failed"] if any(answer is not None and answer.result is None for answer in asked) else []


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


def _sells(entry: Entry) -> str:
    if not entry.listed["weeks_of_sales"]["value"]:
        return f"{_name(entry)} is priced at {{listed_price}}; no sales are known."
    margin = " and keeps a margin of {listed_margin}" if entry.listed["margin"] else "; its unit cost is not known"
    return f"{_name(entry)} sells {{listed_weekly_units}} at {{listed_price}}{margin}."


def _margin_risk(entry: Entry) -> str:
    if not entry.below_floor or not (entry.corridor and entry.corridor.result):
        return ""
    if entry.corridor.result["floor_price"] is None:
        return "That is below the brand's floor of {floor}, which no price can keep."
    needed = "That is below the brand's floor of {floor}, which needs a price of {floor_price}"
    allowed = entry.corridor.result["day_high"]["value"] >= entry.corridor.result["floor_price"]["value"]
    return f"{needed}." if allowed else f"{needed}; today's limit ends at {{day_high}}."


def _demand(entry: Entry) -> str:
    found = (entry.elasticity.result if entry.elasticity else None) or {}
    if not found:
        return ""
    if found["status"] != "usable":
        return f"How demand answers to its price cannot be told: {'; '.join(_refusals(found))}."
    method = _MODELS.get(found["model"], str(found["model"]).replace("_", " "))
    text = (
        "Demand answers to price with an elasticity of {elasticity} ({elasticity_low} to {elasticity_high}), "
        f"found by {method}: {'; '.join(found['because'])} (held-out error {{heldout_error}})."
    )
    if _is_misled(found):
        text += " A plain regression gives {plain_regression}; it foresees unseen weeks worse and is not trusted."
    return text


def _is_misled(found: Mapping[str, Any]) -> bool:
    """Whether a plain regression gives something else than what is trusted."""
    plain = found["plain_regression"]
    return (
        bool(plain)
        and not found["plain_is_trusted"]
        and not (found["low"]["value"] <= plain["value"] <= found["high"]["value"])
    )


def _refusals(found: Mapping[str, Any]) -> list[str]:
    pairs = zip(found["reasons"], found["because"], strict=True)
    return [words for reason, words in pairs if reason not in _SUPPORTING]


def _advice(entry: Entry) -> str:
    advice = entry.advice
    if advice.get("status") == "change":
        limit = " That is as far as the brand's rules allow today." if _at_bound(advice) else ""
        return (
            f"{_verb(entry)} it to {{price_then}} ({{change}}): that should bring {{gain}} more gross profit over "
            f"{{horizon}} ({{gain_low}} to {{gain_high}}); profit rises with a probability of {{probability}}.{limit}"
        )
    if advice.get("status") != "keep":
        return "No other price is recommended."
    if "gain_not_convincing" in advice["reasons"] and advice["considered_price"]:
        return (
            "The best other price allowed today, {considered_price}, would raise profit with a probability of "
            "{considered_probability}: not enough to change it."
        )
    return f"Keep it: {'; '.join(advice['because'])}."


def _at_bound(advice: Mapping[str, Any]) -> bool:
    return "best_price_is_at_a_bound" in advice["reasons"]


def _verb(entry: Entry) -> str:
    return "Raise" if entry.advice["change"]["value"] > 0 else "Cut"


def _competitor(entry: Entry) -> str:
    return "The cheapest competitor asks {competitor_price}." if _cheapest_competitor(entry) else ""


def _stale(entry: Entry) -> str:
    return "The price has stood for {listed_price_age}." if entry.price_is_stale else ""
