"""One price in the Pricing Director's words: a finding, a rationale, or why there is none."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.claims import claim, is_given, reason_to_act, reasons_of
from agents.playbooks.pricing.entry import Entry
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.message import Message, message, sentences
from domain.report import Claim

_SUPPORTING = frozenset(
    f"pricing.reason.{code}"
    for code in ("lowest_heldout_error", "tied_prefers_common_shocks_removed", "identified_over_time_only")
)


def finding_of(entry: Entry) -> Claim:
    """Everything worth saying of one price, as one paragraph."""
    paragraph = [
        _sells(entry),
        *_not_charged(entry),
        *_margin_risk(entry),
        *_demand(entry),
        *_advice(entry),
        *_competitor(entry),
        *_stale(entry),
    ]
    return claim(sentences(paragraph), _figures(entry))


def _not_charged(entry: Entry) -> Iterator[Message]:
    """What sales show of a price that was approved, or listed."""
    if entry.listed["listed"]:
        approved = entry.listed["approved"]
        yield message(
            "pricing.charged.approved_is_not" if approved else "pricing.charged.listed_is_not", place=entry.place
        )


def rationale_of(entry: Entry) -> Claim:
    """Why the price should change, for the person who decides."""
    key = "by_prior" if entry.advice["prior"] else _direction(entry)
    why = message(f"pricing.rationale.{key}", place=entry.place)
    figures = _figures(entry)
    answers = {"per_percent": "elasticity", "per_percent_low": "elasticity_high", "per_percent_high": "elasticity_low"}
    figures |= {key: figures[cited] for key, cited in answers.items() if cited in figures}
    return reason_to_act([why, *_to_floor(entry), *_corrected(entry)], figures)


def lacking(entry: Entry) -> list[Message]:
    """Why a price could not be answered for; nothing when it could."""
    if entry.advice.get("status") == "abstained":
        return _refusals(entry.advice)
    asked = (entry.elasticity, entry.corridor, entry.best)
    failed = any(answer is not None and answer.result is None for answer in asked)
    return [Message(key="pricing.missing.analysis_failed")] if failed else []


def _figures(entry: Entry) -> dict[str, FigureRef]:
    figures = {
        f"listed_{name}": entry.from_list(name) for name, value in entry.listed.items() if isinstance(value, dict)
    }
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
            "measured_in": "measured_in",
            "floor_steps": "floor_steps",
            "floor_reached_at": "floor_price",
        },
    }
    for answer, keys in sources.items():
        about: AnsweredCall | None = getattr(entry, answer)
        if about is not None and about.result is not None:
            figures |= {key: about.ref(field) for key, field in keys.items() if about.result.get(field) is not None}
    if entry.in_set is not None and entry.chosen_in is not None:
        at, line = entry.in_set
        named = {
            "in_set": "net",
            "taken": "taken",
            "opens_in": "opens_in",
        }
        figures |= {key: entry.chosen_in.ref("lines", at, cell) for key, cell in named.items() if line[cell]}
    return figures | _cheapest_competitor(entry)


def _cheapest_competitor(entry: Entry) -> dict[str, FigureRef]:
    corridor = entry.corridor
    rivals = (corridor.result or {}).get("competitors", []) if corridor else []
    if corridor is None or not rivals:
        return {}
    cheapest = min(range(len(rivals)), key=lambda index: rivals[index]["price"]["value"])
    return {"competitor_price": corridor.ref("competitors", cheapest, "price")}


def _sells(entry: Entry) -> Message:
    title = entry.listed["title"].strip()
    name = title if title and not set(title) & set("{}") else entry.name
    if not entry.listed["weeks_of_sales"]["value"]:
        return message("pricing.sells.no_sales", product=name)
    return message(
        "pricing.sells.known_margin" if entry.listed["margin"] else "pricing.sells.unknown_cost", product=name
    )


def _margin_risk(entry: Entry) -> Iterator[Message]:
    if not entry.below_floor or not (entry.corridor and entry.corridor.result):
        return
    needed, allowed = entry.corridor.result["floor_price"], entry.corridor.result["day_high"]
    if needed is None:
        yield Message(key="pricing.floor.out_of_reach")
    elif allowed["value"] >= needed["value"]:
        yield Message(key="pricing.floor.needs")
    else:
        yield Message(key="pricing.floor.needs_beyond_today")


def _demand(entry: Entry) -> Iterator[Message]:
    choice = (entry.elasticity.result if entry.elasticity else None) or {}
    if not choice:
        return
    if choice["status"] != "usable":
        yield message("pricing.demand.unknown", reasons=_refusals(choice))
        return
    method = Message(key=f"pricing.model.{choice['model']}")
    yield message("pricing.demand.usable", method=method, reasons=reasons_of(choice))
    if _is_misled(choice):
        yield Message(key="pricing.demand.plain_regression")


def _is_misled(choice: Mapping[str, Any]) -> bool:
    """Whether a plain regression gives something else than what is trusted."""
    plain = choice["plain_regression"]
    return (
        bool(plain)
        and not choice["plain_is_trusted"]
        and not (choice["low"]["value"] <= plain["value"] <= choice["high"]["value"])
    )


def _refusals(answer: Mapping[str, Any]) -> list[Message]:
    return [reason for reason in reasons_of(answer) if reason.key not in _SUPPORTING]


def _advice(entry: Entry) -> Iterator[Message]:
    advice = entry.advice
    if advice.get("status") == "change":
        yield Message(key=f"pricing.advice.{_direction(entry)}")
        if is_given(advice, "best_price_is_at_a_bound"):
            yield Message(key="pricing.advice.at_bound")
        yield from _to_floor(entry)
        yield from _corrected(entry)
        yield from _waits(entry)
    elif entry.loses_money and not is_given(advice, "not_measured") and not is_given(advice, "not_charged"):
        yield message("pricing.floor.no_step", reasons=_refusals(advice))
    elif is_given(advice, "not_charged"):
        return
    elif is_given(advice, "not_measured"):
        yield Message(key="pricing.advice.not_measured")
    elif advice.get("status") != "keep":
        yield Message(key="pricing.advice.none")
    elif is_given(advice, "gain_not_convincing") and advice["considered_price"]:
        yield Message(key="pricing.advice.not_convincing")
    else:
        yield message("pricing.advice.keep", reasons=reasons_of(advice))


def _to_floor(entry: Entry) -> Iterator[Message]:
    """That a raise is a step to the floor, and how many there are."""
    if not is_given(entry.advice, "raise_to_floor"):
        return
    yield Message(key="pricing.floor.step" if entry.advice["floor_steps"]["value"] > 1 else "pricing.floor.one_step")
    if entry.advice["prior"]:
        yield Message(key="pricing.floor.by_prior")


def _waits(entry: Entry) -> Iterator[Message]:
    """Why a change that was advised is not proposed now."""
    if entry.in_set is None or entry.is_chosen:
        return
    line = entry.in_set[1]
    if line["opens_in"]:
        yield Message(key="pricing.set.until")
    else:
        yield message("pricing.set.not_now", reasons=reasons_of(line))


def _corrected(entry: Entry) -> Iterator[Message]:
    """How much the ladder and the rivals took off the price."""
    if entry.is_chosen and entry.in_set is not None and (entry.in_set[1]["taken"] or {}).get("value", 0) > 0:
        yield Message(key="pricing.corrected.taken")
    if is_given(entry.advice, "held_at_ladder_edge"):
        yield Message(key="pricing.corrected.ladder_edge")
    if entry.advice.get("given_back") and entry.advice["given_back"]["value"]:
        yield Message(key="pricing.corrected.given_back")


def _direction(entry: Entry) -> str:
    return "raise" if entry.advice["change"]["value"] > 0 else "cut"


def _competitor(entry: Entry) -> Iterator[Message]:
    if _cheapest_competitor(entry):
        yield Message(key="pricing.cheapest_competitor")


def _stale(entry: Entry) -> Iterator[Message]:
    if entry.price_is_stale:
        yield Message(key="pricing.stale")
