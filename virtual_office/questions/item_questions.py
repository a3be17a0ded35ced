"""Answers an approver's question about one action item from its promise, its reasons and its own receipts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from actions.items import action_of, prediction_of, told_of
from domain.figure import Cell, FigureRef
from domain.ids import ReceiptId
from domain.language import Language
from domain.message import Message, message, read_message, sentences
from domain.money import BPS
from language.lines import as_plain
from language.prose import KEY
from language.speech import say, speak
from language.titles import text_title
from store.session import BrandSession
from store.tables import ActionItem, Receipt
from tools.receipts import record_figures
from virtual_office.questions.item_text import ItemText
from virtual_office.questions.questions import CitedAnswer, answer_question, cited

SAME_UNITS = "profit_change_same_units"
_MOST_CELLS, _MOST_LINES, _LONGEST_LINE = 8, 12, 80
_LINE = ("field", "before", "after")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class _Topic:
    """Something of an item that can be asked about: the beginnings of the words for it, and the cells that tell it."""

    name: str
    beginnings: tuple[str, ...]
    cells: tuple[str, ...]


_TOPICS = (
    _Topic("margin", ("margin", "marge"), ("margin_now", "margin_then", "margin")),
    _Topic("price", ("price", "preis"), ("price_now", "price", "reference_price")),
    _Topic("sales", ("sell", "sales", "unit", "volume", "verkauf", "absatz", "menge", "stück"),
           ("units_now", "units_then", "weekly_units", "demand")),
    _Topic("profit", ("profit", "gewinn", "earn", "bring", "gain", "worth", "lohn", "ertrag"),
           ("profit_change", "profit_change_low", "profit_change_high", "gain", "value")),
    _Topic("probability", ("likel", "probab", "chance", "wahrscheinlich"), ("probability",)),
    _Topic("competitors", ("competitor", "rival", "wettbewerb", "konkurren"), ("given_back",)),
    _Topic("cost", ("cost", "kosten", "kostet"), ("unit_cost", "cost", "order_cost", "trip_cost")),
    _Topic("stock", ("stock", "shelf", "inventory", "lager", "bestand"), ("on_hand", "under_way", "coming")),
    _Topic("elasticity", ("elastic", "elastiz", "sensitiv"), ("elasticity",)),
)  # fmt: skip
_SURE = ("sure", "certain", "confiden", "interval", "range", "uncertain", "sicher", "unsicher", "gewiss", "spanne",
         "intervall", "verläss")  # fmt: skip
_WHY = ("why", "reason", "warum", "wieso", "weshalb", "grund", "begründ")
_MANY = ("many", "much", "amount", "quantit", "menge", "viel", "anzahl")
_NOTHING = ("nothing", "nichts", "abwarten", "warten", "wait", "reject", "ablehn", "nein")
_REFUSE = frozenset({"no", "not", "dont", "don", "nicht"})
_IF = frozenset({"if", "wenn", "falls"})
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
    if _any(words, _MANY) and (_any(words, _WHY) or _any(words, ("how", "wie"))):
        return _so_many(session, item)
    if _any(words, _NOTHING) or (_IF & {*words} and _REFUSE & {*words}):
        return _if_nothing(session, item)
    topics = [topic for topic in _TOPICS if _any(words, topic.beginnings)]
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
    english, german = (", ".join(say(f"office.cell.{name}", language) for name in cells) for language in Language)
    return CitedAnswer(f"{english}.", f"{german}.", record_figures(session, run_id, cells))


def _certainty(session: BrandSession, item: ActionItem, run_id: UUID, receipts: Iterable[Receipt]) -> CitedAnswer:
    promised = prediction_of(item)
    if promised is None:
        return cited(Message(key="office.item.promises_nothing"))
    value, low, high = (
        Cell(value=amount, unit=promised.unit) for amount in (promised.value, promised.low, promised.high)
    )
    expects = message(
        "office.item.expects",
        value=value,
        low=low,
        high=high,
        days=str(promised.horizon_days),
        share=f"{round(promised.coverage_bps * 100 / BPS)} %",
        day=promised.check_at.date(),
    )
    probability = _cells(receipts, ["probability"])
    rises = [Message(key="office.item.profit_rises")] if probability else []
    return cited(sentences([expects, *rises]), record_figures(session, run_id, probability))


def _unmoved(session: BrandSession, run_id: UUID, receipts: Iterable[Receipt]) -> CitedAnswer:
    cells = _cells(receipts, [SAME_UNITS])
    if not cells:
        return cited(Message(key="office.item.same_units_not_computed"))
    return cited(Message(key="office.item.same_units"), record_figures(session, run_id, cells))


def _reasons(session: BrandSession, item: ActionItem) -> CitedAnswer:
    texts = _texts(session, item)
    return _quoted(item, {language: text.why_now() for language, text in texts.items()})


def _if_nothing(session: BrandSession, item: ActionItem) -> CitedAnswer:
    """What a no leads to, for the item as it stands."""
    return _quoted(item, {language: text.if_no() for language, text in _texts(session, item).items()})


def _so_many(session: BrandSession, item: ActionItem) -> CitedAnswer:
    """Each line of the item as it stands, what was changed of it and by whom, and its reason."""
    return _quoted(
        item, {language: _lines_told(item, text, language) for language, text in _texts(session, item).items()}
    )


def _lines_told(item: ActionItem, text: ItemText, language: Language) -> str:
    lines = [_line_told(line, language) for line in item.preview["changes"][:_MOST_LINES]]
    title = text_title(action_of(item), language, told_of(item))
    told = say("item.answer.so_many", language, title=title, lines=" ".join(lines))
    return " ".join(filter(None, (told, text.changed(), text.why_now())))


def _line_told(line: Mapping[str, Any], language: Language) -> str:
    """One line; of a long list only how many there are."""
    parts = {part: speak(read_message(line[part]), language) for part in _LINE}
    parts["after"] = parts["after"] if len(parts["after"]) <= _LONGEST_LINE else parts["after"].partition(":")[0]
    return say("item.answer.line", language, **parts)


def _texts(session: BrandSession, item: ActionItem) -> dict[Language, ItemText]:
    return {language: ItemText(session, item, language, as_plain) for language in Language}


def _quoted(item: ActionItem, texts: Mapping[Language, str]) -> CitedAnswer:
    """Texts of the item's own, with those of its figures that they cite."""
    english, german = texts[Language.EN], texts[Language.DE]
    cited_keys = {*KEY.findall(english), *KEY.findall(german)}
    return CitedAnswer(english, german, {key: code for key, code in item.figures.items() if key in cited_keys})


def _not_understood(receipts: Iterable[Receipt]) -> CitedAnswer:
    names = [topic.name for topic in _TOPICS if _cells(receipts, topic.cells)]
    if not names:
        return cited(Message(key="office.item.not_understood"))
    english, german = (
        say(
            "office.item.not_understood_but_topics",
            language,
            topics=", ".join(say(f"office.topic.{name}", language) for name in names),
        )
        for language in Language
    )
    return CitedAnswer(english, german)
