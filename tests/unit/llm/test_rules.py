"""A playbook behaves like any chat model: bound tools, parallel calls, the same whether streamed or not."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel

from llm.rules import Call, PlaybookChatModel


class Weather(BaseModel):
    """Tell the weather."""

    city: str


TOOL = {
    "type": "function",
    "function": {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}},
}
ASKED = [HumanMessage("What now?")]


def two_looks(messages: Sequence[BaseMessage]) -> list[Call]:
    return [Call("look", {"at": "ä"}), Call("look", {"at": "b"}), Call("unbound", {})]


def model() -> PlaybookChatModel:
    return PlaybookChatModel(playbook=two_looks)


def test_a_turn_holds_parallel_calls_of_bound_tools_only() -> None:
    answer = model().bind_tools([TOOL]).invoke(ASKED)
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("look", {"at": "ä"}),
        ("look", {"at": "b"}),
    ]
    assert len({call["id"] for call in answer.tool_calls}) == 2


def test_the_same_conversation_gives_the_same_ids() -> None:
    bound = model().bind_tools([TOOL])
    first, again = bound.invoke(ASKED), model().bind_tools([TOOL]).invoke(ASKED)
    later = bound.invoke([*ASKED, first, HumanMessage("And now?")])
    assert first.tool_calls == again.tool_calls
    assert {call["id"] for call in first.tool_calls}.isdisjoint(call["id"] for call in later.tool_calls)


def test_a_streamed_answer_is_the_same_answer() -> None:
    bound = model().bind_tools([TOOL])
    chunks = list(bound.stream(ASKED))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert isinstance(whole, AIMessage)
    assert whole.tool_calls == bound.invoke(ASKED).tool_calls
    assert len([chunk for chunk in chunks if chunk.tool_call_chunks]) == 2  # type: ignore[attr-defined]


def test_structured_output_works_as_with_any_model() -> None:
    sunny = PlaybookChatModel(playbook=lambda messages: [Call("Weather", {"city": "Oslo"})])
    assert sunny.with_structured_output(Weather).invoke(ASKED) == Weather(city="Oslo")


async def test_a_playbook_that_has_nothing_to_do_says_nothing() -> None:
    idle = PlaybookChatModel(playbook=lambda messages: [])
    assert (await idle.bind_tools([TOOL]).ainvoke(ASKED)).tool_calls == []
    assert not any([bool(chunk.tool_calls) async for chunk in idle.astream(ASKED)])
