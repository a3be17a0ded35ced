"""A writer may choose the words: not the figures, not the numbers, not what is proposed."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agents.hybrid import HybridChatModel
from domain.report import Claim
from llm.errors import Overloaded
from llm.rules import Call, PlaybookChatModel
from tests.integration.agents.scripted import ScriptedChatModel, calls

FIGURE = {"price": {"receipt": str(uuid4()), "path": "/price"}}
REPORT = {
    "summary": {"text": "SOAP-1 costs {price}.", "german": "SOAP-1 kostet {price}.", "figures": FIGURE},
    "findings": [{"subject": "SOAP-1", "claim": {"text": "It sells.", "german": "", "figures": {}}}],
}
TOOL = {"type": "function", "function": {"name": "submit_report", "description": "", "parameters": {}}}
SAID = [{"text": "For SOAP-1 you ask {price}.", "german": "Für SOAP-1 nimmst du {price}."}, {"text": "It does sell."}]


def playbook(messages: Sequence[BaseMessage]) -> list[Call]:
    return [Call("submit_report", REPORT)]


def handed_in(*turns: Any, messages: Sequence[BaseMessage] = ()) -> tuple[Claim, int]:
    """The summary that is handed in, and how often the writer was asked."""
    writer = ScriptedChatModel(turns=list(turns))
    model = HybridChatModel(rules=PlaybookChatModel(playbook=playbook), writer=writer)
    answer = model.bind_tools([TOOL]).invoke([HumanMessage("Prices"), *messages])
    return Claim.model_validate(answer.tool_calls[0]["args"]["summary"]), writer.played


def wrote(*claims: dict[str, str]) -> AIMessage:
    return calls(("write_prose", {"claims": list(claims)}))


def test_the_words_are_the_writers_and_the_figures_the_rules() -> None:
    summary, asked = handed_in(wrote(*SAID))
    assert (summary.text, summary.german, asked) == (SAID[0]["text"], SAID[0]["german"], 1)
    assert list(summary.figures) == ["price"]


@pytest.mark.parametrize(
    "first",
    [
        {"text": "SOAP-1 costs 12.", "german": "SOAP-1 kostet {price}."},
        {"text": "SOAP-1 is cheap.", "german": "SOAP-1 kostet {price}."},
        {"text": "SOAP-1: {price}, not {cost}.", "german": "SOAP-1 kostet {price}."},
        {"text": "SOAP-1 costs {price}.", "german": ""},
        {"text": "", "german": ""},
    ],
)
def test_other_numbers_and_figures_are_sent_back_once_and_then_the_rules_words_stand(first: dict[str, str]) -> None:
    rules = Claim.model_validate(REPORT["summary"])
    wrong = wrote(first, SAID[1])
    assert handed_in(wrong) == (rules, 2)
    repaired, asked = handed_in(wrong, wrote(*SAID))
    assert (repaired.text, asked) == (SAID[0]["text"], 2)


@pytest.mark.parametrize("turn", [Overloaded("busy"), AIMessage("No."), wrote(SAID[0]), calls(("other", {}))])
def test_a_writer_that_fails_leaves_the_rules_words(turn: Any) -> None:
    assert handed_in(turn)[0] == Claim.model_validate(REPORT["summary"])


def test_where_its_words_were_refused_the_rules_own_are_tried() -> None:
    before = calls(("submit_report", REPORT))
    refused = ToolMessage("no", tool_call_id=str(before.tool_calls[0]["id"]), status="error")
    assert handed_in(wrote(*SAID), messages=[before, refused]) == (Claim.model_validate(REPORT["summary"]), 0)
