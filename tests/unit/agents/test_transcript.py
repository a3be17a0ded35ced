"""A conversation is read back as the answers it holds."""

import json
from uuid import uuid4

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agents.playbooks.transcript import agenda_of, answers


def test_answers_are_matched_with_what_was_asked() -> None:
    receipt = str(uuid4())
    call = {"name": "look", "args": {"sku": "A"}, "id": "one"}
    said = json.dumps({"receipt": receipt, "result": {"a/b": [{"value": 1, "unit": "count"}]}})
    answered = answers([AIMessage(content="", tool_calls=[call]), ToolMessage(content=said, tool_call_id="one")])
    assert [(answer.tool, answer.arguments, answer.receipt) for answer in answered] == [("look", {"sku": "A"}, receipt)]
    assert answered[0].ref("a/b", 0).path == "/a~1b/0"


def test_a_failed_call_has_no_result_but_a_reason() -> None:
    calls = [{"name": "look", "args": {}, "id": name} for name in ("one", "two")]
    error = json.dumps({"error": {"message": "There is none."}})
    messages = [
        AIMessage(content="", tool_calls=calls),
        ToolMessage(content=error, tool_call_id="one"),
        ToolMessage(content="not JSON", tool_call_id="two"),
        ToolMessage(content=error, tool_call_id="never asked"),
    ]
    answered = answers(messages)
    assert [(answer.result, answer.error) for answer in answered] == [
        (None, "There is none."),
        (None, "the tool gave no answer"),
    ]


def test_the_agenda_is_the_first_line_of_what_was_asked() -> None:
    assert agenda_of([HumanMessage("Prices\nOJ-1: rejected"), HumanMessage("more")]) == "Prices"
    assert agenda_of([]) == ""
