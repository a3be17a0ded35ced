"""The rules crew's analysis as a tool: what the playbook would find, propose and report, for a model to build on."""

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ConfigDict, Field

from agents.wording import with_words, written_out
from domain.canonical import canonical_json
from domain.ids import derived_id
from domain.report import Claim, Finding
from llm.rules import Call, Playbook
from tools.base import Access, Retry
from tools.registry import TOOLS
from tools.toolbox import Toolbox

RULES_ANALYSIS = "rules_analysis"
SUBMIT_RULES_REPORT = "submit_rules_report"
_REPORT = "submit_report"
_MOST_TURNS = 40


class Signature(BaseModel):
    """The rules' draft as a model hands it in: with changes, and with the proposals that it really made."""

    model_config = ConfigDict(extra="forbid")

    summary: Claim | None = Field(default=None, description="your own summary instead of the draft's")
    leave_out: list[int] = Field(default_factory=list, description="positions of findings to leave out, from 0")
    add: list[Finding] = Field(default_factory=list, description="findings of your own")
    proposals: list[str] = Field(default_factory=list, description="ids that PROPOSE tools returned to you")


class Consultation:
    """Works through an agent's playbook with the agent's own tools, short of proposing."""

    def __init__(self, playbook: Playbook, toolbox: Toolbox, agenda: str) -> None:
        self._playbook, self._toolbox, self._agenda = playbook, toolbox, agenda
        self._found: dict[str, Any] | None = None

    def schemas(self) -> list[dict[str, Any]]:
        """The two tools as chat models are told of them."""
        analysis = (
            "Everything that the brand's rules find on this agenda: suggested_calls are the proposals that they would "
            "make (make those that you agree with), draft_report is what they would report, its figures from receipts "
            "of this run that you may cite. Ask for it first; then look further where you doubt it."
        )
        signing = (
            f"Hand in the draft_report of {RULES_ANALYSIS} with your changes, instead of {_REPORT}; this ends your "
            "work. Leave out findings that speak of proposals which you did not make."
        )
        return [
            _function(RULES_ANALYSIS, analysis, {"type": "object", "properties": {}, "additionalProperties": False}),
            _function(SUBMIT_RULES_REPORT, signing, Signature.model_json_schema()),
        ]

    def analysis(self) -> str:
        """The answer of `rules_analysis`, as a model reads it."""
        return canonical_json({"result": written_out(self._analysed())})

    def signed(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The report that a model hands in by signing the draft. Raises ValidationError."""
        signature = Signature.model_validate(arguments)
        draft = self._analysed()["draft_report"]
        kept = [finding for at, finding in enumerate(draft["findings"]) if at not in signature.leave_out]
        return {
            **draft,
            "summary": signature.summary.model_dump(mode="json") if signature.summary else draft["summary"],
            "findings": [*kept, *(finding.model_dump(mode="json") for finding in signature.add)],
            "proposals": list(signature.proposals),
        }

    def _analysed(self) -> dict[str, Any]:
        if self._found is None:
            self._found = self._work_through()
        return self._found

    def _work_through(self) -> dict[str, Any]:
        messages: list[BaseMessage] = [HumanMessage(self._agenda)]
        suggested: list[Call] = []
        for turn in range(_MOST_TURNS):
            calls = self._playbook(messages)
            if report := next((call for call in calls if call.name == _REPORT), None):
                plain = [{"tool": call.name, "arguments": dict(call.arguments)} for call in suggested]
                return {"suggested_calls": plain, "draft_report": {**report.arguments, "proposals": []}}
            named = [(f"rules_{turn}_{at}", call) for at, call in enumerate(calls)]
            messages.append(AIMessage("", tool_calls=[_as_tool_call(name, call) for name, call in named]))
            messages += [ToolMessage(self._answer(call, suggested), tool_call_id=name) for name, call in named]
        raise Retry("The rules come to no end here: look for yourself.")

    def _answer(self, call: Call, suggested: list[Call]) -> str:
        tool = TOOLS.get(call.name)
        if tool is None or tool.access is not Access.PROPOSE:
            return with_words(self._toolbox.call(call.name, call.arguments, wait=False).content)
        suggested.append(call)
        stand_in = derived_id(self._toolbox.run_id, f"suggestion:{len(suggested)}")
        return json.dumps({"result": {"proposal": str(stand_in)}})


def _as_tool_call(name: str, call: Call) -> Any:
    return {"name": call.name, "args": dict(call.arguments), "id": name}


def _function(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}
