"""The pieces in which a streamed answer comes, added up without reading JSON that is not whole yet.

LangChain reads the arguments of each piece as far as they go, in time that grows with the square of its length.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.base import merge_content
from langchain_core.messages.tool import tool_call_chunk


@dataclass
class CallParts:
    """A tool call, in parts."""

    id: str = ""
    name: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)


@dataclass
class Whole:
    """The answer that the pieces add up to."""

    content: str | list[Any] = ""
    calls: list[CallParts] = field(default_factory=list)
    usage: UsageMetadata | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def call_piece(name: object, arguments: object, call_id: object, index: object) -> AIMessageChunk:
    """A piece of a tool call as it came. Raises ValueError where it is not of the protocol's types."""
    fits = all(part is None or isinstance(part, str) for part in (name, arguments, call_id))
    if not fits or not (index is None or isinstance(index, int)):
        raise ValueError("a tool call is not of the types that it should be")
    piece: Any = {"name": name, "args": arguments, "id": call_id, "index": index}
    # Unchecked, or LangChain would read the arguments; every default is given, as pydantic is slow at making them here.
    return AIMessageChunk.model_construct(
        content="",
        additional_kwargs={},
        response_metadata={},
        tool_calls=[],
        invalid_tool_calls=[],
        tool_call_chunks=[tool_call_chunk(**piece)],
    )


def added_up(pieces: Iterable[AIMessageChunk]) -> Whole:
    """Text is joined; a piece of a call belongs to the last one of its index, unless it names another id."""
    whole, contents, by_index = Whole(), list[Any](), dict[int, CallParts]()
    for piece in pieces:
        if piece.content:
            contents.append(piece.content)
        whole.usage = piece.usage_metadata or whole.usage
        whole.metadata |= piece.response_metadata
        for part in piece.tool_call_chunks:
            _add(whole.calls, by_index, part)
    whole.content = merge_content(contents[0], *contents[1:]) if contents else ""
    return whole


def _add(calls: list[CallParts], by_index: dict[int, CallParts], part: Any) -> None:
    index, call_id = part["index"], part["id"] or ""
    call = by_index.get(index) if index is not None else None
    if call is None or (call_id and call.id and call_id != call.id):
        call = CallParts()
        calls.append(call)
        if index is not None:
            by_index[index] = call
    call.id = call.id or call_id
    call.name.append(part["name"] or "")
    call.arguments.append(part["args"] or "")
