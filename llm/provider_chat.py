"""The base of providers' chat models: the model's name, how long it may take, and how it is told its tools."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from llm.answers import whole_message
from llm.choice import ModelName
from llm.errors import MalformedAnswer
from llm.translation import UNREADABLE


class ProviderChatModel(BaseChatModel):
    """Base of the chat models over providers' own clients. They never retry by themselves."""

    named: ModelName
    timeout_seconds: float = 120.0
    """How long the server may stay silent, before and within an answer."""
    total_seconds: float = 600.0
    """How long an answer may take."""
    max_output_tokens: int = 8_192
    streamed: bool = True
    """Whether answers are read as they come, so that a server that has died is noticed by its silence."""

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": str(self.named)}

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tell the model its tools."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    def complete(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Mapping[str, Any]] = (),
        tool_choice: str | None = None,
        in_time: Callable[[], None] = lambda: None,
    ) -> AIMessage:
        """The whole answer, without what LangChain does around a call; `in_time` raises when it takes too long."""
        asked: dict[str, Any] = {"tools": tools, "tool_choice": tool_choice}
        if not self.streamed:
            [only] = self._generate(list(messages), **asked).generations
            assert isinstance(only.message, AIMessage)
            return only.message

        def chunks() -> Iterator[AIMessageChunk]:
            for chunk in self._stream(list(messages), **asked):
                in_time()
                assert isinstance(chunk.message, AIMessageChunk)
                yield chunk.message

        try:
            return whole_message(chunks())
        except UNREADABLE as error:
            raise MalformedAnswer(f"{self.named} gave pieces that do not make one answer.") from error
