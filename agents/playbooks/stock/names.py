"""Names of suppliers, products, places and documents as prose can carry them, or words of the catalogue instead."""

from collections.abc import Sequence

from domain.language import Language
from domain.message import Message, message
from language.speech import speak

_LONGEST_NAME = 100
Name = str | Message


def is_speakable(text: str) -> bool:
    """Whether prose can carry a text: braces would read as a figure."""
    return not set(text) & set("{}")


def name_of(*names: str, otherwise: str) -> Name:
    """The first of the names that prose can carry, else the words of this key."""
    short = (name for name in names if name.strip() and len(name) <= _LONGEST_NAME)
    return next(filter(is_speakable, short), Message(key=otherwise))


def names_of(names: Sequence[Name], most: int, otherwise: str) -> Name:
    """`A, B`, or `A, B and others` where there are more than `most` or some that have no name of their own."""
    own = [name for name in names if isinstance(name, str)][:most]
    if not own:
        return Message(key=otherwise)
    text = ", ".join(own)
    return text if len(own) == len(names) else message("stock.and_others", names=text)


def subject_of(name: Name) -> str:
    """The name as the subject of a finding."""
    return (name if isinstance(name, str) else speak(name, Language.EN))[:120]
