"""Answers a person's question from what the meeting's agents were answered: every number a figure, nothing guessed."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w-]{3,}")
"""Letters and digits in one word."""
_NEAR = 0.75
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
    """The numbers that this meeting's receipts hold of all that the question names, and of nothing else; or that they
    hold none of it; or that a name is unknown, and which are nearest.

    A thing is named by its code or title; a topic by a word for it, in English or German.
    """
    asked = question.casefold()
    places = list(_places(session, run_id))
    aliases, of_places = _aliases(session)
    for place in places:
        aliases |= {name.casefold(): name.casefold() for name in place.about if name.casefold() not in aliases}
    called = _called(asked, aliases)
    wanted = {aliases[name] for name in called}
    words = set(_WORD.findall(asked))
    topics = {topic for topic, said in _TOPICS.items() if words & set(said)}
    if astray := _unknown(asked, called, aliases, of_places):
        return _no_such_name(astray, aliases, places)
    named = [place for place in places if wanted and wanted <= _about(place, aliases)]
    on_topic = [place for place in named if any(topic in place.name for topic in topics)]
    if not wanted and topics:  # a question about the brand as a whole: only what is about no single thing answers it
        on_topic = [place for place in places if not place.about and any(topic in place.name for topic in topics)]
    cells = _nearest(on_topic or named, wanted, aliases)
    if not cells:
        return _nothing(places)
    refs = {_key(at, place): FigureRef(receipt=place.receipt, path=place.path) for at, place in enumerate(cells)}
    codes = record_figures(session, run_id, refs)
    subject = ", ".join(without_figures(name) for name in dict.fromkeys(cells[0].about[:3]))
    english, german = (_listing(subject, cells, refs, language) for language in (Language.EN, Language.DE))
    return CitedAnswer(english, german, codes)


def _listing(subject: str, cells: Sequence[_Place], keys: Iterable[str], language: Language) -> str:
    """`Strong Gel: price €3.10, margin 40 %.`"""
    parts = [f"{place.name.replace('_', ' ')} {{{key}}}" for key, place in zip(keys, cells, strict=True)]
    return f"{subject or say('office.answer.brand', language)}: {', '.join(parts)}."


def _aliases(session: BrandSession) -> tuple[dict[str, str], set[str]]:
    """The code that each name of the brand's products, channels, places and suppliers stands for; and the names that
    are no product's."""
    from store.tables import Channel, Location, Product, Supplier

    def named(code: Any, title: Any) -> dict[str, str]:
        rows = session.execute(select(code, title)).all()
        return {name.casefold(): row[0].casefold() for row in rows for name in (row[1], row[0]) if name}

    places = (
        named(col(Channel.code), col(Channel.title))
        | named(col(Location.code), col(Location.title))
        | named(col(Supplier.code), col(Supplier.title))
    )
    return named(col(Product.sku), col(Product.title)) | places, set(places)


def _called(asked: str, aliases: Mapping[str, str]) -> list[str]:
    """The names that stand in a question; not those that are only a part of a longer one."""
    standing = NameIndex(aliases).standing_in(asked, whole_words(asked))
    spans = [(at, at + len(name), name) for name, positions in standing.items() for at in positions]
    whole = [
        name
        for begin, end, name in spans
        if not any(first <= begin and end <= last and (first, last) != (begin, end) for first, last, _ in spans)
    ]
    return list(dict.fromkeys(whole))


def _about(place: _Place, aliases: Mapping[str, str]) -> set[str]:
    return {aliases.get(name.casefold(), name.casefold()) for name in place.about}


def _unknown(asked: str, called: Sequence[str], aliases: Mapping[str, str], places: Collection[str]) -> list[str]:
    """What looks like a code or nearly like a name, and is none."""
    rest = asked
    for name in sorted(called, key=len, reverse=True):
        rest = rest.replace(name, " ")
    words = [word.strip(".-@") for word in _WORD.findall(rest)]
    if codes := [word for word in words if _CODE.fullmatch(word)]:
        return codes
    from difflib import get_close_matches

    sought = [name for name in aliases if not called or name in places]  # a product's first word may be any word
    parts = {part for name in sought for part in (name, name.split()[0])}
    topics = {word for said in _TOPICS.values() for word in said}
    return [word for word in words if len(word) > 3 and word not in topics and get_close_matches(word, parts, 1, _NEAR)]


def _no_such_name(unknown: Sequence[str], aliases: Mapping[str, str], places: Sequence[_Place]) -> CitedAnswer:
    """That nothing is called so, and the names that are nearest."""
    from difflib import get_close_matches

    written = {name.casefold(): name for place in places for name in place.about}
    near = [
        name
        for word in unknown
        for name in [
            *get_close_matches(word, aliases, 3, _NEAR),
            *(name for name in sorted(aliases) if word in name.split()),
        ]
    ]
    names = ", ".join(written.get(name, name) for name in list(dict.fromkeys(near))[:3])
    told = [message("office.answer.no_such_name", name=", ".join(unknown))]
    told += [message("ask.missing.did_you_mean", names=names)] if names else []
    return cited(sentences(told))


def _nearest(places: Sequence[_Place], wanted: Collection[str], aliases: Mapping[str, str]) -> list[_Place]:
    """The cells about what the question names and least besides; one of each name, as the newest answer has it."""
    if not places:
        return []
    about = min((place.about for place in places), key=lambda about: len({aliases.get(n.casefold(), n) for n in about}))
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


def _key(at: int, place: _Place) -> str:
    """A figure's key; of prices and costs one that is never rounded."""
    exact = "price_" if "price" in place.name or "cost" in place.name else ""
    return f"{exact}n{chr(ord('a') + at)}"
