"""A provider's answer as a message. Tool calls are taken strictly: what was cut off is not completed by guess."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Literal

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata

from domain.canonical import sha256_of
from llm.errors import ConnectionLost, MalformedAnswer, ModelError

Stop = Literal["stop", "tool_calls", "length"]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
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
    content = _storable(content)
    good: list[Any] = []
    bad: list[Any] = []
    for call in _with_ids(calls):
        arguments = _object(call.arguments)
        if arguments is None:
            given = _storable(call.arguments)
            why = CUT_OFF if stop == "length" else None
            bad.append({"name": call.name, "args": given, "id": call.id, "error": why})
        else:
            good.append({"name": call.name, "args": arguments, "id": call.id})
    return AIMessage(
        content=content,
        tool_calls=good,
        invalid_tool_calls=bad,
        usage_metadata=usage,
        response_metadata={"finish_reason": stop, "model_name": model},
    )


def whole_message(chunks: Iterable[AIMessageChunk]) -> AIMessage:
    """The message that a provider's stream adds up to, which raises by itself where it ends unfinished."""
    whole = reduce(add, chunks)
    calls = [RawCall(chunk["name"] or "", chunk["id"] or "", chunk["args"] or "") for chunk in whole.tool_call_chunks]
    metadata = whole.response_metadata
    return answer_message(whole.content, calls, whole.usage_metadata, metadata["finish_reason"], metadata["model_name"])


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
        found = json.loads(arguments, parse_constant=_no_number) if arguments.strip() else {}
        return _storable(found) if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _storable(value: Any) -> Any:
    """Without what PostgreSQL and UTF-8 cannot hold: NUL and lone surrogates."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(part) for key, part in value.items()}
    return value


def _with_ids(calls: Sequence[RawCall]) -> list[RawCall]:
    """Some compatible servers give calls no id, or all the same one."""
    seen: set[str] = set()
    named = []
    for index, call in enumerate(calls):
        fits = call.id and call.id not in seen
        own = (
            call
            if fits
            else RawCall(
                call.name, f"call_{sha256_of([index, call.name, call.arguments])[:20]}_{index}", call.arguments
            )
        )
        seen.add(own.id)
        named.append(own)
    return named
