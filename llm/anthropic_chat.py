"""Anthropic's Messages as a chat model over Anthropic's own client."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import anthropic
from anthropic.types import Message
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from domain.canonical import canonical_json
from llm.answers import RawCall, Stop, answer_message, unfinished, usage_of
from llm.anthropic_messages import anthropic_messages, anthropic_system, anthropic_tool_choice, anthropic_tools
from llm.errors import MalformedAnswer, ModelError, Refused
from llm.pieces import call_piece
from llm.provider_chat import ProviderChatModel
from llm.tokens import TokenCount, counted, upper_bound
from llm.translation import translating
from llm.transport import bytes_for, http_client, silence_limit

_STOPS: Mapping[str, Stop] = {
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}
_REFUSAL = "refusal"
_COUNT_SECONDS = 10.0


class AnthropicChatModel(ProviderChatModel):
    """One model of Anthropic. Never retries by itself. Raises ModelErrors only."""

    @property
    def _llm_type(self) -> str:
        return "anthropic-messages"

    def count_input(self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]) -> TokenCount:
        """Tokens of a request as Anthropic counts them; an upper bound where it does not say."""
        request = self._request(messages, {"tools": tools})
        del request["max_tokens"]
        try:
            with translating(anthropic, str(self.named)):
                soon = min(_COUNT_SECONDS, self.timeout_seconds)
                claimed = self._client.messages.count_tokens(**request, timeout=silence_limit(soon)).input_tokens
        except (ModelError, AttributeError):
            claimed = None
        if (tokens := counted(claimed)) is None:
            return upper_bound(canonical_json(request), len(messages) + len(tools))
        return TokenCount(tokens, estimated=False)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with translating(anthropic, str(self.named)):
            message = self._client.messages.create(
                **self._request(messages, kwargs), timeout=silence_limit(self.total_seconds)
            )
            return ChatResult(generations=[ChatGeneration(message=self._answer(message))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = {**self._request(messages, kwargs), "stream": True}
        with translating(anthropic, str(self.named)), self._client.messages.create(**request) as events:
            yield from self._chunks(events)

    @cached_property
    def _client(self) -> anthropic.Anthropic:
        most = bytes_for(self.max_output_tokens)
        client = http_client(anthropic, self.timeout_seconds, self.total_seconds, most)
        return anthropic.Anthropic(timeout=silence_limit(self.timeout_seconds), max_retries=0, http_client=client)

    def _request(self, messages: Sequence[BaseMessage], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.named.model,
            "max_tokens": self.max_output_tokens,
            "messages": anthropic_messages(messages),
        }
        if system := anthropic_system(messages):
            request["system"] = system
        if tools := kwargs.get("tools"):
            request["tools"] = anthropic_tools(tools)
            if choice := kwargs.get("tool_choice"):
                request["tool_choice"] = anthropic_tool_choice(choice)
        return request

    def _answer(self, message: Message) -> AIMessage:
        # The client builds its types without checking them, and gives text for what is no JSON.
        if not isinstance(message, Message) or message.content is None or message.stop_reason is None:
            raise MalformedAnswer(f"{self.named} answered without an answer in it.")
        if message.stop_reason == _REFUSAL:
            raise self._refused(message.stop_details)
        calls = [
            RawCall(block.name or "", block.id or "", json.dumps(block.input))
            for block in message.content
            if block.type == "tool_use"
        ]
        blocks = [block.model_dump(exclude_none=True) for block in message.content if block.type in _SPOKEN]
        stop = _STOPS.get(message.stop_reason, "stop")
        return answer_message(_content(blocks), calls, _usage(message.usage, None), stop, message.model)

    def _chunks(self, events: Iterator[Any]) -> Iterator[ChatGenerationChunk]:
        """Text, thoughts and parts of calls as they come; how it ended once it has."""
        begun: Any = None
        stopped = False
        for event in events:
            if event.type == "message_start":
                begun = event.message
            elif event.type == "content_block_start":
                yield from _opened(event.index, event.content_block)
            elif event.type == "content_block_delta":
                yield from _piece(event.index, event.delta)
            elif event.type == "message_delta" and event.delta.stop_reason:
                if event.delta.stop_reason == _REFUSAL:
                    raise self._refused(event.delta.stop_details)
                stopped = True
                usage = _usage(begun.usage if begun else None, event.usage)
                stop = _STOPS.get(event.delta.stop_reason, "stop")
                metadata = {"finish_reason": stop, "model_name": begun.model if begun else self.named.model}
                yield _chunk(response_metadata=metadata, usage_metadata=usage)
        if not stopped:
            raise unfinished(str(self.named), begun=begun is not None)

    def _refused(self, details: Any) -> Refused:
        why = getattr(details, "explanation", None) or getattr(details, "category", None)
        return Refused(f"{self.named} declined to answer{': ' + str(why)[:300] if why else ''}")


_SPOKEN = ("text", "thinking", "redacted_thinking")


def _content(blocks: list[Any]) -> str | list[Any]:
    """Plain text, unless there are thoughts, which have to be sent back as they are."""
    if all(block["type"] == "text" for block in blocks):
        return "".join(block["text"] for block in blocks)
    return blocks


def _opened(index: int, block: Any) -> Iterator[ChatGenerationChunk]:
    if block.type == "tool_use":
        given = json.dumps(block.input) if block.input else ""
        yield ChatGenerationChunk(message=call_piece(block.name, given, block.id, index))
    elif block.type == "redacted_thinking":
        yield _chunk([{"type": block.type, "data": block.data, "index": index}])
    elif block.type == "text" and block.text:
        yield _chunk(block.text)


def _piece(index: int, delta: Any) -> Iterator[ChatGenerationChunk]:
    if delta.type == "text_delta":
        yield _chunk(delta.text)
    elif delta.type == "input_json_delta":
        yield ChatGenerationChunk(message=call_piece(None, delta.partial_json, None, index))
    elif delta.type == "thinking_delta":
        yield _chunk([{"type": "thinking", "thinking": delta.thinking, "index": index}])
    elif delta.type == "signature_delta":
        yield _chunk([{"type": "thinking", "signature": delta.signature, "index": index}])


def _chunk(content: str | list[Any] = "", **rest: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=content, **rest))


def _usage(begun: Any, ended: Any) -> UsageMetadata | None:
    """Input is what was sent, read from a cache and written to one; the last count of each holds."""
    claimed: dict[str, Any] = {}
    for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"):
        last = getattr(ended, key, None)
        claimed[key] = last if last is not None else getattr(begun, key, None)
    output, plain = claimed.pop("output_tokens"), claimed["input_tokens"]
    parts = [count or 0 for count in claimed.values()]
    if plain is None or not all(isinstance(part, int) and part >= 0 for part in parts):
        return None
    return usage_of(sum(parts), output)
