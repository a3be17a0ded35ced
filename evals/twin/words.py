"""Sentences and amounts of a run or a score of the twin, alike on the terminal and on the page."""

import math
import shlex
from collections.abc import Mapping
from typing import Any

from domain.money import format_minor
from evals.twin.operator import DELAYS_DAYS, REFUSES

Document = Mapping[str, Any]
BOUND = "upper bound"

_CREWS = {
    "none": "nobody in charge",
    "textbook": "rules of thumb in charge",
    "rules": "the product's crew in charge, deciding by rules",
    "model": "the product's crew in charge, thinking with a model",
    "oracle": "an oracle in charge",
}
_CHANNELS = {
    "shop": "Own shop",
    "market-a": "Marketplace A",
    "market-b": "Marketplace B",
    "dealers": "Dealers",
    "stands": "Stands",
}
_DAYS = {"0": "the same day", "1": "the next day"}


def run_headline(document: Document) -> str:
    """The brand's worth at the end, in a sentence."""
    worth = money(document["net_worth_minor"], currency_of(document))
    return f"After {count(document['days'], 'day')} with {_in_charge(document['crew'])}, the brand is worth {worth}."


def score_headline(document: Document) -> str:
    """How far the crew goes, in a sentence."""
    if not oracle_gains(document):
        return f"On these seeds the oracle gained nothing over nobody: {document['crew']} has no score."
    return f"The crew {document['crew']} goes {percent(document['score'])} of the way from nobody to the oracle."


def score_meaning(document: Document) -> str:
    """The meaning of the score, and how sure it is, in a sentence or two."""
    meaning = "0 % is leaving the brand to its standing practice, 100 % an oracle that knows the true demand."
    if not oracle_gains(document):
        return f"A score is a share of what the oracle gains over nobody. {meaning}"
    if len(document["seeds"]) < 2:
        return f"{meaning} One seed gives no interval: nothing says yet how much of it is luck."
    low, high = percent(document["score_low"]), percent(document["score_high"])
    return f"{meaning} The 95 % interval over {len(document['seeds'])} seeds is {low} to {high}."


def answers(operator: Document) -> list[tuple[str, str, str]]:
    """The simulated people's answers, a row each: label, share scripted, share that happened."""
    script = operator.get("script") or {"delay_days": DELAYS_DAYS, "refuses": REFUSES}
    planned = {str(days): share for days, share in script["delay_days"].items()}
    happened = {str(days): number for days, number in operator.get("delay_days", {}).items()}
    answered = sum(happened.values())
    rows = [
        (
            f"answered {_DAYS.get(days, f'after {days} days')}",
            percent(planned.get(days, 0.0), 0),
            _of(happened.get(days, 0), answered),
        )
        for days in sorted({*planned, *happened}, key=int)
    ]
    approved, refused = operator.get("approved", 0), operator.get("refused", 0)
    return [
        *rows,
        ("refused", percent(script["refuses"], 0), _of(refused, approved + refused)),
        ("approved", percent(1 - script["refuses"], 0), _of(approved, approved + refused)),
        ("shown again, having changed", "–", f"{operator.get('shown_again', 0):,}"),
    ]


def asks_people(document: Document) -> bool:
    """Whether the crew puts what it wants to people: the product's does, and so does the oracle."""
    return document["crew"] not in ("none", "textbook")


def same_with_nobody(document: Document) -> str:
    """The command for the same days and luck with nobody in charge."""
    words = ["mhos", "simulate", "--days", document["days"], "--seed", document["seed"], "--crew", "none"]
    words += [word for name in document["scenarios"] for word in ("--scenario", name)]
    return shlex.join(map(str, words))


def attending(document: Document) -> str:
    """Who of the product's crew attended, where it was said: `agents: pricing director`; else everybody."""
    names = [name.replace("_", " ") for name in document.get("agents", ())]
    return f"agents: {', '.join(names)}" if names else "all agents"


def quiet_scenarios(document: Document) -> list[str]:
    """The scenarios of a run that were drawn to begin after its end."""
    happened = {event["scenario"] for event in document.get("events", ())}
    return [name for name in document["scenarios"] if name not in happened] if "events" in document else []


def scenarios_in_words(document: Document) -> str:
    """`price-war, on 9 of 20 seeds`; every seed needs no saying."""
    seeds, total = document.get("scenario_seeds", {}), len(document.get("seeds", ()))
    lines = [
        name if seeds.get(name, total) == total else f"{name} (on {seeds[name]} of {total} seeds)"
        for name in document["scenarios"]
    ]
    return ", ".join(lines) or "no scenarios"


def events_in_words(document: Document) -> list[str]:
    """The scenarios' events of a run, a line each."""
    lines = [
        f"{event['scenario']}: {event['kind'].replace('_', ' ')}, days {event['first_day']} to {event['last_day']}"
        for event in document.get("events", ())
    ]
    return lines + [f"{name}: nothing, it would begin after the run's end" for name in quiet_scenarios(document)]


def money(amount_minor: float, currency: str = "EUR", *, signed: bool = False) -> str:
    """An amount without its cents: `€1,234`, with `signed` `+€1,234`."""
    text = format_minor(round(amount_minor / 100) * 100, currency).replace(".00", "")
    return f"+{text}" if signed and amount_minor > 0 else text


def models_in_words(models: Mapping[str, Any]) -> str:
    """A model crew's answers, tokens, cost and failures in a sentence."""
    asked = ", ".join(f"{count(number, 'answer')} of {name}" for name, number in sorted(models["answers"].items()))
    sentence = f"{asked or 'no answers'}; {models['tokens']:,} tokens, ${models['cost_usd']:,.2f} by the ledger. "
    sentence += f"{models['degraded']:,} of {count(models['reports'], 'report')} came to nothing"
    return sentence + (f": {models['first_reason'][:200]}" if models["first_reason"] else ".")


def percent(share: float, places: int = 1) -> str:
    """`12.3 %` for 0.123; a dash for what is not a number."""
    return f"{share * 100:,.{places}f} %" if math.isfinite(share) else "–"


def count(number: int, noun: str) -> str:
    """`1 day`, `182 days`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def channel_title(code: str) -> str:
    """A channel's name for people."""
    return _CHANNELS.get(code, code)


def _in_charge(crew: str) -> str:
    return _CREWS.get(crew, f"{crew} in charge")


def oracle_gains(document: Document) -> bool:
    gains = [line["against_none_minor"] for line in document["crews"] if line["crew"] == "oracle"]
    return document["score"] is not None and all(gain > 0 for gain in gains)


def currency_of(document: Document) -> str:
    return str(document.get("currency", "EUR"))


def _of(number: int, total: int) -> str:
    return f"{number:,} ({percent(number / total, 0)})" if total else f"{number:,}"
