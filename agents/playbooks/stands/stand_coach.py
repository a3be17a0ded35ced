"""The Stand Coach on rules: look at the stands, ask which trips pay, propose those, report."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from agents.playbooks.stands.report import Looks, rationale_of_trip, write_report
from agents.playbooks.stands.trend_report import rationale_of_help
from agents.playbooks.transcript import AnsweredCall, answers
from llm.rules import Call

_LOOKS = ("list_stands", "refill_advice", "stand_trends")
_HELP = {"visit": "propose_stand_visit", "bonus": "propose_stand_bonus"}


def next_calls(messages: Sequence[BaseMessage]) -> Sequence[Call]:
    """The calls of the next turn, from nothing but the conversation so far."""
    round_ = _Round(answers(messages))
    return round_.unasked() or [*round_.unproposed(), *round_.unhelped()] or [round_.report()]


@dataclass(frozen=True)
class _Round:
    """The tools' answers in the conversation so far."""

    answers: Sequence[AnsweredCall]

    def unasked(self) -> list[Call]:
        return [Call(tool, {}) for tool in _LOOKS if self._last(tool) is None]

    def unproposed(self) -> list[Call]:
        proposed = {answer.arguments["trip"] for answer in self._of("propose_stand_refill")}
        advice = self._last("refill_advice")
        if advice is None or advice.result is None:
            return []
        return [
            Call(
                "propose_stand_refill",
                {
                    "trip": trip["trip"],
                    "analysis_receipt": advice.receipt,
                    "rationale": rationale_of_trip(advice, at).model_dump(mode="json"),
                },
            )
            for at, trip in enumerate(advice.result["trips"])
            if trip["trip"] not in proposed
        ]

    def unhelped(self) -> list[Call]:
        trends = self._last("stand_trends")
        if trends is None or trends.result is None:
            return []
        done = {(answer.tool, answer.arguments["stand"]) for tool in _HELP.values() for answer in self._of(tool)}
        return [
            Call(
                _HELP[stand["decision"]],
                {
                    "stand": stand["stand"],
                    "analysis_receipt": trends.receipt,
                    "rationale": rationale_of_help(trends, at).model_dump(mode="json"),
                },
            )
            for at, stand in enumerate(trends.result["stands"])
            if stand["decision"] in _HELP and (_HELP[stand["decision"]], stand["stand"]) not in done
        ]

    def report(self) -> Call:
        listing, advice = self._last("list_stands"), self._last("refill_advice")
        trends = self._last("stand_trends")
        assert listing is not None and advice is not None and trends is not None
        proposed = [answer for tool in ("propose_stand_refill", *_HELP.values()) for answer in self._of(tool)]
        written = write_report(Looks(listing, advice, trends), proposed)
        return Call("submit_report", written.model_dump(mode="json"))

    def _last(self, tool: str) -> AnsweredCall | None:
        answers = self._of(tool)
        return answers[-1] if answers else None

    def _of(self, tool: str) -> list[AnsweredCall]:
        return [answer for answer in self.answers if answer.tool == tool]
