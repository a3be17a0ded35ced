"""Reads what an owner asks about beside metrics: the topic of a question, and what of the brand it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.language import Language
from domain.message import Message, message
from virtual_office.metrics import topics
from virtual_office.metrics.reader import BrandNames, QuestionReader, Unclear
from virtual_office.metrics.topics import Topic


@dataclass(frozen=True)
class TopicAsked:
    """A question about more than a metric, with what it names."""

    topic: Topic
    language: Language
    product: str = ""
    channel: str = ""
    other: str = ""
    span: Mapping[str, Any] | None = None


_NAMING: Mapping[Topic, frozenset[str]] = {
    Topic.RUN_OUT: frozenset({"product"}),
    Topic.EXPENSIVE: frozenset({"product", "channel"}),
    Topic.DEAL: frozenset({"channel"}),
    Topic.WHY_ITEM: frozenset({"product", "other"}),
}
"""What of the brand a question about these may name."""


def read_topic(question: str, names: BrandNames, today: date) -> TopicAsked | Unclear | None:
    """The topic of a question; None where it has none. What it says besides makes it unclear."""
    for topic, pattern in topics.TOPICS:
        reader = QuestionReader(question, names, today)
        if reader.take(pattern):
            return _topic(topic, reader, today)
    reader = QuestionReader(question, names, today)
    named = reader.parts()
    if (named["other"] or named["product"]) and reader.take(topics.WHY_ITEM):
        reader.take(topics.AMOUNT)
        if not [word for word in reader.left() if word not in topics.IDLE]:
            return TopicAsked(Topic.WHY_ITEM, reader.language, named["product"], named["channel"], named["other"])
    return None


def _topic(topic: Topic, reader: "QuestionReader", today: date) -> TopicAsked | Unclear:
    span = reader.period(today) if topic in topics.OF_A_PERIOD else None
    if isinstance(span, Unclear):
        return reader.unclear(span.reason, topic=topic)
    if left := reader.left():
        return reader.unknown(left, topic=topic)
    if reader.shared:
        return reader.which_product(topic=topic)
    named = reader.parts()
    allowed = _NAMING.get(topic, frozenset[str]())
    if astray := [code for kind, code in named.items() if code and kind not in allowed]:
        titles = ", ".join(reader.title(code) for code in astray)
        return reader.unclear(message("ask.missing.not_by_name", names=titles), topic=topic)
    if topic is Topic.RUN_OUT and not named["product"]:
        return reader.unclear(Message(key="ask.missing.which_product"), topic=topic)
    return TopicAsked(topic, reader.language, named["product"], named["channel"], named["other"], span)
