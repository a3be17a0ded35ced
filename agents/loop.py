"""The one agent loop, for rules and models alike: think, call tools, until a report stands or the run is degraded."""

import asyncio
import contextvars
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from threading import Event
from typing import Any, Literal, NamedTuple, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import ValidationError

from agents.charter import Charter
from agents.claims import claim, missing
from agents.consultation import RULES_ANALYSIS, SUBMIT_RULES_REPORT, Consultation
from agents.wording import is_misquoted, misquoted, with_words
from agents.written_report import written_report
from domain.errors import BrandScopeBroken, DomainError, StoreUnavailable
from domain.language import Language
from domain.message import Message, message
from domain.report import AgentReport, Claim
from domain.text import storable
from language.speech import speak
from llm.answers import text_of
from llm.crew_model import CrewChatModel
from llm.rules import Playbook
from tools.base import Retry
from tools.toolbox import Toolbox

_log = logging.getLogger(__name__)
"""On standard error, also without being set up: standard output is a verb's document."""
SUBMIT_REPORT = "submit_report"
STEP_LIMIT = 40
MOST_CALLS = 250
LARGEST_REPORT = 400_000
_FAULTS_ALLOWED = 1
_LONGEST_REASON = 2_000
_LONGEST_PROBLEM = 300
"""Characters of each thing wrong with a report that its model is told: some repeat what it wrote."""
_UNFORESEEN = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
"""Errors of an answer that nobody foresaw: a resumed meeting would raise them again, so it goes on without this one."""
_THREADS = ThreadPoolExecutor(max_workers=32, thread_name_prefix="agent")
_INVENTED = re.compile(r"(a bare number|a number in words): .*", re.DOTALL)
"""What a model invented: it is told what; people only that it did, or minutes would carry the number after all."""
T = TypeVar("T")

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class AgentResult:
    """An agent's answer. When `degraded`, the report holds nothing but that, and `reason` says why."""

    report: AgentReport
    status: Literal["ok", "degraded"]
    reason: str
    steps: int


class Stopped(Exception):
    """Nobody waits for the agent's work any more."""


class Assignment(NamedTuple):
    """An agent's agenda, tools and model. With a `playbook`, the rules' analysis is a tool beside the others."""

    charter: Charter
    toolbox: Toolbox
    chat_model: BaseChatModel
    agenda: str
    playbook: Playbook | None = None
    step_limit: int = STEP_LIMIT


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
    """As `work`, in a thread of its own, until all is stored that the agent was told and answered."""
    assigned = Assignment(charter, toolbox, chat_model, agenda, playbook, step_limit)

    def worked(tell: Progress, stopped: Event) -> AgentResult:
        try:
            return work(assigned, tell, stopped)
        finally:
            toolbox.written()

    return await beside(worked, progress)


async def beside(work: Callable[[Progress, Event], T], progress: Progress | None) -> T:
    """Do an agent's work in a thread, beside the other agents'. It is told to stop when nobody waits for it any more.

    Agents mostly wait for answers: a whole crew works side by side, whatever the machine's number of cores.
    """
    event_loop, stopped = asyncio.get_running_loop(), Event()

    def tell(step: str, detail: str) -> None:
        if progress is not None:
            event_loop.call_soon_threadsafe(progress, step, detail)

    context = contextvars.copy_context()
    try:
        return await event_loop.run_in_executor(_THREADS, lambda: context.run(work, tell, stopped))
    finally:
        stopped.set()


def work(assigned: Assignment, tell: Progress, stopped: Event) -> AgentResult:
    """Let one agent work until its report holds, turn by turn. A failing model gives a degraded report, not an error;
    a store that is gone does not.

    It is not checkpointed: an agent that was interrupted answers anew, out of the receipts and exchanges that it had.
    What it was told and answered last is stored with the next commit of its Context: see `Toolbox.written`.
    Raises Stopped.
    """
    agent = _Agent(assigned, tell)
    messages: list[BaseMessage] = [SystemMessage(assigned.charter.body), HumanMessage(assigned.agenda)]
    faults = steps = 0
    while steps < assigned.step_limit and not stopped.is_set():
        try:
            answer = agent.think(messages)
        except (BrandScopeBroken, StoreUnavailable):
            raise
        except (DomainError, ValueError, OSError, TimeoutError) as error:
            return _given_up(_failure(error), steps)
        steps += 1
        try:
            turn = agent.act(answer)
        except _UNFORESEEN as error:
            _log.exception("agent.stumbled agent=%s", assigned.charter.name)
            return _given_up(f"its answer could not be worked with: {type(error).__name__}.", steps)
        if turn.report is not None:
            return AgentResult(turn.report, "ok", "", steps)
        faults = faults + 1 if turn.fault else 0
        if faults > _FAULTS_ALLOWED:
            return _given_up(turn.fault, steps)
        messages += [answer, *turn.messages]
    if stopped.is_set():
        raise Stopped
    return _given_up(f"no report after {steps} turns", steps)


@cache
def report_schema() -> dict[str, Any]:
    """`submit_report` as chat models are told of it: always the same object."""
    function = {
        "name": SUBMIT_REPORT,
        "description": "Hand in your report; this ends your work. Every number in it is a figure: {key} in the text, "
        "and under that key the receipt and the JSON pointer of the cell in its result, e.g. /elasticity.",
        "parameters": AgentReport.model_json_schema(),
    }
    return {"type": "function", "function": function}


def _failure(error: Exception) -> str:
    """Sentences on the failure and its remedy."""
    reasons = [f"the model failed: {error}", error.remedy if isinstance(error, DomainError) else ""]
    return " ".join(part if part[-1:] in ".!?)" else f"{part}." for part in reasons if part)


def _given_up(reason: str, steps: int) -> AgentResult:
    """The result of an agent that came to no report; the reason may repeat what its model said."""
    incomplete = missing([Message(key="agents.incomplete")])
    report = AgentReport(summary=claim(Message(key="agents.degraded"), {}), **incomplete)
    return AgentResult(report, "degraded", storable(reason)[:_LONGEST_REASON], steps)


@dataclass(frozen=True)
class _Turn:
    """The answers to the calls of one turn, and the report once it is handed in. People may read its `fault`."""

    messages: Sequence[BaseMessage]
    report: AgentReport | None = None
    fault: str = ""


class _Agent:
    def __init__(self, assigned: Assignment, tell: Progress) -> None:
        self._title, self._toolbox, self._tell = assigned.charter.title, assigned.toolbox, tell
        self._asked_about_unnamed = False
        rules = assigned.playbook
        self._consultation = None if rules is None else Consultation(rules, assigned.toolbox, assigned.agenda)
        beside = self._consultation.schemas() if self._consultation else []
        self.think = _thinking(assigned.chat_model, [*assigned.toolbox.schemas(), *beside, report_schema()])

    def act(self, answer: AIMessage) -> _Turn:
        """Make a turn's calls one after the other, reports last."""
        calls = sorted(answer.tool_calls, key=lambda call: call["name"] in (SUBMIT_REPORT, SUBMIT_RULES_REPORT))
        turns = [self._not_json(call) for call in answer.invalid_tool_calls]
        turns += [self._made(call, position) for position, call in enumerate(calls)]
        if not turns:
            return self._spoken(text_of(answer.content))
        return _Turn(
            messages=[message for turn in turns for message in turn.messages],
            report=next((turn.report for turn in turns if turn.report), None),
            fault="; ".join(turn.fault for turn in turns if turn.fault)[:_LONGEST_REASON],
        )

    def _spoken(self, text: str) -> _Turn:
        """A turn without calls, which may have the report in its text: what is wrong with it is told as plainly."""
        if (report := written_report(text)) is None:
            ask = f"Go on by calling tools, and finish by calling {SUBMIT_REPORT}."
            return _Turn([HumanMessage(ask)], fault="it called no tool")
        turn = self._report({"name": SUBMIT_REPORT, "args": report, "id": ""}, report)
        return replace(turn, messages=[HumanMessage(message.content) for message in turn.messages])

    def _made(self, call: Any, position: int) -> _Turn:
        if position >= MOST_CALLS:
            return _refused(call, f"more than {MOST_CALLS} calls in one turn")
        if call["name"] == SUBMIT_REPORT:
            return self._report(call, call["args"])
        if self._consultation and call["name"] in (RULES_ANALYSIS, SUBMIT_RULES_REPORT):
            return self._consult(self._consultation, call)
        if _is_misquoted(call["args"].get("rationale")):
            return _refused(call, "rationale: text is not what its message says; leave message out")
        self._tell("tool", f"{self._title}: {_call_text(call['name'], call['args'])}")
        reply = self._toolbox.call(call["name"], call["args"], wait=False)
        problem = json.loads(reply.content)["error"]["message"] if reply.retryable else ""
        fault = f"{_shown(call['name'])}: {_for_people(problem)}" if problem else ""
        return _Turn([_answer(call, with_words(reply.content), reply.ok)], fault=fault)

    def _consult(self, consultation: Consultation, call: Any) -> _Turn:
        self._tell("tool", f"{self._title}: {_call_text(call['name'], {})}")
        try:
            if call["name"] == RULES_ANALYSIS:
                return _Turn([_answer(call, consultation.analysis(), True)])
            return self._report(call, consultation.signed(call["args"]))
        except ValidationError as error:
            return _not_holding(call, _sentences(error))
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
            problems = [*misquoted(report), *self._toolbox.problems_of(report)]
            if not problems:
                return self._standing(call, report)
        return _not_holding(call, problems)

    def _standing(self, call: Any, report: AgentReport) -> _Turn:
        """A report that holds; asked about once, where it says nothing of proposals that its agent made."""
        unnamed = self._toolbox.unnamed_in(report)
        if unnamed and not self._asked_about_unnamed:
            self._asked_about_unnamed = True
            problem = (
                "You made proposals that the report does not name: "
                + ", ".join(f"{proposal} ({subject})" for proposal, subject in unnamed.items())
                + ". Hand it in again with their ids in proposals; whatever is not named then is not put forward."
            )
            return _Turn([_answer(call, json.dumps({"error": {"message": problem, "retryable": True}}), False)])
        if unnamed:
            report = _also_missing(report, message("agents.not_put_forward", subjects=", ".join(unnamed.values())))
        return _Turn([_answer(call, "The report stands.", True)], report=report)

    def _not_json(self, call: Any) -> _Turn:
        why = f" ({call['error']})" if call.get("error") else ""
        return _refused(call, f"the arguments of {_shown(call['name'])} are not a JSON object{why}")


def _thinking(chat_model: BaseChatModel, tools: list[dict[str, Any]]) -> Callable[[Sequence[BaseMessage]], AIMessage]:
    """A function that asks the model with these tools. A crew's own is asked without LangChain's wrapping."""
    if isinstance(chat_model, CrewChatModel):
        return partial(chat_model.answer, tools=tools)
    bound = chat_model.bind_tools(tools)
    return lambda messages: bound.invoke(list(messages))


def _sentences(error: ValidationError) -> list[str]:
    return [f"{'/'.join(_shown(str(part)) for part in entry['loc'])}: {entry['msg']}" for entry in error.errors()]


def _not_holding(call: Any, problems: Sequence[str]) -> _Turn:
    head, first = "the report does not hold: ", problems[:20]
    fault = head + "; ".join(_for_people(problem) for problem in first)
    return _refused(call, head + "; ".join(problem[:_LONGEST_PROBLEM] for problem in first), fault)


def _also_missing(report: AgentReport, line: Message) -> AgentReport:
    """The report with one thing more that is missing, in whatever way it says the others."""
    lines = len(report.missing_data)
    return report.model_copy(
        update={
            "missing_data": [*report.missing_data, speak(line, Language.EN)],
            "missing_german": [*report.missing_german, speak(line, Language.DE)]
            if len(report.missing_german) == lines
            else report.missing_german,
            "missing": [*report.missing, line] if len(report.missing) == lines else report.missing,
        }
    )


def _is_misquoted(rationale: Any) -> bool:
    try:
        return rationale is not None and is_misquoted(Claim.model_validate(rationale))
    except ValidationError:
        return False  # the tool says what is wrong with it


def _refused(call: Any, problem: str, fault: str = "") -> _Turn:
    refusal = json.dumps({"error": {"message": problem, "retryable": True}})
    return _Turn([_answer(call, refusal, False)], fault=fault or problem)


def _for_people(problem: str) -> str:
    return _INVENTED.sub(r"\1", problem)[:_LONGEST_PROBLEM]


def _answer(call: Any, content: str, ok: bool) -> ToolMessage:
    status = "success" if ok else "error"
    return ToolMessage(content=content, tool_call_id=call["id"] or "", name=call["name"] or "", status=status)


def _call_text(name: str, arguments: Mapping[str, Any]) -> str:
    about = [str(arguments[key])[:64] for key in ("sku", "channel", "zone") if arguments.get(key)]
    return " ".join((_shown(name).replace("_", " "), *about))


def _shown(name: str | None) -> str:
    """A name as a model gave it, which may be anything."""
    return (name or "")[:64]
