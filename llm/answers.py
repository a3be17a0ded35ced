"""A provider's answer as a message. Tool calls are taken strictly: what was cut off is not completed by guess."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata

from domain.canonical import sha256_of
from domain.text import storable
from llm.errors import ConnectionLost, MalformedAnswer, ModelError
from llm.pieces import added_up
from llm.tokens import counted
from llm.written_json import after_thoughts, json_object

Stop = Literal["stop", "tool_calls", "length"]
_LONGEST_NAME = 200
"""Characters kept of the names that a server gives: its model's, a tool's, a call's."""
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
        arguments = json_object(call.arguments) if after_thoughts(call.arguments).strip() else {}
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
    """The error of a stream that ended before the model did."""
    if begun:
        return ConnectionLost(f"{model} broke off in the middle of its answer.")
    return MalformedAnswer(f"{model} answered with something that is no stream of events.")


def usage_of(claimed_input: object, claimed_output: object) -> UsageMetadata | None:
    """A provider's count of one call; None where what it claims is no count of both sides."""
    given, made = counted(claimed_input), counted(claimed_output)
    if given is None or made is None:
        return None
    return UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=given + made)


def text_of(content: str | list[Any]) -> str:
    """The text of a message's content, without its other parts."""
    if isinstance(content, str):
        return content
    parts = (part if isinstance(part, str) else str(part.get("text") or "") for part in content)
    return "".join(parts)


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
