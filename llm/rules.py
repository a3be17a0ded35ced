"""A rules playbook that speaks through the chat-model interface: tool calls in turns, then a structured report."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from domain.canonical import sha256_of


@dataclass(frozen=True)
class Call:
    """A tool call that a playbook wants made."""

    name: str
    arguments: Mapping[str, Any]


Playbook = Callable[[Sequence[BaseMessage]], Sequence[Call]]
"""The conversation so far → the calls of the next turn. Pure: the same conversation, the same calls."""


class PlaybookChatModel(BaseChatModel):
    """Rules in a chat model's clothes: deterministic and free. Calls of one turn are parallel."""

    playbook: Playbook
    name_of_playbook: str = "rules"

    @property
    def _llm_type(self) -> str:
        return "playbook"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"playbook": self.name_of_playbook}

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tell the model its tools; a call of any other is dropped, as no provider would make it."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        calls = self._next(messages, kwargs.get("tools"))
        tool_calls = [
            {"name": call.name, "args": dict(call.arguments), "id": _call_id(messages, index, call)}
            for index, call in enumerate(calls)
        ]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content="", tool_calls=tool_calls))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        calls = self._next(messages, kwargs.get("tools"))
        for index, call in enumerate(calls):
            chunk = tool_call_chunk(
                name=call.name,
                args=json.dumps(dict(call.arguments)),
                id=_call_id(messages, index, call),
                index=index,
            )
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[chunk]))
        if not calls:
            yield ChatGenerationChunk(message=AIMessageChunk(content=""))

    def _next(self, messages: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]] | None) -> list[Call]:
        bound = {tool["function"]["name"] for tool in tools or ()}
        return [call for call in self.playbook(messages) if call.name in bound]


def _call_id(messages: Sequence[BaseMessage], index: int, call: Call) -> str:
    """The same conversation and call give the same id, so that a replay reads like the original."""
    return f"call_{sha256_of([len(messages), index, call.name, dict(call.arguments)])[:20]}"
