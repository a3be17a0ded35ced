"""A provider's answers, streamed or whole, read as one message; and what we send is what its own types describe."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

from domain.canonical import canonical_json
from evals.model_server import Cut, ErrorEvent, Flood, Garbage, ModelServer, Silence, Status, Trickle, Unstreamed
from evals.model_wire import ANTHROPIC, OPENAI, ModelAnswer, whole
from llm.answers import text_of, whole_message
from llm.errors import (
    AnswerTooLong,
    ConnectionLost,
    MalformedAnswer,
    ModelError,
    NotAuthorised,
    Overloaded,
    QuotaExceeded,
    RateLimited,
    Refused,
    RequestRejected,
    TimedOut,
    Unreachable,
)

Serve = Callable[[Any], ModelServer]
ModelAt = Callable[..., BaseChatModel]
TOOLS = [
    {
        "type": "function",
        "function": {"name": name, "description": "Look.", "parameters": {"type": "object", "properties": {}}},
    }
    for name in ("look", "report")
]
ASKED = [SystemMessage("You look."), HumanMessage("What now?")]
TWO_CALLS = ModelAnswer("I look.", [("look", '{"at": "ä"}'), ("look", '{"at": "b"}')])


@pytest.fixture(params=["whole", "streamed"])
def ask(request: pytest.FixtureRequest) -> Callable[..., AIMessage]:
    def whole(model: BaseChatModel, messages: Any = ASKED) -> AIMessage:
        return model.bind_tools(TOOLS).invoke(messages)

    def streamed(model: BaseChatModel, messages: Any = ASKED) -> AIMessage:
        def chunks() -> Iterator[AIMessageChunk]:
            for chunk in model.bind_tools(TOOLS).stream(messages):
                assert isinstance(chunk, AIMessageChunk)
                yield chunk

        return whole_message(chunks())

    return whole if request.param == "whole" else streamed


def test_parallel_calls_text_and_usage_come_through(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    server = serve([TWO_CALLS])
    answer = ask(model_at(server))
    assert text_of(answer.content) == "I look."
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("look", {"at": "ä"}),
        ("look", {"at": "b"}),
    ]
    assert len({call["id"] for call in answer.tool_calls}) == 2
    assert answer.usage_metadata == {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
    assert answer.response_metadata["finish_reason"] == "tool_calls"


def test_a_whole_conversation_is_what_the_providers_own_types_take(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    bad = {"name": "look", "args": '{"at": ', "id": "bad", "error": "no JSON"}
    spoken: list[Any] = [
        *ASKED,
        AIMessage("", tool_calls=[{"name": "look", "args": {"at": "a"}, "id": "one"}], invalid_tool_calls=[bad]),
        ToolMessage('{"error": {}}', tool_call_id="bad", name="look", status="error"),
        ToolMessage('{"result": 1}', tool_call_id="one", name="look"),
        AIMessage(""),
        HumanMessage("Go on."),
    ]
    server = serve([ModelAnswer("Good.")])
    assert ask(model_at(server), spoken).content == "Good."
    assert server.refused == []
    assert server.heard[0].results == ({"error": {}}, {"result": 1})
    assert server.heard[0].tools == ("look", "report")


def test_thoughts_go_back_as_they_were_signed(serve: Serve, model_at: ModelAt, ask: Any, provider: str) -> None:
    server = serve([ModelAnswer("Hm.", [("look", "{}")], thinking="Where to look?"), ModelAnswer("Good.")])
    model = model_at(server)
    first = ask(model)
    call = first.tool_calls[0]["id"]
    assert call
    ask(model, [*ASKED, first, ToolMessage("{}", tool_call_id=call, name="look")])
    assert server.refused == []
    if provider == "anthropic":
        thought = server.heard[1].body["messages"][1]["content"][0]
        assert thought == {"type": "thinking", "thinking": "Where to look?", "signature": "c2lnbmVk"}


def test_a_refusal_is_told_as_one(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    with pytest.raises(Refused, match="I will not") as refused:
        ask(model_at(serve([ModelAnswer("I will not.", stop="refusal")])))
    assert not refused.value.retryable
    assert not refused.value.falls_back


@pytest.mark.parametrize("arguments", ['{"at": "SOAP', "[1]", "look!", '"text"'])
def test_arguments_that_are_no_object_are_never_mended(
    serve: Serve, model_at: ModelAt, arguments: str, provider: str
) -> None:
    """A partial-JSON parser would call the tool with what was cut off, as if the model had said it."""
    server = serve([ModelAnswer(calls=[("look", arguments), ("look", "{}")], stop="length")])
    answer = whole_message(model_at(server).bind_tools(TOOLS).stream(ASKED))  # type: ignore[arg-type]
    assert [call["args"] for call in answer.tool_calls] == [{}]
    assert [call["args"] for call in answer.invalid_tool_calls] == [arguments]
    assert "cut off" in str(answer.invalid_tool_calls[0]["error"])


FAULTS = [
    (Status(429, {"retry-after": "7"}), RateLimited),
    (Status(429, code="insufficient_quota"), QuotaExceeded),
    (Status(500), Overloaded),
    (Status(503), Overloaded),
    (Status(529), Overloaded),
    (Status(401), NotAuthorised),
    (Status(404), RequestRejected),
    (Status(400, message="too long"), RequestRejected),
    (Garbage(), MalformedAnswer),
    (Garbage("{}"), MalformedAnswer),
    (Garbage('{"choices": [], "content": null}'), MalformedAnswer),
    (Garbage("<html>", "text/html"), MalformedAnswer),
    (Cut(TWO_CALLS, 3), ConnectionLost),
    (Silence(5), TimedOut),
]


@pytest.mark.parametrize(("step", "kind"), FAULTS, ids=[f"{step}"[:40] for step, _ in FAULTS])
def test_each_fault_has_its_name(serve: Serve, model_at: ModelAt, ask: Any, step: Any, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as failed:
        # An answer in one piece may be silent until its end: then only its whole time counts.
        soon = 0.3 if isinstance(step, Silence) else 30.0
        ask(model_at(serve([step]), timeout_seconds=soon, total_seconds=soon))
    assert type(failed.value) is kind
    if isinstance(step, Status) and step.headers:
        assert failed.value.retry_after == 7.0


@pytest.mark.parametrize("politely", [False, True])
def test_a_stream_that_ends_before_it_is_finished_is_no_answer(serve: Serve, model_at: ModelAt, politely: bool) -> None:
    server = serve([Cut(TWO_CALLS, 4, politely)])
    with pytest.raises(ConnectionLost):
        whole_message(model_at(server).bind_tools(TOOLS).stream(ASKED))  # type: ignore[arg-type]


def test_an_error_within_a_stream_is_an_error(serve: Serve, model_at: ModelAt) -> None:
    with pytest.raises(Overloaded) as failed:
        whole_message(model_at(serve([ErrorEvent()])).stream(ASKED))  # type: ignore[arg-type]
    assert failed.value.may_have_cost


def test_a_stream_that_is_kept_alive_and_says_nothing_comes_to_an_end(serve: Serve, model_at: ModelAt) -> None:
    with pytest.raises(TimedOut):
        whole_message(model_at(serve([Trickle()]), timeout_seconds=1, total_seconds=0.3).stream(ASKED))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments",
    [
        '{"at": NaN}',
        '{"at": 1e400}',
        '{"at": -1e400}',
        '{"at": "\\ud800"}',
        '{"at": "a\\u0000b"}',
        '{"a\\u0000b": 1}',
        '{"at": ' + "[" * 5_000,
        '{"at": ' + "[" * 900 + "]" * 900 + "}",
        '{"at": ' + "9" * 5_000 + "}",
    ],
    ids=lambda arguments: arguments[:24],
)
def test_what_cannot_be_kept_does_not_come_in(serve: Serve, model_at: ModelAt, arguments: str) -> None:
    """Neither PostgreSQL nor a canonical form can hold NUL, lone surrogates and NaN."""
    answer = whole_message(model_at(serve([ModelAnswer(calls=[("look", arguments)])])).stream(ASKED))  # type: ignore[arg-type]
    assert len(answer.tool_calls) + len(answer.invalid_tool_calls) == 1
    kept = canonical_json([answer.tool_calls, answer.invalid_tool_calls]).encode()
    assert b"\\u0000" not in kept
    assert b"Infinity" not in kept


def test_names_that_a_server_gives_can_be_stored(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    server = serve([ModelAnswer(calls=[("lo\x00ok" + "k" * 500, "{}")], model="local\x00" + "l" * 500)])
    answer = ask(model_at(server))
    names = [answer.tool_calls[0]["name"], answer.response_metadata["model_name"]]
    assert [len(name) for name in names] == [200, 200]
    assert "\x00" not in "".join(names)


def test_what_a_server_says_of_its_failure_can_be_stored(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    for step in (Status(400, message="too\x00 long \ud800"), ModelAnswer("I will\x00 not.", stop="refusal")):
        with pytest.raises(ModelError) as failed:
            ask(model_at(serve([step])))
        assert "\x00" not in failed.value.message
        assert failed.value.message.encode()


def test_what_is_nested_without_end_is_no_answer(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    for body in ("[" * 100_000, '{"choices": {"a": 1}, "content": {"a": 1}, "stop_reason": "end_turn"}'):
        with pytest.raises(MalformedAnswer):
            ask(model_at(serve([Garbage(body)])))


@pytest.mark.parametrize(
    "arguments",
    [
        '<think>so { many [ braces</think>{"at": "a"}',
        'Where to look?\n</think>\n\n{"at": "a"}',
        '```json\n{"at": "a"}\n```',
        '<think>hm</think>\n```\n{"at": "a"}\n```\n',
    ],
)
def test_arguments_are_read_after_thoughts_and_within_a_fence(serve: Serve, model_at: ModelAt, arguments: str) -> None:
    server = serve([ModelAnswer(calls=[("look", arguments), ("look", '{"at": "</think>"}')])])
    answer = whole_message(model_at(server).bind_tools(TOOLS).stream(ASKED))  # type: ignore[arg-type]
    assert [call["args"] for call in answer.tool_calls] == [{"at": "a"}, {"at": "</think>"}]


@pytest.mark.parametrize("tokens", [(0, 0), (0, 20), (100, 0), (-1, -1), (-5, 20), (10**30, 1)], ids=str)
def test_what_cannot_be_a_count_is_none(serve: Serve, model_at: ModelAt, ask: Any, tokens: tuple[int, int]) -> None:
    assert ask(model_at(serve([replace(TWO_CALLS, tokens=tokens)]))).usage_metadata is None


@pytest.mark.parametrize("claimed", [None, "many", 12.5, {}, [1]], ids=str)
def test_a_count_is_a_number(serve: Serve, model_at: ModelAt, provider: str, claimed: Any) -> None:
    kind = ANTHROPIC if provider == "anthropic" else OPENAI
    body = whole(kind, TWO_CALLS, 1)
    for usage in (dict.fromkeys(body["usage"], claimed), claimed):
        model = model_at(serve([Garbage(json.dumps({**body, "usage": usage}))]))
        assert model.bind_tools(TOOLS).invoke(ASKED).usage_metadata is None


@pytest.mark.parametrize("kind", ["events", "line", "body", "packed", "error"])
def test_an_answer_of_a_gigabyte_is_not_read(serve: Serve, model_at: ModelAt, ask: Any, kind: Any) -> None:
    server = serve([Flood(kind)])
    model = model_at(server, max_output_tokens=100)
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLong, match="is longer than 4,296,704 bytes"):
            ask(model)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(server.heard) == 1
    assert server.flooded < 32 * 2**20, "what was read, and what the two ends of the connection hold"
    assert peak < 64 * 2**20


def test_a_long_answer_that_ends_is_read(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    arguments = json.dumps({"at": "ä" * 1_000_000})
    answer = ask(model_at(serve([ModelAnswer(calls=[("look", arguments)])]), max_output_tokens=8_000))
    assert [call["args"] for call in answer.tool_calls] == [json.loads(arguments)]


def test_nobody_there_is_told_as_such(serve: Serve, model_at: ModelAt, ask: Any) -> None:
    server = serve([TWO_CALLS])
    model = model_at(server)
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(Unreachable):
        ask(model)


def test_the_key_of_openai_is_not_sent_to_others(serve: Serve, model_at: ModelAt, ask: Any, provider: str) -> None:
    server = serve([TWO_CALLS])
    ask(model_at(server))
    sent = json.dumps(dict(server.heard[0].headers))
    assert ("sk-of-openai" in sent) == (provider == "openai")


def test_structured_output_works_as_with_any_model(serve: Serve, model_at: ModelAt) -> None:
    class Weather(BaseModel):
        """Tell the weather."""

        city: str

    server = serve([ModelAnswer(calls=[("Weather", '{"city": "Oslo"}')])])
    assert model_at(server).with_structured_output(Weather).invoke(ASKED) == Weather(city="Oslo")
    assert server.refused == []


def test_a_compatible_server_is_asked_for_its_model(serve: Serve) -> None:
    from llm.choice import parse_model
    from llm.openai_chat import OpenAIChatModel

    server = serve([TWO_CALLS])
    model = OpenAIChatModel(named=parse_model(f"{server.url}/v1"))
    model.invoke(ASKED)
    assert server.heard[0].body["model"] == "local-model"


def test_a_server_that_does_not_stream_is_read_all_the_same(serve: Serve, model_at: ModelAt, provider: str) -> None:
    model: Any = model_at(serve([Unstreamed(TWO_CALLS), Unstreamed(ModelAnswer("No.", stop="refusal"))]))
    if provider == "anthropic":  # which always streams: whatever does not is something else
        with pytest.raises(MalformedAnswer):
            model.complete(ASKED, TOOLS)
        return
    answer = model.complete(ASKED, TOOLS)
    assert text_of(answer.content) == "I look."
    assert [call["args"] for call in answer.tool_calls] == [{"at": "ä"}, {"at": "b"}]
    assert answer.usage_metadata == {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
    with pytest.raises(Refused):
        model.complete(ASKED, TOOLS)


@pytest.mark.parametrize("streamed", [True, False])
def test_the_whole_answer_is_the_same_either_way(serve: Serve, model_at: ModelAt, streamed: bool) -> None:
    model: Any = model_at(serve([TWO_CALLS]), streamed=streamed)
    answer = model.complete(ASKED, TOOLS)
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("look", {"at": "ä"}),
        ("look", {"at": "b"}),
    ]
    assert answer.usage_metadata == {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
