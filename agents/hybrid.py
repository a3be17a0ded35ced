"""Rules decide, a model writes: the playbook's report said anew, its figures and proposals as they were."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, Field, ValidationError

from domain.language import Language
from domain.report import AgentReport, Claim
from language.speech import prose_of
from llm.errors import ModelError
from llm.rules import PlaybookChatModel

_REPORT = "submit_report"
_WRITE = "write_prose"
_TRIES = 2
"""The writing is repaired once; then the rules' own words stand."""
_KEY = re.compile(r"\{([a-z_]+)\}")
_WITH_DIGIT = re.compile(r"[^\s{}]*\d[^\s{}]*")
_TASK = (
    "You write, you do not decide. Say each of these sentences anew for the brand's owner: short, plain, and with the "
    "same meaning. Keep every {key} of a sentence, add none, write no digit that is not there, and keep names as they "
    f"are. Where a German text is given write German too. Hand all of them in by calling {_WRITE}."
)


class Wording(BaseModel):
    """One claim, said anew."""

    text: str = Field(min_length=1, max_length=2_000)
    german: str = Field(default="", max_length=2_000)


class Wordings(BaseModel):
    """All claims, in the order in which they were given."""

    claims: list[Wording]


class HybridChatModel(BaseChatModel):
    """Answers as `rules` do, but for the words of the report, which `writer` finds. Never worse off than the rules."""

    rules: PlaybookChatModel
    writer: BaseChatModel

    @property
    def _llm_type(self) -> str:
        return "hybrid"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Tell the rules their tools; the writer has none but the one to hand in its words."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        rules_reply = self.rules.invoke(messages, **kwargs)
        if not _was_refused(messages):
            rules_reply = rules_reply.model_copy(
                update={"tool_calls": [self._written(call) for call in rules_reply.tool_calls]}
            )
        return ChatResult(generations=[ChatGeneration(message=rules_reply)])

    def _written(self, call: Any) -> Any:
        if call["name"] != _REPORT:
            return call
        report = AgentReport.model_validate(call["args"])
        claims = [report.summary, *(finding.claim for finding in report.findings)]
        worded = self._worded(claims)
        findings = [
            finding.model_copy(update={"claim": claim})
            for finding, claim in zip(report.findings, worded[1:], strict=True)
        ]
        written = report.model_copy(update={"summary": worded[0], "findings": findings})
        return {**call, "args": written.model_dump(mode="json")}

    def _worded(self, claims: Sequence[Claim]) -> Sequence[Claim]:
        """The claims in the writer's words, or as they were where it fails."""
        given = [{"text": claim.text, "german": prose_of(claim, Language.DE)} for claim in claims]
        messages: list[BaseMessage] = [SystemMessage(_TASK), HumanMessage(json.dumps(given, ensure_ascii=False))]
        writer = self.writer.bind_tools([_schema()], tool_choice=_WRITE)
        for _ in range(_TRIES):
            try:
                answer = writer.invoke(messages)
            except ModelError:
                return claims
            worded, problem = _read(answer, claims)
            if worded:
                return worded
            messages += [answer, *_told(answer, problem)]
        return claims


def _read(answer: AIMessage, claims: Sequence[Claim]) -> tuple[Sequence[Claim], str]:
    """The claims as worded, or none and why."""
    call = next((call for call in answer.tool_calls if call["name"] == _WRITE), None)
    if call is None:
        return [], f"call {_WRITE} with a JSON object"
    try:
        wordings = Wordings.model_validate(call["args"]).claims
    except ValidationError as error:
        return [], "; ".join(f"{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors()[:5])
    if len(wordings) != len(claims):
        return [], f"{len(claims)} claims were given and {len(wordings)} came back"
    problems = [
        f"claim {at}: {problem}"
        for at, (claim, wording) in enumerate(zip(claims, wordings, strict=True))
        for problem in _wrong(claim, wording)
    ]
    if problems:
        return [], "; ".join(problems[:10])
    return [
        claim.model_copy(update={**wording.model_dump(), "message": None})
        for claim, wording in zip(claims, wordings, strict=True)
    ], ""


def _wrong(claim: Claim, wording: Wording) -> list[str]:
    """The same figures and no other digits, in each language."""
    pairs: Mapping[str, tuple[str, str]] = {
        "text": (claim.text, wording.text),
        "german": (prose_of(claim, Language.DE), wording.german),
    }
    wrong = []
    for name, (before, after) in pairs.items():
        if set(_KEY.findall(before)) != set(_KEY.findall(after)) or bool(before) != bool(after):
            wrong.append(f"{name} must hold the figures {sorted(set(_KEY.findall(before)))} and no other")
        if added := set(_digits(after)) - set(_digits(before)):
            wrong.append(f"{name} has {', '.join(sorted(added))}, which was not there")
    return wrong


def _digits(text: str) -> list[str]:
    return [word.strip(".,;:!?()\"'“”‘’") for word in _WITH_DIGIT.findall(text)]


def _told(answer: AIMessage, problem: str) -> list[BaseMessage]:
    called = [*answer.tool_calls, *answer.invalid_tool_calls]
    if not called:
        return [HumanMessage(problem)]
    return [ToolMessage(problem, tool_call_id=call["id"] or "", status="error") for call in called]


def _was_refused(messages: Sequence[BaseMessage]) -> bool:
    """Whether a report was handed in before: then it did not hold, and the rules' own words are tried."""
    spoken = (message for message in messages if isinstance(message, AIMessage))
    return any(call["name"] == _REPORT for message in spoken for call in message.tool_calls)


def _schema() -> dict[str, Any]:
    function = {"name": _WRITE, "description": "Hand in your words.", "parameters": Wordings.model_json_schema()}
    return {"type": "function", "function": function}
