"""Text that can be stored and sent: PostgreSQL cannot hold NUL, and UTF-8 has no lone surrogates."""

import re
from typing import Any

from pydantic import AfterValidator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """A value of JSON with U+FFFD for what cannot be stored, in its keys too."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    return value


def _require_storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise ValueError("holds a character that cannot be stored: NUL, or half of a surrogate pair")
    return text


STORABLE = AfterValidator(_require_storable)
"""Refuses text that has such a character. It stands last of a field's constraints, so that they speak of text."""
