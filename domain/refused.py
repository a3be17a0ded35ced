"""Why a value was refused, in words of the catalogue: what a validator says is written for programmers."""

from typing import Any

from pydantic import ValidationError

from domain.figure import Cell
from domain.message import Message, message, verbatim

_LIMITS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_LENGTHS = {
    "string_too_short": "min_length", "string_too_long": "max_length", "too_short": "min_length",
    "too_long": "max_length",
}  # fmt: skip
_WHOLE, _DAYS = frozenset({"int_type", "int_parsing", "int_from_float"}), ("date", "datetime")


def refusal_of(error: ValidationError) -> Message:
    """The first thing that was wrong, with the parameter that it was wrong with."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"] if isinstance(part, str) and "." not in part]
    where = names[-1].removesuffix("_minor").removesuffix("_bps") if names else ""
    reason = _reason(
        str(first["type"]), first.get("ctx", {}), str(first["msg"]), is_money=bool(names) and "_minor" in names[-1]
    )
    return message("value.refused", where=where, reason=reason) if where else reason


def _reason(kind: str, context: dict[str, Any], said: str, *, is_money: bool) -> Message:
    if kind in _LIMITS and not is_money:
        return message(f"value.{kind}", limit=Cell(value=context[_LIMITS[kind]], unit="count"))
    if kind in _LIMITS:
        return Message(key="value.amount_out_of_range")
    if kind in _LENGTHS:
        return message(f"value.{kind}", count=int(context[_LENGTHS[kind]]))
    if kind in _WHOLE:
        return Message(key="value.whole_number")
    if kind.startswith(_DAYS):
        return Message(key="value.day")
    if kind == "missing":
        return Message(key="value.missing")
    if kind == "literal_error":
        return message("value.one_of", choices=str(context.get("expected", "")))
    if kind == "value_error":
        return verbatim(said.removeprefix("Value error, "))
    return Message(key="value.not_taken")
