"""Claims and questions about suppliers' terms: the minimum that an order keeps to, or that it is not clear."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.claims import claim, is_given
from agents.playbooks.stock.names import Name, is_speakable, subject_of
from agents.playbooks.transcript import AnsweredCall
from domain.figure import FigureRef
from domain.labels import Label
from domain.message import Message, message, sentences
from domain.report import Finding, FindingSeverity
from tools.stock.order_minimum import BELOW_MINIMUM, MINIMUM_UNCLEAR

_LONGEST_QUOTE = 300
_MOST_QUOTED = 3
_PLACES = ("first", "second", "third")


def of_minimum(advice: AnsweredCall) -> tuple[list[Message], dict[str, FigureRef]]:
    """That an order keeps to its supplier's minimum, with the sentence and where it stands; nothing where none is."""
    term = _term(advice)
    if term is None or term["status"] != "stated":
        return [], {}
    passage = term["passages"][0]
    figures = {
        "least": advice.ref("minimum_order", "amount"),
        "place": advice.ref("minimum_order", "passages", 0, "place"),
    }
    document = str(passage["document"])
    place = Message(key="stock.source.place")
    source = message("stock.source.placed", document=document, place=place) if is_speakable(document) else place
    return [message("stock.minimum.least", source=_quoted(source, passage))], figures


def minimum_findings(supplier: Name, advice: AnsweredCall) -> Iterator[Finding]:
    """That an order waits because of its supplier's minimum."""
    term, result = _term(advice), advice.result or {"reasons": ()}
    if term is None:
        return
    subject = subject_of(supplier)
    if is_given(result, BELOW_MINIMUM):
        least, figures = of_minimum(advice)
        waits = sentences([message("stock.minimum.below", supplier=supplier), *least])
        yield Finding(subject=subject, claim=claim(waits, figures), severity=FindingSeverity.RISK)
    if is_given(result, MINIMUM_UNCLEAR):
        citations, figures = _cited(advice, term["passages"][:_MOST_QUOTED])
        waits = sentences([message("stock.minimum.unclear", supplier=supplier), *citations])
        yield Finding(subject=subject, claim=claim(waits, figures), severity=FindingSeverity.RISK)


def minimum_questions(supplier: Name, advice: AnsweredCall) -> Iterator[Message]:
    """The question that a person has to answer, where the documents do not, or outsiders say something else."""
    term = _term(advice)
    if term is None:
        return
    sources = _sources(term["passages"])
    match term["status"]:
        case "contradicted":
            yield message("stock.minimum.ask_contradicted", supplier=supplier, sources=sources)
        case "unclear":
            yield message("stock.minimum.ask_unclear", supplier=supplier, sources=sources)
        case _:
            yield from _disputed(supplier, term)


def _disputed(supplier: Name, term: Mapping[str, Any]) -> Iterator[Message]:
    """That outsiders wrote since of another minimum than the brand's own documents, by which orders go on."""
    passages: Sequence[Mapping[str, Any]] = term["passages"]
    own = {_value(passage) for passage in passages if passage["label"] == Label.TRUSTED}
    others = [passage for passage in passages if passage["label"] != Label.TRUSTED and _value(passage) not in own]
    if own and others:
        yield message("stock.minimum.ask_outsiders", supplier=supplier, sources=_sources(others))


def _value(passage: Mapping[str, Any]) -> Any:
    return passage["amount"] and passage["amount"]["value"]


def _term(advice: AnsweredCall) -> Mapping[str, Any] | None:
    return (advice.result or {}).get("minimum_order")


def _cited(advice: AnsweredCall, passages: Sequence[Mapping[str, Any]]) -> tuple[list[Message], dict[str, FigureRef]]:
    citations, figures = list[Message](), dict[str, FigureRef]()
    for at, (key, passage) in enumerate(zip(_PLACES, passages, strict=False)):
        figures[key] = advice.ref("minimum_order", "passages", at, "place")
        place = Message(key=f"stock.place.{key}")
        source = message("stock.source.placed", document=_document(passage), place=place)
        citations.append(message("stock.minimum.cited", source=_quoted(source, passage)))
    return citations, figures


def _sources(passages: Sequence[Mapping[str, Any]]) -> list[Message]:
    return [
        _quoted(message("stock.source.document", document=_document(passage)), passage)
        for passage in passages[:_MOST_QUOTED]
    ]


def _document(passage: Mapping[str, Any]) -> Name:
    name = str(passage["document"])
    return name if is_speakable(name) else Message(key="stock.a_document")


def _quoted(source: Message, passage: Mapping[str, Any]) -> Message:
    """The source with its sentence in quotation marks, or alone where prose cannot carry the sentence."""
    quote = str(passage["quote"])
    if len(quote) > _LONGEST_QUOTE or not is_speakable(quote) or set(quote) & set("“”"):
        return source
    return message("stock.source.quoted", source=source, quote=quote)
