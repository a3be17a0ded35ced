"""The one agent graph, for rules and models alike: think, call tools, until a report stands or the run is degraded."""

import asyncio
import contextvars
import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.graph import END, START, StateGraph
from pydantic import ValidationError

from agents.charter import Charter
from agents.consultation import RULES_ANALYSIS, SUBMIT_RULES_REPORT, Consultation
from domain.errors import DomainError
from domain.report import AgentReport, Claim
from llm.rules import Playbook
from tools.base import Retry
from tools.toolbox import Toolbox

SUBMIT_REPORT = "submit_report"
STEP_LIMIT = 40
MOST_CALLS = 250
LARGEST_REPORT = 400_000
_FAULTS_ALLOWED = 1

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class AgentResult:
    """An agent's answer. When `degraded`, the report holds nothing but that, and `reason` says why."""

    report: AgentReport
    status: Literal["ok", "degraded"]
    reason: str
    steps: int


class AgentState(TypedDict):
    """The conversation, how far it is, and how it ended. `faults` counts faulty turns in a row."""

    messages: Annotated[list[BaseMessage], operator.add]
    steps: int
    faults: int
    report: AgentReport | None
    reason: str


async def run_agent(
    charter: Charter,
    toolbox: Toolbox,
    chat_model: BaseChatModel,
    agenda: str,
    progress: Progress | None = None,
    *,
    step_limit: int = STEP_LIMIT,
    playbook: Playbook | None = None,
) -> AgentResult:
    """Let one agent work on an agenda until its report holds. Failing models give a degraded report, not an error.

    With a `playbook`, what the rules find is a tool beside the others.
    """
    consultation = None if playbook is None else Consultation(playbook, toolbox, agenda)
    nodes = _Nodes(charter, toolbox, chat_model, progress or (lambda _step, _detail: None), step_limit, consultation)
    start = AgentState(
        messages=[SystemMessage(charter.body), HumanMessage(agenda)], steps=0, faults=0, report=None, reason=""
    )
    answering = _graph(nodes).ainvoke(start, {"recursion_limit": 2 * step_limit + 10})
    final = await asyncio.create_task(answering, context=_without_outer_graph())
    if final["report"] is not None:
        return AgentResult(final["report"], "ok", "", final["steps"])
    return AgentResult(_degraded(), "degraded", final["reason"], final["steps"])


def report_schema() -> dict[str, Any]:
    """`submit_report` as chat models are told of it."""
    function = {
        "name": SUBMIT_REPORT,
        "description": "Hand in your report; this ends your work. Every number in it is a figure: {key} in the text, "
        "and under that key the receipt and the JSON pointer of the cell in its result, e.g. /elasticity.",
        "parameters": AgentReport.model_json_schema(),
    }
    return {"type": "function", "function": function}


def _graph(nodes: "_Nodes") -> Any:
    graph = StateGraph(AgentState)
    graph.add_node("think", nodes.think)
    graph.add_node("act", nodes.act)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", _unless_ended("act"), ["act", END])
    graph.add_conditional_edges("act", _unless_ended("think"), ["think", END])
    return graph.compile()


def _without_outer_graph() -> contextvars.Context:
    """Where LangGraph finds no graph around this one, whose saver it would use for every step of the agent.

    An agent that was interrupted answers anew, out of the receipts that it had.
    """
    context = contextvars.copy_context()
    context.run(var_child_runnable_config.set, None)
    return context


def _unless_ended(following: str) -> Callable[[AgentState], str]:
    return lambda state: END if state["report"] is not None or state["reason"] else following


def _degraded() -> AgentReport:
    return AgentReport(
        summary=Claim(text="This report could not be completed, so nothing is proposed."),
        missing_data=["The report of this agent is incomplete."],
    )


@dataclass(frozen=True)
class _Turn:
    """What came of the calls of one turn."""

    messages: Sequence[BaseMessage]
    report: AgentReport | None = None
    fault: str = ""


class _Nodes:
    def __init__(
        self,
        charter: Charter,
        toolbox: Toolbox,
        chat_model: BaseChatModel,
        progress: Progress,
        step_limit: int,
        consultation: Consultation | None,
    ) -> None:
        self._charter = charter
        self._toolbox = toolbox
        self._consultation = consultation
        beside = consultation.schemas() if consultation else []
        self._model = chat_model.bind_tools([*toolbox.schemas(), *beside, report_schema()])
        self._progress = progress
        self._step_limit = step_limit

    async def think(self, state: AgentState) -> dict[str, Any]:
        if state["steps"] >= self._step_limit:
            return {"reason": f"no report after {self._step_limit} turns"}
        try:
            answer = await self._model.ainvoke(state["messages"])
        except (DomainError, ValueError, OSError, TimeoutError) as error:
            return {"reason": f"the model failed: {error}"}
        return {"messages": [answer], "steps": state["steps"] + 1}

    async def act(self, state: AgentState) -> dict[str, Any]:
        answer = state["messages"][-1]
        assert isinstance(answer, AIMessage)
        loop = asyncio.get_running_loop()

        def tell(detail: str) -> None:
            loop.call_soon_threadsafe(self._progress, "tool", detail)

        turn = await asyncio.to_thread(self._turn, answer, tell)
        if turn.report is not None:
            return {"messages": turn.messages, "report": turn.report}
        faults = state["faults"] + 1 if turn.fault else 0
        return {
            "messages": list(turn.messages),
            "faults": faults,
            "reason": turn.fault if faults > _FAULTS_ALLOWED else "",
        }

    def _turn(self, answer: AIMessage, tell: Callable[[str], None]) -> _Turn:
        """Make a turn's calls one after the other, reports last; all in one thread."""
        calls = sorted(answer.tool_calls, key=lambda call: call["name"] in (SUBMIT_REPORT, SUBMIT_RULES_REPORT))
        turns = [self._not_json(call) for call in answer.invalid_tool_calls]
        turns += [self._made(call, position, tell) for position, call in enumerate(calls)]
        if not turns:
            ask = f"Go on by calling tools, and finish by calling {SUBMIT_REPORT}."
            return _Turn([HumanMessage(ask)], fault="it called no tool")
        return _Turn(
            messages=[message for turn in turns for message in turn.messages],
            report=next((turn.report for turn in turns if turn.report), None),
            fault="; ".join(turn.fault for turn in turns if turn.fault)[:2_000],
        )

    def _made(self, call: Any, position: int, tell: Callable[[str], None]) -> _Turn:
        if position >= MOST_CALLS:
            return _refused(call, f"more than {MOST_CALLS} calls in one turn")
        if call["name"] == SUBMIT_REPORT:
            return self._report(call, call["args"])
        if self._consultation and call["name"] in (RULES_ANALYSIS, SUBMIT_RULES_REPORT):
            return self._consult(self._consultation, call, tell)
        tell(f"{self._charter.title}: {_spoken(call['name'], call['args'])}")
        reply = self._toolbox.call(call["name"], call["args"])
        fault = f"{call['name']}: {reply.content}" if reply.retryable else ""
        return _Turn([_answer(call, reply.content, reply.ok)], fault=fault)

    def _consult(self, consultation: Consultation, call: Any, tell: Callable[[str], None]) -> _Turn:
        tell(f"{self._charter.title}: {_spoken(call['name'], {})}")
        try:
            if call["name"] == RULES_ANALYSIS:
                return _Turn([_answer(call, consultation.analysis(), True)])
            return self._report(call, consultation.signed(call["args"]))
        except ValidationError as error:
            return _refused(call, "the report does not hold: " + "; ".join(_sentences(error)))
        except Retry as error:
            return _refused(call, str(error))

    def _report(self, call: Any, handed_in: Mapping[str, Any]) -> _Turn:
        if len(json.dumps(handed_in, default=str)) > LARGEST_REPORT:
            return _refused(call, f"the report is longer than {LARGEST_REPORT} characters")
        try:
            report = AgentReport.model_validate(handed_in)
        except ValidationError as error:
            problems = _sentences(error)
        else:
            problems = self._toolbox.problems_of(report)
            if not problems:
                return _Turn([_answer(call, "The report stands.", True)], report=report)
        return _refused(call, "the report does not hold: " + "; ".join(problems[:20]))

    def _not_json(self, call: Any) -> _Turn:
        why = f" ({call['error']})" if call.get("error") else ""
        return _refused(call, f"the arguments of {call['name']} are not a JSON object{why}")


def _sentences(error: ValidationError) -> list[str]:
    return [f"{'/'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors()]


def _refused(call: Any, problem: str) -> _Turn:
    return _Turn([_answer(call, json.dumps({"error": {"message": problem, "retryable": True}}), False)], fault=problem)


def _answer(call: Any, content: str, ok: bool) -> ToolMessage:
    status = "success" if ok else "error"
    return ToolMessage(content=content, tool_call_id=call["id"] or "", name=call["name"] or "", status=status)


def _spoken(name: str, arguments: Mapping[str, Any]) -> str:
    about = [str(arguments[key])[:64] for key in ("sku", "channel", "zone") if arguments.get(key)]
    return " ".join((name.replace("_", " "), *about))
