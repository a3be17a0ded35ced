"""Reads a conversation back: which tool was asked what, and what it answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from domain.figure import FigureRef
from domain.ids import ReceiptId


@dataclass(frozen=True)
class AnsweredCall:
    """One answered call. `result` is None where the tool failed; `error` then says why."""

    tool: str
    arguments: Mapping[str, Any]
    receipt: str | None
    result: Mapping[str, Any] | None
    error: str = ""

    def ref(self, *path: str | int) -> FigureRef:
        """A figure that points at a cell of this answer."""
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
        return FigureRef(receipt=ReceiptId(UUID(self.receipt)), path=pointer)


def answers(messages: Sequence[BaseMessage]) -> list[AnsweredCall]:
    """All answered calls in the order they were answered."""
    asked = {call["id"]: call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls}
    replies = (message for message in messages if isinstance(message, ToolMessage))
    return [_answer(asked[reply.tool_call_id], reply) for reply in replies if reply.tool_call_id in asked]


def agenda_of(messages: Sequence[BaseMessage]) -> str:
    """The agenda the agent was given: the first line of the first human message."""
    first = next((str(message.content) for message in messages if isinstance(message, HumanMessage)), "")
    return first.partition("\n")[0]


def _answer(call: Any, reply: ToolMessage) -> AnsweredCall:
    try:
        document = json.loads(str(reply.content))
    except ValueError:
        document = {}
    if not isinstance(document, dict) or "result" not in document:
        error = document.get("error", {}) if isinstance(document, dict) else {}
        message = str(error.get("message", "the tool gave no answer"))
        because = "; ".join(error.get("because", ()))
        return AnsweredCall(call["name"], call["args"], None, None, f"{message} {because}." if because else message)
    return AnsweredCall(call["name"], call["args"], document.get("receipt"), document["result"])
