"""The CRM Manager on rules: look at customers, messages and leads; propose what pays or teaches; report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from langchain_core.messages import BaseMessage

from agents.playbooks.customers.prose import follow_ups_of, message_of
from agents.playbooks.customers.report import CrmReview, write_report
from agents.playbooks.transcript import AnsweredCall, answers
from domain.customers import MOST_LEADS
from llm.rules import Call

_LOOKS = ("customer_segments", "message_advice", "lead_pipeline")


def next_calls(messages: Sequence[BaseMessage]) -> Sequence[Call]:
    """The calls of the next turn, from nothing but the conversation so far."""
    work = _Work(answers(messages))
    return work.unlooked() or work.unproposed() or [work.report()]


@dataclass(frozen=True)
class _Work:
    """The answers of the conversation so far."""

    answers: Sequence[AnsweredCall]

    def unlooked(self) -> list[Call]:
        return [Call(name, {}) for name in _LOOKS if not self._of(name)]

    def unproposed(self) -> list[Call]:
        return [*self._messages(), *self._follow_ups()]

    def report(self) -> Call:
        return Call("submit_report", write_report(self.review).model_dump(mode="json"))

    @cached_property
    def review(self) -> CrmReview:
        segments, advice, pipeline = (self._of(name)[-1] for name in _LOOKS)
        return CrmReview(
            segments=segments,
            advice=advice,
            pipeline=pipeline,
            messages={answer.arguments["segment"]: answer for answer in self._of("propose_segment_message")},
            follow_ups=self._of("propose_lead_follow_up"),
        )

    def _messages(self) -> list[Call]:
        review = self.review
        return [
            Call(
                "propose_segment_message",
                {
                    "segment": line["segment"],
                    "analysis_receipt": review.advice.receipt,
                    "rationale": message_of(review.advice, at).model_dump(mode="json"),
                },
            )
            for at, line in review.advised_messages
            if line["segment"] not in review.messages
        ]

    def _follow_ups(self) -> list[Call]:
        """One proposal for all: what is small by itself is looked at together."""
        review = self.review
        leads = [lead["lead"] for _, lead in review.advised_follow_ups[:MOST_LEADS]]
        if not leads or review.follow_ups:
            return []
        rationale = follow_ups_of(review.pipeline, [at for at, _ in review.advised_follow_ups])
        return [
            Call(
                "propose_lead_follow_up",
                {
                    "leads": leads,
                    "analysis_receipt": review.pipeline.receipt,
                    "rationale": rationale.model_dump(mode="json"),
                },
            )
        ]

    def _of(self, tool: str) -> list[AnsweredCall]:
        return [answer for answer in self.answers if answer.tool == tool]
