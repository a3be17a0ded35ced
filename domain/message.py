"""A sentence of the catalogue by its key, with what stands in it; the rooms that people read put it in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from domain.figure import Cell, FigureKey

_KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
MessageKey = Annotated[str, StringConstraints(pattern=_KEY.pattern, max_length=120)]
VERBATIM = "common.verbatim"
"""The key of a message that is nothing but somebody's own words, the same in every language."""


class Message(BaseModel):
    """A sentence by its key. A placeholder that nothing here fills is a figure's key, and stays for who renders those.

    `names` are words that no language changes, `parts` sentences within the sentence, joined by semicolons, and `then`
    the sentences that follow it. A number called `count` chooses between singular and plural. `figures` has the keys of
    figures that stand at other placeholders: so one claim says the same sentence of several things.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: MessageKey
    names: Mapping[str, str] = Field(default_factory=dict)
    numbers: Mapping[str, Cell] = Field(default_factory=dict)
    days: Mapping[str, date] = Field(default_factory=dict)
    parts: Mapping[str, tuple["Message", ...]] = Field(default_factory=dict)
    figures: Mapping[str, FigureKey] = Field(default_factory=dict)
    then: tuple["Message", ...] = ()

    @model_serializer(mode="wrap")
    def _without_empty_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value}

    def document(self) -> dict[str, Any]:
        """The message as JSON keeps it."""
        return self.model_dump(mode="json")


Value = str | int | Cell | date | Message | Sequence[Message]


def message(key: str, /, **values: Value) -> Message:
    """A message with its values sorted by what they are; a whole number is a count."""
    names: dict[str, str] = {}
    numbers: dict[str, Cell] = {}
    days: dict[str, date] = {}
    parts: dict[str, tuple[Message, ...]] = {}
    for name, value in values.items():
        match value:
            case str():
                names[name] = value
            case int():
                numbers[name] = Cell(value=value, unit="count")
            case Cell():
                numbers[name] = value
            case date():
                days[name] = value
            case Message():
                parts[name] = (value,)
            case _:
                parts[name] = tuple(value)
    return Message(key=key, names=names, numbers=numbers, days=days, parts=parts)


def citing(key: str, figures: Mapping[str, FigureKey], /, **values: Value) -> Message:
    """A message whose placeholders stand for figures of these keys."""
    return message(key, **values).model_copy(update={"figures": dict(figures)})


def verbatim(text: str) -> Message:
    """Somebody's own words as a message."""
    return Message(key=VERBATIM, names={"text": text})


def number(cell: Cell | int) -> Message:
    """A number as a message of its own; a whole number is a count."""
    return message("common.number", number=cell)


def listed(words: Sequence[str | Message]) -> Message:
    """Words with commas between them as one message. Raises ValueError where there is none."""
    *before, last = (verbatim(word) if isinstance(word, str) else word for word in words)
    return message("common.listed", first=listed(before), last=last) if before else last


def sentences(parts: Sequence[Message]) -> Message:
    """Messages one after the other as one. Raises ValueError where there is none."""
    first, *others = parts
    return first.model_copy(update={"then": (*first.then, *others)})


def together(reasons: Sequence[Message]) -> Message:
    """Reasons as one message. Raises ValueError where there is none."""
    if not reasons:
        raise ValueError("there is no reason to give")
    return reasons[0] if len(reasons) == 1 else message("common.reasons", reasons=reasons)


def read_message(stored: object) -> Message:
    """A message as it was given or stored: whole, or its key alone. Older rows hold a sentence, said word for word."""
    if not isinstance(stored, str):
        return Message.model_validate(stored)
    return Message(key=stored) if _KEY.match(stored) else verbatim(stored)


Reason = Annotated[Message, BeforeValidator(read_message)]
"""Why, by key; older rows hold the sentence itself."""
