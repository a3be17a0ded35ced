"""A conversation as Anthropic's Messages take it: turns alternate, and a turn's tool results stand in one message."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from llm.answers import text_of

_SILENT = "(no answer)"
_THOUGHT = ("thinking", "redacted_thinking")


def anthropic_system(messages: Sequence[BaseMessage]) -> str:
    """The system messages, as one text beside the conversation."""
    return "\n\n".join(text_of(message.content) for message in messages if isinstance(message, SystemMessage))


def anthropic_messages(messages: Sequence[BaseMessage]) -> list[Any]:
    """The conversation without its system messages; what follows itself in one role is one message."""
    turns: list[Any] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role = "assistant" if isinstance(message, AIMessage) else "user"
        blocks = _blocks(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def anthropic_tools(tools: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Tools in OpenAI's function format, as Anthropic names their parts."""
    functions = [tool["function"] for tool in tools]
    return [
        {
            "name": function["name"],
            "description": function.get("description", ""),
            "input_schema": function["parameters"],
        }
        for function in functions
    ]


def anthropic_tool_choice(choice: str) -> Any:
    """`any` means some tool, another word the tool of that name."""
    if choice in ("auto", "none"):
        return {"type": choice}
    return {"type": "any"} if choice in ("any", "required") else {"type": "tool", "name": choice}


def _blocks(message: BaseMessage) -> list[Any]:
    text = text_of(message.content)
    if isinstance(message, ToolMessage):
        result = {"type": "tool_result", "tool_use_id": message.tool_call_id, "content": text}
        return [{**result, "is_error": True} if message.status == "error" else result]
    if isinstance(message, AIMessage):
        return _assistant(message, text)
    return [{"type": "text", "text": text or _SILENT}]


def _assistant(message: AIMessage, text: str) -> list[Any]:
    """Thoughts go back unchanged and first, as signed; a call whose arguments were no JSON goes back without any."""
    content = message.content if isinstance(message.content, list) else []
    thoughts = [_thought(part) for part in content if isinstance(part, dict) and part.get("type") in _THOUGHT]
    made = [(call["id"], call["name"], call["args"]) for call in message.tool_calls]
    made += [(call["id"], call["name"], {}) for call in message.invalid_tool_calls]
    calls = [{"type": "tool_use", "id": call_id, "name": name, "input": args} for call_id, name, args in made]
    said = [{"type": "text", "text": text}] if text.strip() else []
    return [*thoughts, *said, *calls] or [{"type": "text", "text": _SILENT}]


def _thought(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part[key] for key in ("type", "thinking", "signature", "data") if key in part}
