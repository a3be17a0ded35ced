"""JSON as models write it: strictly, but after the thoughts and within the fences that some put around it."""

import json
import math
import re
from typing import Any

from domain.text import storable

_THOUGHTS_END = "</think>"
_FENCED = re.compile(r"\s*```[\w-]*[ \t]*\n(.*)```\s*", re.DOTALL)
_BLOCK = re.compile(r"```[\w-]*[ \t]*\n(.*?)```", re.DOTALL)
_DEEPEST = 64
"""Levels of lists and objects within each other that an object has at most."""


def json_object(text: str) -> dict[str, Any] | None:
    """The object that a text is, whatever was thought before it and if it is fenced; None where it is none.

    What was cut off is not completed by guess.
    """
    if (given := _object(text)) is not None:
        return given
    rest = after_thoughts(text)
    fenced = _FENCED.fullmatch(rest)
    return _object(fenced[1] if fenced else rest)


def fenced_objects(text: str) -> list[dict[str, Any]]:
    """The objects in a text's fenced blocks, in order."""
    blocks = (_object(block) for block in _BLOCK.findall(after_thoughts(text)))
    return [block for block in blocks if block is not None]


def after_thoughts(text: str) -> str:
    """A text without the `<think>…</think>` before it, of which some servers leave out the first part."""
    thoughts, end, rest = text.partition(_THOUGHTS_END)
    return rest if end else thoughts


def _object(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return storable(given) if isinstance(given, dict) and _depth_within(given, _DEEPEST) else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is greater than any number that can be stored")
    return number


def _depth_within(value: Any, levels: int) -> bool:
    """Whether lists and objects lie within each other at most so deep, so that whatever walks them comes to an end."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_depth_within(part, levels - 1) for part in parts)
