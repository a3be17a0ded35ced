"""A provider's answer as a message. Tool calls are taken strictly: what was cut off is not completed by guess."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata

from domain.canonical import sha256_of
from domain.text import storable
from llm.errors import ConnectionLost, MalformedAnswer, ModelError
from llm.pieces import added_up

Stop = Literal["stop", "tool_calls", "length"]
_LONGEST_NAME = 200
"""Characters kept of the names that a server gives: its model's, a tool's, a call's."""
_DEEPEST = 64
"""Levels of lists and objects within each other that arguments have at most."""
CUT_OFF = "the answer was cut off at its greatest length"


@dataclass(frozen=True)
class RawCall:
    """A tool call as it came over the wire: `arguments` is text."""

    name: str
    id: str
    arguments: str


def answer_message(
    content: str | list[Any], calls: Sequence[RawCall], usage: UsageMetadata | None, stop: Stop, model: str
) -> AIMessage:
    """The message of an answer. A call whose arguments are no JSON object becomes an invalid one."""
    content = storable(content)
    good: list[Any] = []
    bad: list[Any] = []
    for call in _with_ids(calls):
        arguments = _object(call.arguments)
        if arguments is None:
            given = storable(call.arguments)
            why = CUT_OFF if stop == "length" else None
            bad.append({"name": call.name, "args": given, "id": call.id, "error": why})
        else:
            good.append({"name": call.name, "args": arguments, "id": call.id})
    return AIMessage(
        content=content,
        tool_calls=good,
        invalid_tool_calls=bad,
        usage_metadata=usage,
        response_metadata={"finish_reason": stop, "model_name": _name(model)},
    )


def whole_message(chunks: Iterable[AIMessageChunk]) -> AIMessage:
    """The message that a provider's stream adds up to, which raises by itself where it ends unfinished."""
    whole = added_up(chunks)
    calls = [RawCall("".join(call.name), call.id, "".join(call.arguments)) for call in whole.calls]
    finish, model = whole.metadata["finish_reason"], whole.metadata["model_name"]
    return answer_message(whole.content, calls, whole.usage, finish, model)


def unfinished(model: str, *, begun: bool) -> ModelError:
    """What a stream is that ended before the model did."""
    if begun:
        return ConnectionLost(f"{model} broke off in the middle of its answer.")
    return MalformedAnswer(f"{model} answered with something that is no stream of events.")


def usage_of(input_tokens: int, output_tokens: int) -> UsageMetadata:
    """A provider's count of one call."""
    total = input_tokens + output_tokens
    return UsageMetadata(input_tokens=input_tokens, output_tokens=output_tokens, total_tokens=total)


def text_of(content: str | list[Any]) -> str:
    """What of a message's content is text."""
    if isinstance(content, str):
        return content
    parts = (part if isinstance(part, str) else str(part.get("text") or "") for part in content)
    return "".join(parts)


def _object(arguments: str) -> dict[str, Any] | None:
    try:
        given = json.loads(arguments, parse_constant=_no_number, parse_float=_finite) if arguments.strip() else {}
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


def _name(given: object) -> str:
    """A name that a server gave, as it can be stored."""
    return storable(str(given or ""))[:_LONGEST_NAME]


def _with_ids(calls: Sequence[RawCall]) -> list[RawCall]:
    """Some compatible servers give calls no id, or all the same one."""
    seen: set[str] = set()
    named = []
    for index, call in enumerate(calls):
        name, given = _name(call.name), _name(call.id)
        if not given or given in seen:
            given = f"call_{sha256_of([index, name, storable(call.arguments)])[:20]}_{index}"
        seen.add(given)
        named.append(RawCall(name, given, call.arguments))
    return named
