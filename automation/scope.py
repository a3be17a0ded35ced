"""The scope of conditions and templates: fields of the waking event, and results of earlier steps."""

import re
from collections.abc import Mapping
from typing import Any

from domain.errors import InvalidInput
from domain.language import Language
from language.speech import spoken

Scope = Mapping[str, Any]
FIELD = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)*"
_VARIABLE = re.compile(r"\{(" + FIELD + r")\}")
_MOST_TEXT = 4_000


def scope_of(envelope: Mapping[str, Any], results: Mapping[str, Any] | None = None) -> Scope:
    """The names of an event (`type`, `subject`, `data.…`), and `steps.NAME.…` for the results of steps."""
    return {**read_out(envelope), "steps": dict(results or {})}


def read_out(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event with what it says by key in words, as rules and workflows name it."""
    return spoken(envelope, Language.EN)


def value_at(scope: Scope, field: str) -> Any:
    """The value at a path such as `data.units`; None where there is nothing."""
    value: Any = scope
    for part in field.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def render(text: str, scope: Scope) -> str:
    """The text with its `{variables}` filled in; what is not known shows as a dash, as telling people matters more."""
    return _VARIABLE.sub(lambda name: _shown(value_at(scope, name[1])), text)[:_MOST_TEXT]


def render_exactly(value: Any, scope: Scope) -> Any:
    """A document with its variables filled in; one that is a variable and nothing else keeps its type.

    Raises InvalidInput for a variable that is not known: a command is not guessed at.
    """
    if isinstance(value, Mapping):
        return {key: render_exactly(part, scope) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [render_exactly(part, scope) for part in value]
    if not isinstance(value, str):
        return value
    if whole := _VARIABLE.fullmatch(value):
        return _known(scope, whole[1])
    return _VARIABLE.sub(lambda name: str(_known(scope, name[1])), value)


def variables_of(text: str) -> list[str]:
    """The names that a text fills in."""
    return [match[1] for match in _VARIABLE.finditer(text)]


def _known(scope: Scope, field: str) -> Any:
    value = value_at(scope, field)
    if value is None:
        raise InvalidInput(f"The event has no {field}.", remedy="Look at its fields: `mhos rules test RULE --since`.")
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return str(value)
