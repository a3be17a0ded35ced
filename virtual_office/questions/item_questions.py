"""Answers an approver's question about one action item from its promise, its reasons and its own receipts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.items import prediction_of
from domain.figure import Cell, FigureRef
from domain.ids import ReceiptId
from domain.language import Language
from domain.money import BPS
from domain.prediction import Prediction
from language.formats import cell_text, day_text
from language.prose import without_figures
from language.speech import prose_of
from store.session import BrandSession
from store.tables import ActionItem, ProposalRow, Receipt
from tools.receipts import record_figures
from virtual_office.questions.questions import CitedAnswer, answer_question

SAME_UNITS = "profit_change_same_units"
_MOST_CELLS = 8
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class _Topic:
    """Something of an item that can be asked about: the beginnings of the words for it, and the cells that tell it."""

    title: str
    german: str
    said: tuple[str, ...]
    cells: tuple[str, ...]


_TOPICS = (
    _Topic("margin", "Marge", ("margin", "marge"), ("margin_now", "margin_then", "margin")),
    _Topic("price", "Preis", ("price", "preis"), ("price_now", "price", "reference_price")),
    _Topic("sales", "Absatz", ("sell", "sales", "unit", "volume", "verkauf", "absatz", "menge", "stück"),
           ("units_now", "units_then", "weekly_units", "demand")),
    _Topic("profit", "Gewinn", ("profit", "gewinn", "earn", "bring", "gain", "worth", "lohn", "ertrag"),
           ("profit_change", "profit_change_low", "profit_change_high", "gain", "value")),
    _Topic("probability", "Wahrscheinlichkeit", ("likel", "probab", "chance", "wahrscheinlich"), ("probability",)),
    _Topic("competitors", "Wettbewerber", ("competitor", "rival", "wettbewerb", "konkurren"), ("given_back",)),
    _Topic("cost", "Kosten", ("cost", "kosten", "kostet"), ("unit_cost", "cost", "order_cost", "trip_cost")),
    _Topic("stock", "Bestand", ("stock", "shelf", "inventory", "lager", "bestand"), ("on_hand", "under_way", "coming")),
    _Topic("elasticity", "Elastizität", ("elastic", "elastiz", "sensitiv"), ("elasticity",)),
)  # fmt: skip
_LABELS: Mapping[str, tuple[str, str]] = {
    "margin_now": ("margin now", "Marge heute"),
    "margin_then": ("margin afterwards", "Marge danach"),
    "margin": ("margin", "Marge"),
    "price_now": ("price now", "Preis heute"),
    "price": ("price afterwards", "Preis danach"),
    "reference_price": ("usual price", "üblicher Preis"),
    "units_now": ("sales now", "Absatz heute"),
    "units_then": ("sales afterwards", "Absatz danach"),
    "weekly_units": ("weekly sales", "Absatz je Woche"),
    "demand": ("demand", "Nachfrage"),
    "profit_change": ("change of profit", "Gewinnänderung"),
    "profit_change_low": ("at least", "mindestens"),
    "profit_change_high": ("at most", "höchstens"),
    "gain": ("gain", "Ertrag"),
    "value": ("value", "Wert"),
    "probability": ("probability that profit rises", "Wahrscheinlichkeit, dass der Gewinn steigt"),
    "given_back": ("what rivals' answer takes off", "was die Antwort der Wettbewerber davon nimmt"),
    "unit_cost": ("unit cost", "Stückkosten"),
    "cost": ("cost", "Kosten"),
    "order_cost": ("cost of the order", "Kosten der Bestellung"),
    "trip_cost": ("cost of the trip", "Kosten der Fahrt"),
    "on_hand": ("on hand", "im Lager"),
    "under_way": ("on the way", "unterwegs"),
    "coming": ("on the way", "unterwegs"),
    "elasticity": ("elasticity", "Elastizität"),
}
_SURE = ("sure", "certain", "confiden", "interval", "range", "uncertain", "sicher", "unsicher", "gewiss", "spanne",
         "intervall", "verläss")  # fmt: skip
_WHY = ("why", "reason", "warum", "wieso", "weshalb", "grund", "begründ")
_BUYERS = (
    "demand",
    "sale",
    "customer",
    "buyer",
    "volume",
    "nachfrage",
    "absatz",
    "kunde",
    "käufer",
    "verkäuf",
    "menge",
)
_NO = frozenset({"not", "no", "nobody", "dont", "don", "doesn", "isn", "nicht"})
_UNMOVED = ("same", "unchanged", "constant", "stay", "kein", "gleich", "unverändert", "konstant")
_REACTS = ("react", "respond", "chang", "mov", "same", "unchanged", "constant", "stay", "reag", "änder", "gleich",
           "unverändert", "konstant", "bleib")  # fmt: skip


def answer_about(session: BrandSession, item: ActionItem, run_id: UUID, question: str) -> CitedAnswer:
    """The item's certainty, its result at unchanged sales, its reasons, or the numbers that the question names; where
    the question names none of it, that it is not understood, and what can be asked."""
    words = _WORD.findall(question.casefold())
    receipts = _receipts(session, item)
    if _any(words, _BUYERS) and (_NO & {*words} or _any(words, _UNMOVED)) and _any(words, _REACTS):
        return _unmoved(session, run_id, receipts)
    if _any(words, _SURE):
        return _certainty(session, item, run_id, receipts)
    topics = [topic for topic in _TOPICS if _any(words, topic.said)]
    cells = _cells(receipts, [name for topic in topics for name in topic.cells])
    if cells:
        return _numbers(session, run_id, cells)
    if _any(words, _WHY) and item.proposal_id is not None:
        return _reasons(session, item)
    elsewhere = answer_question(session, run_id, f"{item.subject} {question}" if topics else question)
    return elsewhere if elsewhere.codes else _not_understood(receipts)


def _any(words: Iterable[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _receipts(session: BrandSession, item: ActionItem) -> list[Receipt]:
    """The item's own, in the order that it names them."""
    rows = session.scalars(select(Receipt).where(col(Receipt.id).in_(item.receipts))).all()
    by_id = {str(row.id): row for row in rows}
    return [by_id[receipt_id] for receipt_id in item.receipts if receipt_id in by_id]


def _cells(receipts: Iterable[Receipt], names: Iterable[str]) -> dict[str, FigureRef]:
    """Where the receipts tell these, by name; what is told twice, as the last one tells it."""
    cells = {name: ref for name in dict.fromkeys(names) for ref in _places(receipts, name)}
    return dict(list(cells.items())[:_MOST_CELLS])


def _places(receipts: Iterable[Receipt], name: str) -> Iterable[FigureRef]:
    for receipt in receipts:
        if _is_cell(receipt.result.get(name)):
            yield FigureRef(receipt=ReceiptId(receipt.id), path=f"/{name}")


def _is_cell(node: Any) -> bool:
    return isinstance(node, Mapping) and {"value", "unit"} <= set(node)


def _numbers(session: BrandSession, run_id: UUID, cells: Mapping[str, FigureRef]) -> CitedAnswer:
    english, german = (", ".join(f"{_LABELS[name][at]} {{{name}}}" for name in cells) for at in (0, 1))
    return CitedAnswer(f"{english}.", f"{german}.", record_figures(session, run_id, cells))


def _certainty(session: BrandSession, item: ActionItem, run_id: UUID, receipts: Iterable[Receipt]) -> CitedAnswer:
    promised = prediction_of(item)
    if promised is None:
        return CitedAnswer(
            "It promises nothing, so there is nothing to be sure of.",
            "Es verspricht nichts: Da gibt es nichts, dessen man sicher sein könnte.",
        )
    probability = _cells(receipts, ["probability"])
    more = " That profit rises at all has a probability of {probability}." if probability else ""
    mehr = " Dass der Gewinn überhaupt steigt, ist zu {probability} wahrscheinlich." if probability else ""
    value, low, high, share = _amounts(promised, Language.EN)
    wert, tief, hoch, anteil = _amounts(promised, Language.DE)
    day, days = promised.check_at.date(), promised.horizon_days
    return CitedAnswer(
        f"I expect {value} over {days} days. In {share} of such cases it should lie between {low} and {high}; on "
        f"{day_text(day, Language.EN)} it is held against what came.{more}",
        f"Ich erwarte {wert} über {days} Tage. In {anteil} solcher Fälle sollte es zwischen {tief} und {hoch} liegen; "
        f"am {day_text(day, Language.DE)} wird es mit dem verglichen, was kam.{mehr}",
        record_figures(session, run_id, probability),
    )


def _amounts(promised: Prediction, language: Language) -> tuple[str, str, str, str]:
    value, low, high = (
        cell_text(Cell(value=part, unit=promised.unit), language)
        for part in (promised.value, promised.low, promised.high)
    )
    return value, low, high, f"{round(promised.coverage_bps * 100 / BPS)} %"


def _unmoved(session: BrandSession, run_id: UUID, receipts: Iterable[Receipt]) -> CitedAnswer:
    cells = _cells(receipts, [SAME_UNITS])
    if not cells:
        return CitedAnswer(
            "That was not computed: no receipt of this item tells what it brings while sales stay as they are.",
            "Das wurde nicht gerechnet: Kein Beleg dieses Vorschlags sagt, was er bei gleichem Absatz bringt.",
        )
    return CitedAnswer(
        f"If just as much is sold, profit changes by {{{SAME_UNITS}}} over the horizon.",
        f"Wird genauso viel verkauft, ändert sich der Gewinn über den Zeitraum um {{{SAME_UNITS}}}.",
        record_figures(session, run_id, cells),
    )


def _reasons(session: BrandSession, item: ActionItem) -> CitedAnswer:
    proposal = session.get_one(ProposalRow, (item.brand_id, item.proposal_id))
    return CitedAnswer(proposal.text, prose_of(proposal, Language.DE) or proposal.text, proposal.figures)


def _not_understood(receipts: Iterable[Receipt]) -> CitedAnswer:
    known = [topic for topic in _TOPICS if _cells(receipts, topic.cells)]
    topics, themen = (", ".join(f"{name}" for name in names) for names in (
        (topic.title for topic in known), (topic.german for topic in known)))  # fmt: skip
    return CitedAnswer(
        "I do not understand that. You can ask me why, how sure I am, what happens if demand does not react"
        + (f", and about: {without_figures(topics)}." if topics else "."),
        "Das verstehe ich nicht. Sie können fragen: warum, wie sicher ich bin, was geschieht, wenn die Nachfrage nicht "
        "reagiert" + (f", und nach: {without_figures(themen)}." if themen else "."),
    )
