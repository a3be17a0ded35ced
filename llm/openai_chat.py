"""OpenAI's Chat Completions, and servers that speak the same, as a chat model over OpenAI's own client."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import SecretStr

from domain.canonical import canonical_json
from llm.answers import RawCall, Stop, answer_message, unfinished, usage_of
from llm.choice import Provider
from llm.errors import MalformedAnswer, Refused
from llm.openai_client import openai_client
from llm.openai_messages import openai_messages, openai_tool_choice
from llm.pieces import call_piece
from llm.provider_chat import ProviderChatModel
from llm.tokens import TokenCount, count_for_openai, upper_bound
from llm.translation import translating
from llm.transport import bytes_for, silence_limit

_STOPS: Mapping[str, Stop] = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
}


class OpenAIChatModel(ProviderChatModel):
    """One model of OpenAI or of a compatible server. Never retries by itself. Raises ModelErrors only."""

    api_key: SecretStr | None = None

    @property
    def _llm_type(self) -> str:
        return "openai-chat-completions"

    def count_input(self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]) -> TokenCount:
        """Tokens of a request: tiktoken's count for OpenAI's models, an upper bound for others."""
        text, parts = canonical_json([openai_messages(messages), list(tools)]), len(messages) + len(tools)
        if self.named.provider is Provider.COMPATIBLE:
            return upper_bound(text, parts)
        return count_for_openai(self.named.model, text, parts)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with translating(openai, str(self.named)):
            within = silence_limit(self.total_seconds)  # all comes at its end: until then the server is silent
            completion = self._client.chat.completions.create(**self._request(messages, kwargs), timeout=within)
            return ChatResult(generations=[ChatGeneration(message=self._answer(completion))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = {**self._request(messages, kwargs), "stream": True, "stream_options": {"include_usage": True}}
        with translating(openai, str(self.named)), self._client.chat.completions.create(**request) as events:
            yield from self._chunks(_unstreamed(events.response) or events)

    @cached_property
    def _client(self) -> openai.OpenAI:
        most = bytes_for(self.max_output_tokens)
        return openai_client(self.named, self.api_key, self.timeout_seconds, self.total_seconds, most)

    @cached_property
    def _model(self) -> str:
        if self.named.model:
            return self.named.model
        listed = self._client.models.list().data
        if not listed:
            raise MalformedAnswer(f"{self.named} lists no model.", remedy="Name one behind `#` in MHOS_MODEL.")
        return listed[0].id

    def _request(self, messages: Sequence[BaseMessage], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        own = self.named.provider is Provider.COMPATIBLE
        request: dict[str, Any] = {"model": self._model, "messages": openai_messages(messages)}
        request["max_tokens" if own else "max_completion_tokens"] = self.max_output_tokens
        if tools := kwargs.get("tools"):
            request["tools"] = list(tools)
            if (choice := openai_tool_choice(kwargs.get("tool_choice"))) is not None:
                request["tool_choice"] = choice
        return request

    def _answer(self, completion: ChatCompletion) -> AIMessage:
        # The client builds its types without checking them, and gives text for what is no JSON.
        if not isinstance(completion, ChatCompletion) or not completion.choices or not completion.choices[0].message:
            raise MalformedAnswer(f"{self.named} answered without an answer in it.")
        choice = completion.choices[0]
        reply = choice.message
        if reply.refusal or choice.finish_reason == "content_filter":
            raise self._refused(reply.refusal)
        made = [(getattr(call, "function", None), call.id) for call in reply.tool_calls or ()]
        calls = [
            RawCall(function.name or "", call_id or "", function.arguments or "")
            for function, call_id in made
            if function
        ]
        finish = _STOPS.get(choice.finish_reason, "stop")
        return answer_message(reply.content or "", calls, _usage(completion), finish, completion.model or self._model)

    def _chunks(self, events: Iterator[ChatCompletionChunk]) -> Iterator[ChatGenerationChunk]:
        """Text and parts of calls as they come; how it ended once it has."""
        refusal, finish, usage, model, event = "", "", None, self._model, None
        for event in events:
            usage, model = _usage(event) or usage, event.model or model
            for choice in (event.choices or ())[:1]:
                finish = choice.finish_reason or finish
                if not choice.delta:
                    continue
                refusal += choice.delta.refusal or ""
                yield from _pieces(choice.delta)
        if refusal or finish == "content_filter":
            raise self._refused(refusal)
        if not finish:
            raise unfinished(str(self.named), begun=event is not None)
        metadata = {"finish_reason": _STOPS.get(finish, "stop"), "model_name": model}
        yield _chunk(AIMessageChunk(content="", response_metadata=metadata, usage_metadata=usage))

    def _refused(self, sentence: str | None) -> Refused:
        return Refused(f"{self.named} declined to answer{': ' + sentence[:300] if sentence else ''}")


def _unstreamed(response: Any) -> Iterator[ChatCompletionChunk] | None:
    """The one event that a server's answer is which does not stream; None where it does. Raises ValueError."""
    if not str(response.headers.get("content-type", "")).startswith("application/json"):
        return None
    body = json.loads(response.read())
    if not body.get("choices"):
        raise ValueError("there is no answer in it")
    for choice in body["choices"]:
        choice["delta"] = choice.pop("message", None)
        for index, call in enumerate((choice["delta"] or {}).get("tool_calls") or ()):
            call.setdefault("index", index)
    return iter([ChatCompletionChunk.construct(**body)])


def _pieces(delta: Any) -> Iterator[ChatGenerationChunk]:
    if delta.content:
        yield _chunk(AIMessageChunk(content=delta.content))
    for call in delta.tool_calls or ():
        function = call.function
        name, arguments = (function.name, function.arguments) if function else (None, None)
        yield _chunk(call_piece(name, arguments, call.id, call.index))


def _chunk(message: AIMessageChunk) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=message)


def _usage(answer: ChatCompletion | ChatCompletionChunk) -> UsageMetadata | None:
    return usage_of(getattr(answer.usage, "prompt_tokens", None), getattr(answer.usage, "completion_tokens", None))
