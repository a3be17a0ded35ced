"""Integrity labels: how far a value may be trusted; they only ever get worse along the way."""

from collections.abc import Iterable
from enum import StrEnum


class Label(StrEnum):
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


def join(labels: Iterable[Label]) -> Label:
    """The label of something made out of parts: untrusted as soon as one part is."""
    return Label.UNTRUSTED if Label.UNTRUSTED in set(labels) else Label.TRUSTED
