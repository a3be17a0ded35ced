"""Codes of the brand as people call what they stand for: products, channels, suppliers and places by their titles."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.action import Action
from domain.language import Language
from domain.message import Message
from language.titles import text_title
from store.session import BrandSession
from store.tables import Channel, Location, Product, Supplier

_BETWEEN = ", "


class Names:
    """Titles by code, of those codes that are asked about."""

    def __init__(self, session: BrandSession, codes: Iterable[str]) -> None:
        wanted = sorted({part for code in codes for part in code.split(_BETWEEN) if part})
        self._titles: dict[str, str] = {}
        for code, title in (
            (col(Supplier.code), col(Supplier.title)),
            (col(Channel.code), col(Channel.title)),
            (col(Product.sku), col(Product.title)),
            (col(Location.code), col(Location.title)),
        ):
            rows = session.execute(select(code, title).where(code.in_(wanted))).all() if wanted else ()
            self._titles |= {row[0]: row[1] for row in rows if row[1]}

    def of(self, words: str) -> str:
        """The title of a code, or of each in a list of codes; anything else as it is."""
        return self._titles.get(words) or _BETWEEN.join(self._titles.get(part, part) for part in words.split(_BETWEEN))

    def named(self, message: Message) -> Message:
        """The message with titles instead of codes."""
        return message.model_copy(
            update={
                "names": {key: self.of(words) for key, words in message.names.items()},
                "parts": {key: tuple(map(self.named, parts)) for key, parts in message.parts.items()},
                "then": tuple(map(self.named, message.then)),
            }
        )

    def title(self, action: Action, language: Language) -> str:
        """The title of an action, with names instead of codes."""
        return text_title(_Named(action, self), language)  # pyright: ignore[reportArgumentType] - it only reads


class _Named:
    """An action whose codes read as names."""

    def __init__(self, action: Action, names: Names) -> None:
        self._action, self._names = action, names

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._action, name)
        return self._names.of(value) if isinstance(value, str) and name not in ("kind", "currency") else value


def words_in(message: Message) -> Iterator[str]:
    """Every name that a message says."""
    yield from message.names.values()
    for part in (*(part for parts in message.parts.values() for part in parts), *message.then):
        yield from words_in(part)


def words_of(action: Mapping[str, Any]) -> Iterator[str]:
    """Every word among the parameters of an action, and of its lines."""
    for value in action.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from words_of(value)
        elif isinstance(value, list | tuple):
            yield from words_of({str(at): entry for at, entry in enumerate(value)})
