"""A conversation as OpenAI's Chat Completions take it."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from llm.answers import text_of

_SILENT = "(no answer)"


def openai_messages(messages: Sequence[BaseMessage]) -> list[Any]:
    """Every message, in order."""
    return [_message(message) for message in messages]


def openai_tool_choice(choice: str | None) -> Any:
    """`any` means some tool, another word the tool of that name; None leaves it to the model."""
    if choice in (None, "auto", "none"):
        return choice
    if choice in ("any", "required"):
        return "required"
    return {"type": "function", "function": {"name": choice}}


def _message(message: BaseMessage) -> dict[str, Any]:
    text = text_of(message.content)
    if isinstance(message, ToolMessage):
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": text}
    if isinstance(message, AIMessage):
        return _assistant(message, text)
    return {"role": "system" if isinstance(message, SystemMessage) else "user", "content": text}


def _assistant(message: AIMessage, text: str) -> dict[str, Any]:
    """An assistant's turn. Arguments that were no JSON are sent back empty: several servers parse them, and refuse."""
    made = [(call["id"], call["name"], json.dumps(call["args"])) for call in message.tool_calls]
    made += [(call["id"], call["name"], "{}") for call in message.invalid_tool_calls]
    if not made:
        return {"role": "assistant", "content": text or _SILENT}
    calls = [
        {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for call_id, name, arguments in made
    ]
    return {"role": "assistant", "content": text or None, "tool_calls": calls}
