"""Messages in words: a key, its names, numbers and days as a sentence in the reader's language."""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from domain.errors import DomainError
from domain.language import Language
from domain.message import Message
from language.formats import day_text
from language.prose import Writing, as_shown
from language.sentences import sentence

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BRACES = str.maketrans("{}", "()")
_MESSAGE_KEYS = frozenset(Message.model_fields)
_log = logging.getLogger(__name__)


class UnknownKey(DomainError):
    """Source and catalogue do not fit: a programming error that only tests ever see."""

    code = "unknown_key"
    status = 500


class _Strictness:
    strict = False


def be_strict(strict: bool = True) -> None:
    """Whether a key without a sentence is an error, as tests want it, or is read out as well as it can be."""
    _Strictness.strict = strict


def say(key: str, language: Language, /, **names: str) -> str:
    """The sentence of a key with these words in it."""
    return speak(Message(key=key, names=names), language)


def speak(message: Message, language: Language, written: Writing = as_shown) -> str:
    """The message as a sentence, with what follows it. Placeholders that it does not fill stay: they are figures' keys.

    Raises UnknownKey for a key that the catalogue does not have, in tests; elsewhere the key's own words are said.
    """
    own = _filled(message, language, written)
    return " ".join(text for text in (own, *(speak(part, language, written) for part in message.then)) if text)


def joined(messages: Iterable[Message], language: Language, written: Writing = as_shown) -> str:
    """Reasons one after the other, with semicolons between them."""
    return "; ".join(speak(message, language, written) for message in messages)


def spoken(document: Any, language: Language) -> Any:
    """A document with every message in it put into words."""
    if isinstance(document, Message):
        return speak(document, language)
    if isinstance(document, Mapping):
        if "key" in document and document.keys() <= _MESSAGE_KEYS and "." in str(document["key"]):
            return speak(Message.model_validate(document), language)
        return {name: spoken(value, language) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [spoken(value, language) for value in document]
    return document


class BilingualProse(Protocol):
    """A claim, and what a finding, a proposal or a challenge is stored as."""

    @property
    def text(self) -> str: ...

    @property
    def german(self) -> str: ...

    @property
    def message(self) -> Message | Mapping[str, Any] | None: ...


def prose_of(row: BilingualProse, language: Language) -> str:
    """Stored prose in a language, its figures still by their keys; empty where it is not known in that language.

    What was said by key is said again in any language but English, which is kept as it was said.
    """
    if language is Language.EN:
        return row.text
    return speak(Message.model_validate(row.message), language) if row.message else row.german


def _filled(message: Message, language: Language, written: Writing) -> str:
    values = {
        **{name: text.translate(_BRACES) for name, text in message.names.items()},
        **{name: written(name, number, language) for name, number in message.numbers.items()},
        **{name: day_text(day, language) for name, day in message.days.items()},
        **{name: joined(parts, language, written) for name, parts in message.parts.items()},
        **{name: f"{{{key}}}" for name, key in message.figures.items()},
    }
    template = _template(message, language)
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _template(message: Message, language: Language) -> str:
    count = message.numbers.get("count")
    known = sentence(message.key, language, None if count is None else round(count.value))
    if known is not None:
        return known
    if _Strictness.strict:
        raise UnknownKey(f"The catalogue has no sentence {message.key!r}.", remedy="Add it to the PO file of its noun.")
    _log.warning("no sentence for %s", message.key)
    words = message.key.rpartition(".")[2].replace("_", " ")
    return f"{words}{''.join(f' {{{name}}}' for name in (*message.names, *message.numbers, *message.days))}"
