"""Edits of an action by a person: the amounts, dates and texts its kind names, never its subject."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from domain.action import ACTION_KINDS, Action, parse_action
from domain.errors import InvalidInput
from domain.kind import EACH
from domain.message import Message, message
from domain.refused import refusal_of


def edited(action: Action, changes: Mapping[str, Any]) -> Action:
    """The action with these parameters changed. Raises InvalidInput for what may not be, or that changes nothing."""
    editable = ACTION_KINDS[action.kind].editable
    stored = action.model_dump(mode="json")
    inner = dict(name.split(EACH) for name in editable if EACH in name)
    whole = {name for name in editable if EACH not in name}
    if fixed := sorted(str(name)[:64] for name in changes if name not in whole and name not in inner):
        raise InvalidInput(f"{', '.join(fixed)} cannot be edited.", remedy=_editable_hint(editable))
    for name, given in changes.items():
        if name in inner:
            _require_same_entries(name, inner[name], stored[name], given)
        elif isinstance(given, bool):
            raise InvalidInput(f"{name}: yes or no is no amount.", remedy="Give a value that the action takes.")
    new = _parsed({**stored, **changes})
    if new.subject != action.subject:
        raise InvalidInput("That would be about something else.", remedy=_editable_hint(editable))
    if new == action:
        raise InvalidInput("That changes nothing.", remedy="Approve it as it is.")
    return new


def _editable_hint(editable: Sequence[str]) -> str:
    if not editable:
        return "Nothing of it can be edited: approve it, or reject it with a reason."
    return f"What can be: {', '.join(editable)}. For something else, reject this and propose that."


def _require_same_entries(name: str, inner: str, stored: Sequence[Mapping[str, Any]], given: Any) -> None:
    """The same entries in the same order, all else as it was: what they are about is no amount."""
    entries = given if isinstance(given, list | tuple) else ()
    if len(entries) != len(stored) or not all(map(_alike_but(inner), stored, entries)):
        raise InvalidInput(
            f"{name}: only {inner} can be edited, of the same {len(stored)} entries in the same order.",
            remedy=f"Take `{name}` of the item's action, and change {inner}.",
        )


def _alike_but(inner: str) -> Callable[[Mapping[str, Any], Any], bool]:
    def alike(old: Mapping[str, Any], new: Any) -> bool:
        if not isinstance(new, Mapping) or isinstance(new.get(inner), bool | None):
            return False
        return {**new, inner: None} == {**old, inner: None}

    return alike


def _parsed(changed: Mapping[str, Any]) -> Action:
    try:
        return parse_action(changed)
    except ValidationError as error:
        raise InvalidInput(
            "That value does not fit.",
            remedy="Give a value that the action takes.",
            said=message("item.error.value", reason=refusal_of(error)),
            advice=Message(key="item.advice.other_value"),
        ) from error
