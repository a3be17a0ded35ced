"""Extracts a supplier's minimum order value from a passage, or reports that the passage is unclear.

Declared for one use: the least value of an order to that supplier. A sentence counts where it speaks of such a minimum
(in English or German) and states one amount in the brand's currency without a reservation. Whatever else speaks of one
is unclear, and a person is asked. The value is code's reading of the quoted sentence, never a model's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from memory.amounts import amounts_in, mentions_money
from memory.day_words import days_in

LARGEST_MINOR = 1_000_000_000
"""Ten million: more than that is no minimum for an order, but a misreading."""


class Meaning(StrEnum):
    STATED = "stated"
    NONE = "none"
    """The sentence says that there is no minimum."""
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Reading:
    """Reading of one sentence. `amount_minor` is 0 where there is no minimum, None where it is unclear, with `why`."""

    meaning: Meaning
    quote: str
    amount_minor: int | None = None
    why: str = ""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ORDER_DE = r"(bestellung|auftrag|order|lieferung|abruf)\w*"
_NAMED = _any(
    r"\bmin(imum|\.|imal)?[\s-]+(?:\w+[\s-]+){0,2}?(order|purchase|invoice|consignment)s?\b(?![\s-]+(quantit|unit))",
    r"\b(order|purchase|invoice)[\s-]+minimum\b",
    r"\bminimum\s+(value|amount|total|worth)\s+(of|for|per)\s+(\w+\s+){0,2}(order|purchase)s?\b",
    r"\bsmallest\s+(order|purchase)\b",
    r"\bMOV\b",
    r"\bmindest(bestell|auftrags|order|abnahme|einkaufs|waren|abruf)(wert|summe|betrag|volumen|größe|hoehe|höhe)\w*",
    r"\bmindest(wert|betrag|summe|volumen)\s+(je|pro|für|einer|jeder)\s+(\w+\s+)?" + _ORDER_DE,
    r"\b(bestell|auftrags)minimum\b",
)
_BELOW = _any(
    r"\b(orders?|purchases?|anything|baskets?)\b[^.;]{0,60}?"
    r"\b(below|under|beneath|less than|smaller than|short of|not reach(ing)?)\b",
    r"\b(bestellung|auftr[aä]g|order)\w*\b[^.;]{0,60}?\b(unter|unterhalb|weniger als|kleiner als|nicht erreich)",
    r"\bfall (below|under|short)\b",
    r"\bunterschreit",
)
_REFUSED = _any(
    r"\b(no|not|cannot|can't|won't|don't|never|unable|no longer|refused?|declined?|rejected?|returned)\b",
    r"\bturned? (down|away)\b",
    r"\b(nicht|keine?n?|abgelehnt|ablehnen|lehnen|zurückgewiesen|zurückweisen|ausgeschlossen|storniert|unzulässig)\b",
)
_AT_LEAST = _any(
    r"\b(at least|no less than|not less than|a minimum of|upwards of|or more|not (be|fall|go|drop) (below|under))\b",
    r"\b(mindestens|wenigstens|nicht unter|nicht weniger als|nicht unterschreiten)\b",
)
_AN_ORDER = _any(
    r"\b(an|each|every|any|per|all|single|your|the|individual)\s+(\w+\s+){0,2}(orders?|purchases?)\b",
    r"\b(je|pro|jede[rns]?|eine[rn]?|ihre|einzelne[rn]?|der|die)\s+(\w+\s+)?" + _ORDER_DE,
    r"\b(orders|bestellungen|aufträge)\s+(must|have to|need|shall|müssen|sollen)\b",
)
_ONLY_FROM = _any(
    r"\bonly\b[^.;]{0,40}\borders?\b[^.;]{0,40}\b(from|of|over|above|worth|starting|totall?ing|exceeding)\b",
    r"\borders?\b[^.;]{0,40}\bonly\b[^.;]{0,40}\b(from|if|when|once|above|over)\b",
    r"\b(erst|nur)\b[^.;]{0,40}\bab (einem|einer)?\b",
    r"\bab einem (netto)?(bestell|auftrags|waren|order)wert\b",
)
_OTHER_TERM = _any(
    r"\bfree\b[^.;]{0,30}\b(shipping|delivery|freight|carriage)\b",
    r"\b(shipping|delivery|freight|carriage|postage)\b[^.;]{0,40}\b(free|paid|included|charge|waived|cost)",
    r"\binsur|\bliab|\bpenalt|\bcompensation|\bversicher|\bhaft(et|ung)|\bvertragsstrafe",
    r"\bsurcharge|\bhandling (fee|charge)|\bdiscount|\brebate|\bbonus|\bcredit (limit|line|note)",
    r"\b(versandkosten|portofrei|frachtfrei|frei haus|franko)|\bmindermengenzuschlag|zuschlag\b|\brabatt|\bskonto",
)
_WAIVED = _any(
    r"\b(no|without( a| any)?|not? (have|set|ask for)( a| any)?) (minimum|min\.?)",
    r"\b(waived|abolished|dropped|lifted|scrapped|removed|no longer (appl|any|a )|does not apply|is gone)",
    r"\b(kein(e|en|er)?|ohne)\s+(\w+\s+)?mindest",
    r"\b(entfällt|aufgehoben|abgeschafft|gestrichen|gilt nicht|gibt es nicht|nicht mehr)\b",
)
_RESERVED = _any(
    r"\b(approximately|about|around|roughly|circa|ca\.|etwa|ungefähr|rund|usually|normally|generally|typically)\b",
    r"\b(in der regel|üblicherweise|meist|meistens|as a rule|negotiable|verhandelbar|unless|except|apart from)\b",
    r"\b(außer|ausgenommen|sofern|subject to|vorbehaltlich|to be (confirmed|agreed)|tb[cd]|nach absprache)\b",
    r"\bmay\b(?! (not|fall|be (below|under|less|smaller))\b)|\b(might|could|would|should|sollte|könnte|würde|if)\b",
    r"\b(first|initial|opening|trial) orders?\b|\berst(bestell|auftrag)|\b(express|rush) orders?\b",
    r"\b(per|a|each|every) (year|month|quarter|annum|week|line|item|article|product)\b|\b(annual|yearly|monthly)",
    r"\b(pro|je|im) (jahr|monat|quartal|woche|artikel|position|produkt)\b|\b(jährlich|monatlich|jahres\w*)\b",
    r"\b(previously|formerly|used to|was|were|until|till|bisher\w*|früher\w*|ehemals|bis zum|bis einschließlich)\b",
    r"\b(propos\w+|plan(s|ned|ning)?|draft|consider\w*|discuss\w*|entwurf|geplant|vorgeschlagen|überleg\w+)\b",
    r"\bnext (week|month|year|season)|\bnächste[nrs]? (woche|monat|jahr|saison)",
    r"\b(our|own) (customers?|shop|shoppers)\b|\b(endkunden?|unsere(r|n)? kunden|onlineshop)\b",
    r"\b(quantit(y|ies)|units|pieces|pallets?|cartons?|stück|mengen?|paletten?|kartons?)\b|\?",
)
_STARTS = _any(r"\b(from|as of|as from|effective|starting|beginning|since|with effect)\b|\b(ab|seit|vom|wirkung)\b")
_LINE = re.compile(r"\n(?=\s*(?:[-*+•|]|\d+[.)]\s|$))|\n\s*\n")
_ABBREVIATED = re.compile(r"\b(ca|z|B|Nr|Art|Abs|min|Min|No|inkl|exkl|zzgl|bzw|approx|incl|excl|St|Tsd|Dr)\.$")
_END = re.compile(r"(?<=[.!?;])\s+")


def read_minimum_order(text: str, heading: str, currency: str, today: date) -> list[Reading]:
    """Readings of a passage's sentences on the minimum order value; empty where none mentions it."""
    heading_above = heading.rpartition(" > ")[2]
    readings = []
    for sentence in _sentences(text):
        spoken = (
            f"{heading_above}: {sentence}" if _NAMED.search(heading_above) and mentions_money(sentence) else sentence
        )
        reading = _read(spoken, sentence, currency, today)
        if reading is not None:
            readings.append(reading)
    return readings


def _sentences(text: str) -> Iterator[str]:
    for line in _LINE.split(text):
        held = ""
        for part in _END.split(" ".join(line.split())):
            held = f"{held} {part}".strip()
            if not _ABBREVIATED.search(held):
                yield held
                held = ""
        if held:
            yield held


def _read(spoken: str, quote: str, currency: str, today: date) -> Reading | None:
    if not _speaks_of_minimum(spoken):
        return None
    if _OTHER_TERM.search(spoken):
        refuses = _BELOW.search(spoken) and _REFUSED.search(spoken)
        return _unclear(quote, "it speaks of charges, too") if refuses else None
    days = days_in(spoken)
    if _STARTS.search(spoken) and days and min(days) > today:
        return None
    amounts = amounts_in(spoken)
    if _WAIVED.search(spoken) and _NAMED.search(spoken):
        if len(amounts) > 1 or _RESERVED.search(spoken):
            return _unclear(quote, "it says more than that there is none")
        return Reading(Meaning.NONE, quote, 0)
    return _stated(spoken, quote, currency)


def _speaks_of_minimum(spoken: str) -> bool:
    if _NAMED.search(spoken):
        return True
    if not mentions_money(spoken):
        return False
    below = _BELOW.search(spoken) and _REFUSED.search(spoken)
    return bool(below or (_AT_LEAST.search(spoken) and _AN_ORDER.search(spoken)) or _ONLY_FROM.search(spoken))


def _stated(spoken: str, quote: str, currency: str) -> Reading:
    amounts = amounts_in(spoken)
    if not amounts:
        return _unclear(quote, "it gives no amount in figures")
    if len({(stated.currency, stated.minor) for stated in amounts}) > 1:
        return _unclear(quote, "it gives several amounts")
    (amount,) = set(amounts)
    if amount.currency != currency:
        return _unclear(quote, "it is in another currency")
    if reserved := _RESERVED.search(spoken):
        return _unclear(quote, f"it is said with a reservation ({reserved[0].strip().lower()})")
    if not 0 < amount.minor <= LARGEST_MINOR:
        return _unclear(quote, "the amount cannot be meant")
    return Reading(Meaning.STATED, quote, amount.minor)


def _unclear(quote: str, why: str) -> Reading:
    return Reading(Meaning.UNCLEAR, quote, None, why)
