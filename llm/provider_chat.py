"""What every provider's chat model has: the model's name, how long it may take, and how it is told its tools."""

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from llm.choice import ModelName


class ProviderChatModel(BaseChatModel):
    """Base of the chat models over providers' own clients. They never retry by themselves."""

    named: ModelName
    timeout_seconds: float = 120.0
    """How long the server may stay silent, before and within an answer."""
    total_seconds: float = 600.0
    """How long an answer may take."""
    max_output_tokens: int = 8_192

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": str(self.named)}

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tell the model its tools."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)
