"""An agent ends with a report that holds, or with a clear degraded one, whatever its model does."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agents.charter import load_charters
from agents.loop import AgentResult, run_agent
from domain.context import Context
from domain.errors import Unavailable
from llm.rules import Call
from store.database import Database
from tests.integration.agents.scripted import ScriptedChatModel, calls, receipt_in, report
from tests.integration.priced_brand import CHANNEL, Planted, plant, start_run
from tools.base import Access, NoArguments, Tool, ToolAnswer, ToolResult
from tools.registry import TOOLS
from tools.toolbox import Toolbox

NewBrand = Callable[..., Context]
CHARTER = next(charter for charter in load_charters() if charter.name == "pricing_director")
FINDING: dict[str, Any] = {"subject": "Prices", "claim": {"text": "Up."}}
NOT_JSON = AIMessage(
    content="",
    invalid_tool_calls=[{"name": "x", "args": "{", "id": "1", "error": None, "type": "invalid_tool_call"}],
)
PLACE = {"sku": "SOAP-1", "channel": CHANNEL}


@dataclass
class Desk:
    """One run with a toolbox, at which models may sit down."""

    database: Database
    ctx: Context
    run_id: UUID

    def toolbox(self, agent: str = CHARTER.name) -> Toolbox:
        return Toolbox(self.database, replace(self.ctx, as_of=self.ctx.now()), self.run_id, agent, CHARTER.tools)

    async def run(self, *turns: Any, step_limit: int = 12, agent: str = CHARTER.name) -> AgentResult:
        self.model = ScriptedChatModel(turns=list(turns))
        return await run_agent(CHARTER, self.toolbox(agent), self.model, "Prices", step_limit=step_limit)


@pytest.fixture
def desk(database: Database, new_brand: NewBrand) -> Desk:
    ctx = new_brand()
    plant(database, ctx, [Planted("SOAP-1", 1000, 400, -1.3)])
    return Desk(database, ctx, start_run(database, ctx))


def citing(path: str, receipt: str | None = None, text: str = "The price is {price}.") -> Callable[..., AIMessage]:
    def turn(messages: Sequence[BaseMessage]) -> AIMessage:
        return report(text, figures={"price": {"receipt": receipt or receipt_in(messages), "path": path}})

    return turn


async def test_a_report_with_figures_of_this_run_stands(desk: Desk) -> None:
    result = await desk.run(calls(("price_corridor", PLACE)), citing("/price"))
    assert (result.status, result.reason, result.steps) == ("ok", "", 2)
    assert result.report.summary.text == "The price is {price}."


async def test_parallel_calls_are_all_answered_in_order(desk: Desk) -> None:
    seen: list[BaseMessage] = []

    def look(messages: Sequence[BaseMessage]) -> AIMessage:
        seen.extend(message for message in messages if isinstance(message, ToolMessage))
        return report()

    asked = ("price_corridor", "price_history", "price_elasticity")
    result = await desk.run(calls(*((name, PLACE) for name in asked)), look)
    assert result.status == "ok"
    assert [message.name for message in seen] == list(asked)


async def test_a_figure_of_another_run_is_refused(desk: Desk) -> None:
    elsewhere = Desk(desk.database, desk.ctx, start_run(desk.database, desk.ctx)).toolbox()
    receipt = str(elsewhere.call("price_corridor", PLACE).receipt_id)
    result = await desk.run(calls(("price_corridor", PLACE)), citing("/price", receipt))
    assert result.status == "degraded"
    assert "There is no receipt" in result.reason


async def test_a_figure_of_another_brand_is_refused(desk: Desk, new_brand: NewBrand) -> None:
    other = new_brand("rival")
    plant(desk.database, other, [Planted("SOAP-1", 1000, 400, -1.3)])
    theirs = Desk(desk.database, other, start_run(desk.database, other)).toolbox()
    receipt = str(theirs.call("price_corridor", PLACE).receipt_id)
    result = await desk.run(citing("/price", receipt))
    assert (result.status, result.report.summary.figures) == ("degraded", {})


@pytest.mark.parametrize(
    "text",
    ["The price is 10.00.", "The price is €10.00, or {price}.", "It sells 1000 a week.", "SOAP-1, at ½ of {price}."],
)
async def test_a_bare_digit_is_refused_even_where_a_cell_says_the_same(desk: Desk, text: str) -> None:
    turn = citing("/price", text=text) if "{price}" in text else report(text)
    result = await desk.run(calls(("price_corridor", PLACE)), turn)
    assert result.status == "degraded"
    assert "bare number" in result.reason


@pytest.mark.parametrize(
    "path", ["/nowhere", "/sku", "/", "price", "/price/value", "/²", f"/{'0' * 3_000}/price", "/price\x00"]
)
async def test_a_figure_must_point_at_a_cell(desk: Desk, path: str) -> None:
    result = await desk.run(calls(("price_corridor", PLACE)), citing(path))
    assert result.status == "degraded"


async def test_names_that_the_tools_told_may_hold_digits(desk: Desk) -> None:
    finding = {"subject": "SOAP-1 in shop", "claim": {"text": "SOAP-1 stays."}}
    known = report("SOAP-1 is fine.", findings=[finding], missing_data=["SOAP-1: no competitor is known."])
    assert (await desk.run(calls(("price_corridor", PLACE)), known)).status == "ok"
    unseen = Desk(desk.database, desk.ctx, start_run(desk.database, desk.ctx))
    assert (await unseen.run(known)).status == "degraded"


@pytest.mark.parametrize("place", ["subject", "claim", "missing"])
async def test_digits_are_refused_wherever_people_read(desk: Desk, place: str) -> None:
    finding = {
        "subject": "Top 3" if place == "subject" else "Prices",
        "claim": {"text": "Up by 3." if place == "claim" else "Up."},
    }
    reply = report(findings=[finding], missing_data=["3 weeks are missing"] if place == "missing" else [])
    assert (await desk.run(reply)).status == "degraded"


async def test_only_own_proposals_of_this_run_may_be_reported(desk: Desk) -> None:
    def propose(box: Toolbox) -> str:
        import json

        receipt = json.loads(box.call("best_price", PLACE).content)["receipt"]
        asked = {**PLACE, "analysis_receipt": receipt, "rationale": {"text": "Raise SOAP-1."}}
        return json.loads(box.call("propose_price_update", asked).content)["result"]["proposal"]

    own, others = propose(desk.toolbox()), propose(desk.toolbox("someone_else"))
    elsewhere = propose(Desk(desk.database, desk.ctx, start_run(desk.database, desk.ctx)).toolbox())
    assert (await desk.run(report(proposals=[own]))).report.proposals == [UUID(own)]
    for foreign in (others, elsewhere, str(uuid4())):
        result = await desk.run(report(proposals=[own, foreign]))
        assert result.status == "degraded"
        assert result.report.proposals == []


@pytest.mark.parametrize(
    ("first", "complaint"),
    [
        (calls(("no_such_tool", {})), "There is no tool"),
        (calls(("price_corridor", {"sku": "SOAP-1"})), "Field required"),
        (report("It is 5."), "bare number"),
        (calls(("submit_report", {"summary": "fine"})), "summary"),
        (calls(("submit_report", {"summary": {"text": "x" * 500_000}})), "longer than"),
        (report("x" * 2_001), "summary/text: String should have at most 2000 characters"),
        (report(missing_data=["x" * 2_001]), "missing_data/0: String should have at most 2000 characters"),
        (report(missing_german=["x" * 2_001]), "missing_german/0: String should have at most 2000 characters"),
        (report(findings=[FINDING] * 61), "findings: List should have at most 60 items"),
        (report(findings=[{**FINDING, "subject": "x" * 121}]), "findings/0/subject: String should have at most 120"),
        (report(missing_data=["a\x00b"]), "missing_data/0: Value error, holds a character that cannot be stored"),
        (report("a\ud800b"), "summary/text"),
        (calls(("price_corridor", {"sku": "a\x00b", "channel": CHANNEL})), "sku"),
        (calls(("submit_report", {"summary": {"text": "Well."}, "x" * 100_000: 1})), "Extra inputs are not permitted"),
        (AIMessage(content="I am done."), "submit_report"),
        (
            NOT_JSON,
            "not a JSON object",
        ),
    ],
)
async def test_one_fault_may_be_repaired_a_second_one_degrades(desk: Desk, first: AIMessage, complaint: str) -> None:
    heard: list[str] = []

    def repaired(messages: Sequence[BaseMessage]) -> AIMessage:
        heard.append(str(messages[-1].content))
        return report()

    assert (await desk.run(first, repaired)).status == "ok"
    assert complaint in heard[0]
    assert len(heard[0]) < 2_000
    again = await desk.run(first)
    assert (again.status, again.steps) == ("degraded", 2)
    assert again.reason
    assert again.report.proposals == []


HANDED_IN = '{"summary": {"text": "All is well."}}'


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{HANDED_IN}\n```",
        f"<think>so {{ many [ braces</think>\n{HANDED_IN}",
        f"Hm.</think>This is my report:\n\n```\n{HANDED_IN}\n```\nThat is all.",
        f'First ```json\n{{"look": 1}}\n``` and then\n```json\n{HANDED_IN}\n```',
    ],
)
async def test_a_report_that_is_written_instead_of_handed_in_is_read(desk: Desk, text: str) -> None:
    result = await desk.run(AIMessage(text))
    assert (result.status, result.steps, result.report.summary.text) == ("ok", 1, "All is well.")


async def test_a_written_report_is_held_to_the_same_and_may_be_mended(desk: Desk) -> None:
    wrong = AIMessage("```json\n" + HANDED_IN.replace("well", "worth 4711") + "\n```")
    heard: list[str] = []

    def mended(messages: Sequence[BaseMessage]) -> AIMessage:
        heard.append(f"{messages[-1].type}: {messages[-1].content}")
        return AIMessage(HANDED_IN)

    assert (await desk.run(wrong, mended)).status == "ok"
    assert heard[0].startswith("human: ")
    assert "bare number" in heard[0]
    again = await desk.run(wrong)
    assert (again.status, "4711" in again.reason) == ("degraded", False)


@pytest.mark.parametrize("text", [f"```json\n{HANDED_IN[:-3]}", f"```json\n{HANDED_IN}", '{"look": 1}', "{summary}"])
async def test_what_is_no_whole_report_is_not_made_one(desk: Desk, text: str) -> None:
    again = await desk.run(AIMessage(text))
    assert (again.status, again.reason) == ("degraded", "it called no tool")


async def test_an_endless_loop_of_tool_calls_ends_degraded(desk: Desk) -> None:
    result = await desk.run(calls(("list_channels", {})), step_limit=7)
    assert (result.status, result.steps, desk.model.played) == ("degraded", 7, 7)
    assert result.reason == "no report after 7 turns"


async def test_a_flood_of_calls_in_one_turn_is_cut_off(desk: Desk) -> None:
    result = await desk.run(calls(*[("list_channels", {})] * 400))
    assert result.status == "degraded"
    assert "more than 250 calls" in result.reason


@pytest.mark.parametrize("error", [Unavailable("the provider is down"), ValueError("no JSON"), TimeoutError("slow")])
async def test_a_model_that_fails_gives_a_degraded_report(desk: Desk, error: Exception) -> None:
    result = await desk.run(calls(("list_channels", {})), error)
    assert (result.status, result.reason) == ("degraded", f"the model failed: {error}.")


async def test_a_tool_that_gives_up_is_no_fault_of_the_model(desk: Desk) -> None:
    missing = calls(("price_corridor", {"sku": "NONE", "channel": CHANNEL}))
    assert (await desk.run(missing, missing, missing, report())).status == "ok"


async def test_proposals_that_a_report_forgets_are_asked_about_once_and_then_told_of(desk: Desk) -> None:
    def propose(messages: Sequence[BaseMessage]) -> AIMessage:
        asked = {**PLACE, "analysis_receipt": receipt_in(messages), "rationale": {"text": "Raise SOAP-1."}}
        return calls(("propose_price_update", asked))

    heard: list[BaseMessage] = []

    def forgetful(messages: Sequence[BaseMessage]) -> AIMessage:
        heard[:] = messages
        return report()

    result = await desk.run(calls(("best_price", PLACE)), propose, report(), forgetful)
    assert "proposals that the report does not name" in str(heard[-1].content)
    assert "SOAP-1" in str(heard[-1].content)
    assert (result.status, result.report.proposals) == ("ok", [])
    assert [line for line in result.report.missing_data if "not put forward" in line and "SOAP-1" in line]


async def test_what_people_read_of_a_refused_report_does_not_repeat_what_was_invented(desk: Desk) -> None:
    for invented in ("It sells 4711 a week.", "It sells forty-seven a week."):
        result = await desk.run(report(invented))
        assert result.status == "degraded"
        assert "4711" not in result.reason
        assert "forty" not in result.reason


async def test_a_number_that_was_invented_is_not_repeated_however_it_is_quoted(desk: Desk) -> None:
    lines = ["It's 'about \"4711\"", f"{'x' * 1_000}4711", "Und 0815'"]
    result = await desk.run(report("It's '4711\".", missing_data=lines))
    assert result.status == "degraded"
    assert "bare number" in result.reason
    assert not {"4711", "0815"} & set(re.findall(r"\d+", result.reason))


async def test_a_tool_that_stumbles_over_arguments_ends_neither_the_meeting_nor_the_agents_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(_session: Any, _env: Any, _args: Any) -> ToolAnswer:
        """Look at something that is not there."""
        return {}["nothing"]  # type: ignore[return-value]

    stumbling = Tool("list_channels", Access.READ, NoArguments, ToolResult, stumble)
    monkeypatch.setitem(TOOLS, "list_channels", stumbling)
    assert (await desk.run(calls(("list_channels", {})), report())).status == "ok"
    again = await desk.run(calls(("list_channels", {})))
    assert (again.status, again.reason) == (
        "degraded",
        "list_channels: list_channels cannot work with these arguments.",
    )
    assert "tool.stumbled tool=list_channels" in caplog.text
    assert capsys.readouterr().out == "", "standard output is a verb's document"


async def test_an_analysis_that_stumbles_degrades_the_agent(desk: Desk) -> None:
    def stumble(_messages: Sequence[BaseMessage]) -> Sequence[Call]:
        raise KeyError("nothing")

    model = ScriptedChatModel(turns=[calls(("rules_analysis", {}))])
    result = await run_agent(CHARTER, desk.toolbox(), model, "Prices", playbook=stumble)
    assert (result.status, result.reason) == ("degraded", "its answer could not be worked with: KeyError.")
