"""Answers a person's question from what the meeting's agents were answered: every number a figure, nothing guessed."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.figure import FigureRef
from domain.ids import ReceiptId
from domain.language import Language
from domain.message import Message, message, sentences
from guardrails.names import NameIndex, whole_words
from language.prose import without_figures
from language.speech import say, speak
from store.session import BrandSession
from store.tables import Receipt
from tools.receipts import record_figures

_NAMES = ("sku", "supplier", "stand", "segment", "customer", "campaign", "invoice", "channel", "title", "zone")
_MOST_CELLS = 8
_WORD = re.compile(r"[\w@.-]+")
_TOPICS: Mapping[str, tuple[str, ...]] = {
    "price": ("price", "preis"),
    "margin": ("margin", "marge"),
    "on_hand": ("stock", "shelf", "hand", "inventory", "lager", "bestand"),
    "under_way": ("way", "coming", "ordered", "unterwegs", "bestellt"),
    "demand": ("demand", "need", "bedarf", "nachfrage"),
    "elasticity": ("elasticity", "elastizität", "sensitive"),
    "profit": ("profit", "gewinn", "earn", "bring"),
    "gain": ("gain", "bring", "worth", "bringt", "lohnt"),
    "cash": ("cash", "money", "konto", "bank", "geld"),
    "lead_time": ("lead", "long", "lieferzeit", "dauert"),
    "weekly_units": ("sell", "sales", "units", "verkauf", "absatz"),
    "weekly_revenue": ("revenue", "turnover", "umsatz"),
    "cost": ("cost", "kosten"),
}


@dataclass(frozen=True)
class CitedAnswer:
    """A sentence in both languages, with the codes of its figures by key."""

    text: str = ""
    german: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


def cited(said: Message, codes: Mapping[str, str] = {}) -> CitedAnswer:
    """The message as an answer; its placeholders that stand for figures have these codes."""
    return CitedAnswer(speak(said, Language.EN), speak(said, Language.DE), codes)


@dataclass(frozen=True)
class _Place:
    """A cell, what it is called, what it is about, and the answer that it stands in."""

    receipt: ReceiptId
    path: str
    name: str
    about: tuple[str, ...]


def answer_question(session: BrandSession, run_id: UUID, question: str) -> CitedAnswer:
    """The numbers that this meeting's receipts hold of what the question names; or that they hold none, and of what.

    A thing is named by its code or title as the receipts write it; a topic by a word for it, in English or German.
    """
    asked = question.casefold()
    places = list(_places(session, run_id))
    names = NameIndex(name.casefold() for place in places for name in place.about)
    called = names.standing_in(asked, whole_words(asked)).keys()
    named = [place for place in places if _hits(place.about, called)]
    words = set(_WORD.findall(asked))
    wanted = {topic for topic, said in _TOPICS.items() if words & set(said)}
    on_topic = [place for place in named if any(topic in place.name for topic in wanted)]
    if not named and wanted:  # a question about the brand as a whole: only what is about no single thing answers it
        on_topic = [place for place in places if not place.about and any(topic in place.name for topic in wanted)]
    cells = _nearest(on_topic or named, called)
    if not cells:
        return _nothing(places)
    refs = {f"n{_letters(at)}": FigureRef(receipt=place.receipt, path=place.path) for at, place in enumerate(cells)}
    listing = ", ".join(f"{place.name.replace('_', ' ')} {{{key}}}" for key, place in zip(refs, cells, strict=True))
    names = ", ".join(dict.fromkeys(cells[0].about[:2])) or say("office.answer.brand", Language.EN)
    subject = without_figures(names)
    return CitedAnswer(f"{subject}: {listing}.", f"{subject}: {listing}.", record_figures(session, run_id, refs))


def _hits(about: Sequence[str], called: Collection[str]) -> int:
    """By how many of its names (a SKU, a supplier, a stand, a title) a question calls it."""
    return sum(name.casefold() in called for name in about)


def _nearest(places: Sequence[_Place], called: Collection[str]) -> list[_Place]:
    """The cells about what the question names most exactly; one of each name, as the newest answer has it."""
    if not places:
        return []
    ranked: dict[tuple[str, ...], int] = {}
    for place in places:
        ranked[place.about] = _hits(place.about, called)
    best = max(ranked.values())
    about = next(about for about, hits in ranked.items() if hits == best)
    by_name = {place.name: place for place in places if place.about == about}
    return list(by_name.values())[:_MOST_CELLS]


def _nothing(places: Sequence[_Place]) -> CitedAnswer:
    known = sorted({place.about[0] for place in places if place.about})[:12]
    looked_at = [message("office.answer.looked_at", names=", ".join(known))] if known else []
    return cited(sentences([Message(key="office.answer.nothing"), *looked_at]))


def _places(session: BrandSession, run_id: UUID) -> Iterator[_Place]:
    rows = session.scalars(
        select(Receipt).where(col(Receipt.run_id) == run_id).order_by(col(Receipt.created_at), col(Receipt.id))
    ).all()
    for receipt in rows:
        yield from _cells(ReceiptId(receipt.id), receipt.result, "", ())


def _cells(receipt: ReceiptId, node: Any, path: str, about: tuple[str, ...]) -> Iterator[_Place]:
    if isinstance(node, list):
        for at, part in enumerate(node):
            yield from _cells(receipt, part, f"{path}/{at}", about)
    elif isinstance(node, dict):
        own = tuple(str(node[name]) for name in _NAMES if isinstance(node.get(name), str) and node[name])
        here = tuple(dict.fromkeys([*own, *about]))
        for name, part in node.items():
            if isinstance(part, dict) and {"value", "unit"} <= set(part):
                yield _Place(receipt, f"{path}/{name}", name, here)
            else:
                yield from _cells(receipt, part, f"{path}/{name}", here)


def _letters(at: int) -> str:
    return chr(ord("a") + at)
