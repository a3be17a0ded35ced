"""A chat model that says what it is told to, turn by turn; the last turn again and again."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

Turn = Callable[[Sequence[BaseMessage]], AIMessage] | AIMessage | Exception


class ScriptedChatModel(BaseChatModel):
    """Plays `turns`; a turn may look at the conversation, or fail."""

    turns: list[Any]
    played: int = 0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        turn = self.turns[min(self.played, len(self.turns) - 1)]
        self.played += 1
        if isinstance(turn, Exception):
            raise turn
        message: Any = turn(messages) if callable(turn) else turn
        return ChatResult(generations=[ChatGeneration(message=message)])


def calls(*wanted: tuple[str, dict[str, Any]]) -> AIMessage:
    """A turn of parallel tool calls."""
    listed = [{"name": name, "args": args, "id": f"call_{index}_{name}"} for index, (name, args) in enumerate(wanted)]
    return AIMessage(content="", tool_calls=listed)


def report(text: str = "All is well.", **rest: Any) -> AIMessage:
    """A turn that hands in a report."""
    summary = {"text": text, "figures": rest.pop("figures", {})}
    return calls(("submit_report", {"summary": summary, **rest}))


def receipt_in(messages: Sequence[BaseMessage]) -> str:
    """The receipt that the last answer of a tool carries."""
    said = [json.loads(str(message.content)) for message in messages if isinstance(message, ToolMessage)]
    return next(answer["receipt"] for answer in reversed(said) if "receipt" in answer)
