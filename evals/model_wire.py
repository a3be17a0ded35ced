"""Both providers' protocols as their own clients' types describe them: what may be asked, what an answer looks like."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.message_count_tokens_params import MessageCountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

OPENAI, ANTHROPIC = "openai", "anthropic"
MODEL = "local-model"
_ANTHROPIC_STOPS = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens", "refusal": "refusal"}


@dataclass(frozen=True)
class ModelAnswer:
    """A model's answer. Calls are (name, arguments as text), so that they may be malformed.

    `tokens` are the counts of input and output that its server claims, unless it gives no `usage` at all.
    """

    text: str = ""
    calls: Sequence[tuple[str, str]] = ()
    stop: str = ""
    thinking: str = ""
    usage: bool = True
    tokens: tuple[int, int] = (100, 20)
    model: str = MODEL

    @property
    def ended(self) -> str:
        return self.stop or ("tool_calls" if self.calls else "stop")


@dataclass(frozen=True)
class ModelRequest:
    """A request, read alike for both providers. `results` are the tools' answers that the model was sent, in order."""

    provider: str
    body: Mapping[str, Any]
    tools: tuple[str, ...] = ()
    results: tuple[Any, ...] = field(default_factory=tuple)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))


def problem_of(provider: str, body: Mapping[str, Any], *, counting: bool = False) -> str:
    """Why the provider would answer 400; empty when it would not."""
    try:
        checked = _params(provider, counting, bool(body.get("stream"))).validate_python(dict(body))
        list(checked["messages"])
        list(checked.get("tools") or ())
    except ValidationError as error:
        return str(error.errors()[0]["loc"]) + " " + error.errors()[0]["msg"]
    return _pairing(provider, list(body["messages"]))


def asked(provider: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> ModelRequest:
    """The same view of either provider's request."""
    tools = body.get("tools") or ()
    if provider == OPENAI:
        names = tuple(tool["function"]["name"] for tool in tools)
        results = [message["content"] for message in body["messages"] if message["role"] == "tool"]
    else:
        names = tuple(tool["name"] for tool in tools)
        blocks = [block for message in body["messages"] for block in message["content"] if isinstance(block, dict)]
        results = [block["content"] for block in blocks if block["type"] == "tool_result"]
    return ModelRequest(provider, body, names, tuple(_parsed(result) for result in results), headers)


def whole(provider: str, answer: ModelAnswer, serial: int) -> dict[str, Any]:
    """The body of an answer that is not streamed, as the client's own type takes it."""
    if provider == OPENAI:
        return _openai_whole(answer, serial)
    return _anthropic_whole(answer, serial)


def events(provider: str, answer: ModelAnswer, serial: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and data of each event of a streamed answer, as the client's own types take them."""
    yield from _openai_events(answer, serial) if provider == OPENAI else _anthropic_events(answer, serial)


def _openai_whole(answer: ModelAnswer, serial: int) -> dict[str, Any]:
    refused = answer.stop == "refusal"
    message: dict[str, Any] = {"role": "assistant", "content": None if refused else answer.text or None}
    message["refusal"] = answer.text if refused else None
    if answer.calls:
        message["tool_calls"] = [
            {"id": f"call_{serial}_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for at, (name, arguments) in enumerate(answer.calls)
        ]
    body = {
        "id": f"chatcmpl-{serial}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": answer.model,
        "choices": [
            {"index": 0, "finish_reason": "stop" if refused else answer.ended, "logprobs": None, "message": message}
        ],
    }
    if answer.usage:
        body["usage"] = _openai_usage(answer)
    ChatCompletion.model_validate(body)
    return body


def _openai_events(answer: ModelAnswer, serial: int) -> Iterator[tuple[str, dict[str, Any]]]:
    refused = answer.stop == "refusal"
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
    deltas += [{"refusal" if refused else "content": piece} for piece in _halves(answer.text)]
    for at, (name, arguments) in enumerate(answer.calls):
        head = {"id": f"call_{serial}_{at}", "type": "function", "function": {"name": name, "arguments": ""}}
        deltas.append({"tool_calls": [{"index": at, **head}]})
        deltas += [{"tool_calls": [{"index": at, "function": {"arguments": half}}]} for half in _halves(arguments)]
    choices: list[list[Any]] = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    choices.append([{"index": 0, "delta": {}, "finish_reason": "stop" if refused else answer.ended}])
    usages: list[Any] = [None] * len(choices)
    if answer.usage:
        choices.append([])
        usages.append(_openai_usage(answer))
    for chosen, usage in zip(choices, usages, strict=True):
        chunk = {
            "id": f"chatcmpl-{serial}",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": answer.model,
            "choices": chosen,
            "usage": usage,
        }
        ChatCompletionChunk.model_validate(chunk)
        yield "", chunk


def _openai_usage(answer: ModelAnswer) -> dict[str, int]:
    given, made = answer.tokens
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}


def _anthropic_whole(answer: ModelAnswer, serial: int) -> dict[str, Any]:
    refused = answer.stop == "refusal"
    content: list[dict[str, Any]] = []
    if answer.thinking:
        content.append({"type": "thinking", "thinking": answer.thinking, "signature": "c2lnbmVk"})
    if answer.text and not refused:
        content.append({"type": "text", "text": answer.text})
    for at, (name, arguments) in enumerate(answer.calls):
        content.append({"type": "tool_use", "id": f"toolu_{serial}_{at}", "name": name, "input": json.loads(arguments)})
    details = {"type": "refusal", "category": None, "explanation": answer.text} if refused else None
    body = {**_envelope(answer, serial), "content": content, "stop_reason": _ANTHROPIC_STOPS[answer.ended]}
    body["stop_details"] = details
    Message.model_validate(body)
    return body


def _anthropic_events(answer: ModelAnswer, serial: int) -> Iterator[tuple[str, dict[str, Any]]]:
    refused = answer.stop == "refusal"
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**_envelope(answer, serial), "content": []}}]
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if answer.thinking:
        pieces = [{"type": "thinking_delta", "thinking": half} for half in _halves(answer.thinking)]
        signed = [*pieces, {"type": "signature_delta", "signature": "c2lnbmVk"}]
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, signed))
    if answer.text and not refused:
        blocks.append(
            ({"type": "text", "text": ""}, [{"type": "text_delta", "text": half} for half in _halves(answer.text)])
        )
    for at, (name, arguments) in enumerate(answer.calls):
        parts = [{"type": "input_json_delta", "partial_json": half} for half in ("", *_halves(arguments))]
        blocks.append(({"type": "tool_use", "id": f"toolu_{serial}_{at}", "name": name, "input": {}}, parts))
    for index, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    details = {"type": "refusal", "category": None, "explanation": answer.text} if refused else None
    delta = {"stop_reason": _ANTHROPIC_STOPS[answer.ended], "stop_sequence": None, "stop_details": details}
    events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": answer.tokens[1]}})
    events.append({"type": "message_stop"})
    for event in events:
        _stream_event().validate_python(event)
        yield event["type"], event


def _envelope(answer: ModelAnswer, serial: int) -> dict[str, Any]:
    return {
        "id": f"msg_{serial}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": answer.tokens[0], "output_tokens": answer.tokens[1]},
    }


def _halves(text: str) -> list[str]:
    middle = len(text) // 2
    return [half for half in (text[:middle], text[middle:]) if half]


def _pairing(provider: str, messages: Sequence[Mapping[str, Any]]) -> str:
    """The breach of a rule that the types cannot state: each call is answered in the next turn; "" where none."""
    open_calls: set[str] = set()
    for message in messages:
        answered = _answered(provider, message)
        if answered - open_calls:
            return f"unexpected result of {sorted(answered - open_calls)[0]}: no such call stands before it"
        open_calls -= answered
        if open_calls and (provider == ANTHROPIC or message["role"] != "tool"):
            return f"{sorted(open_calls)[0]} was not answered"
        open_calls |= _made(provider, message)
    if provider == ANTHROPIC and messages and messages[0]["role"] != "user":
        return "the first message must be the user's"
    return f"{sorted(open_calls)[0]} was not answered" if open_calls else ""


def _answered(provider: str, message: Mapping[str, Any]) -> set[str]:
    if provider == OPENAI:
        return {message["tool_call_id"]} if message["role"] == "tool" else set()
    return {block["tool_use_id"] for block in message["content"] if block["type"] == "tool_result"}


def _made(provider: str, message: Mapping[str, Any]) -> set[str]:
    if provider == OPENAI:
        return {call["id"] for call in message.get("tool_calls") or ()}
    return {block["id"] for block in message["content"] if block["type"] == "tool_use"}


def _parsed(result: Any) -> Any:
    try:
        return json.loads(result)
    except (TypeError, ValueError):
        return result


@cache
def _params(provider: str, counting: bool, streaming: bool) -> TypeAdapter[Any]:
    if counting:
        return TypeAdapter(MessageCountTokensParams)
    if provider == OPENAI:
        return TypeAdapter(CompletionCreateParamsStreaming if streaming else CompletionCreateParamsNonStreaming)
    return TypeAdapter(MessageCreateParamsStreaming if streaming else MessageCreateParamsNonStreaming)


@cache
def _stream_event() -> TypeAdapter[Any]:
    return TypeAdapter(RawMessageStreamEvent)
