"""What the Inventory Forecaster says of suppliers' terms: the minimum that an order keeps to, or what is unclear."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.playbooks.prose import UNSAID, Said, claim_of, is_given, speakable
from agents.playbooks.transcript import Answer
from domain.figure import FigureRef
from domain.labels import Label
from domain.report import Finding, Severity
from tools.stock.order_minimum import BELOW_MINIMUM, MINIMUM_UNCLEAR

_LONGEST_QUOTE = 300
_MOST_QUOTED = 3


def of_minimum(advice: Answer) -> tuple[Said, dict[str, FigureRef]]:
    """That an order keeps to its supplier's minimum, with the sentence and where it stands; nothing where none is."""
    term = _term(advice)
    if term is None or term["status"] != "stated":
        return UNSAID, {}
    passage = term["passages"][0]
    figures = {
        "least": advice.ref("minimum_order", "amount"),
        "place": advice.ref("minimum_order", "passages", 0, "place"),
    }
    where = f"{passage['document']}, {{place}}"
    if not speakable(str(passage["document"])):
        where = "{place}"
    quote = _quoted(passage)
    said = Said(
        f"An order there has to come to {{least}} at least ({where}{quote}).",
        f"Eine Bestellung muss sich dort auf mindestens {{least}} belaufen ({where}{quote}).",
    )
    return said, figures


def minimum_findings(name: str, advice: Answer) -> Iterator[Finding]:
    """That an order waits because of its supplier's minimum."""
    term, result = _term(advice), advice.result or {"reasons": ()}
    if term is None:
        return
    if is_given(result, BELOW_MINIMUM):
        least, figures = of_minimum(advice)
        waits = Said(
            f"An order from {name} is due, but less than they take, and more of it would not pay.",
            f"Bei {name} ist eine Bestellung fällig, aber kleiner, als dort angenommen wird, und mehr davon würde sich "
            "nicht lohnen.",
        )
        yield Finding(subject=name[:120], claim=claim_of([waits, least], figures), severity=Severity.RISK)
    if is_given(result, MINIMUM_UNCLEAR):
        waits = Said(
            f"An order from {name} is due and waits for you: what it has to come to is not clear from the documents.",
            f"Bei {name} ist eine Bestellung fällig und wartet auf Sie: aus den Unterlagen geht nicht klar hervor, auf "
            "wie viel sie sich belaufen muss.",
        )
        said, figures = _cited(advice, term["passages"][:_MOST_QUOTED])
        yield Finding(subject=name[:120], claim=claim_of([waits, *said], figures), severity=Severity.RISK)


def minimum_questions(name: str, advice: Answer) -> Iterator[Said]:
    """The question that a person has to answer, where the documents do not, or outsiders say something else."""
    term = _term(advice)
    if term is None:
        return
    if term["status"] not in ("unclear", "contradicted"):
        yield from _disputed(name, term)
        return
    passages = term["passages"][:_MOST_QUOTED]
    quotes = "; ".join(f"{_document(one)}{_quoted(one)}" for one in passages)
    if term["status"] == "contradicted":
        yield Said(
            f"{name}: which minimum order value holds? Documents of the same standing do not agree: {quotes}.",
            f"{name}: welcher Mindestbestellwert gilt? Gleichrangige Unterlagen widersprechen sich: {quotes}.",
        )
    else:
        yield Said(
            f"{name}: what does an order have to come to? The documents do not say it plainly: {quotes}.",
            f"{name}: auf wie viel muss sich eine Bestellung belaufen? Die Unterlagen sagen es nicht klar: {quotes}.",
        )


def _disputed(name: str, term: Mapping[str, Any]) -> Iterator[Said]:
    """That outsiders wrote since of another minimum than the brand's own documents, by which orders go on."""
    own = {_value(one) for one in term["passages"] if one["label"] == Label.TRUSTED}
    others = [one for one in term["passages"] if one["label"] != Label.TRUSTED and _value(one) not in own]
    if not own or not others:
        return
    quotes = "; ".join(f"{_document(one)}{_quoted(one)}" for one in others[:_MOST_QUOTED])
    yield Said(
        f"{name}: your own documents say what an order has to come to, and hold; text by outsiders says something "
        f"else: {quotes}. Is it true?",
        f"{name}: auf wie viel sich eine Bestellung belaufen muss, sagen Ihre eigenen Unterlagen, und das gilt; ein "
        f"Text von außen sagt etwas anderes: {quotes}. Stimmt das?",
    )


def _value(passage: Mapping[str, Any]) -> Any:
    return passage["amount"] and passage["amount"]["value"]


def _term(advice: Answer) -> Mapping[str, Any] | None:
    return (advice.result or {}).get("minimum_order")


def _cited(advice: Answer, passages: Sequence[Mapping[str, Any]]) -> tuple[list[Said], dict[str, FigureRef]]:
    keys = ("first", "second", "third")
    said, figures = [], {}
    for at, (key, passage) in enumerate(zip(keys, passages, strict=False)):
        figures[key] = advice.ref("minimum_order", "passages", at, "place")
        sentence = f"{_document(passage)}, {{{key}}}{_quoted(passage)}."
        said.append(Said(sentence, sentence))
    return said, figures


def _document(passage: Mapping[str, Any]) -> str:
    name = str(passage["document"])
    return name if speakable(name) else "a document"


def _quoted(passage: Mapping[str, Any]) -> str:
    """The sentence in quotation marks, after a colon; empty where prose cannot carry it."""
    quote = str(passage["quote"])
    if len(quote) > _LONGEST_QUOTE or not speakable(quote) or set(quote) & set("“”"):
        return ""
    return f": “{quote}”"
