"""The Inventory Forecaster on rules: look at every supplier, ask for order advice, propose what is due, report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from langchain_core.messages import BaseMessage

from agents.playbooks.stock.report import SupplierReview, rationale_of, write_report
from agents.playbooks.stock.transfers import Transfers, with_transfers
from agents.playbooks.transcript import AnsweredCall, answers
from llm.rules import Call

MOST_SUPPLIERS = 40


def next_calls(messages: Sequence[BaseMessage]) -> Sequence[Call]:
    """The calls of the next turn, from nothing but the conversation so far."""
    review = _Review(answers(messages))
    return review.unlisted() or review.unadvised() or review.unproposed() or [review.report()]


@dataclass(frozen=True)
class _Review:
    """The answers that the conversation has brought so far, and the calls that are due after them."""

    answers: Sequence[AnsweredCall]

    def unlisted(self) -> list[Call]:
        return [] if self._of("list_suppliers") else [Call("list_suppliers", {})]

    def unadvised(self) -> list[Call]:
        asked = {answer.arguments["supplier"] for answer in self._of("order_advice")}
        codes = [row["supplier"] for row in self._suppliers if row["products"]["value"]][:MOST_SUPPLIERS]
        orders = [Call("order_advice", {"supplier": code}) for code in codes if code not in asked]
        return [*orders, *self.transfers.unasked()]

    def unproposed(self) -> list[Call]:
        wanted = [review for review in self.reviews if review.advises_order and review.proposed is None]
        orders = [
            Call(
                "propose_purchase_order_create",
                {
                    "supplier": review.code,
                    "analysis_receipt": review.advice.receipt,
                    "rationale": rationale_of(review).model_dump(mode="json"),
                },
            )
            for review in wanted
        ]
        return [*orders, *self.transfers.unproposed()]

    def report(self) -> Call:
        listing = self._of("list_suppliers")[-1]
        report = with_transfers(write_report(listing, self.reviews), self.transfers)
        return Call("submit_report", report.model_dump(mode="json"))

    @cached_property
    def transfers(self) -> Transfers:
        """The advice on stock in the wrong place, and its proposals."""
        return Transfers.of(self.answers)

    @cached_property
    def reviews(self) -> list[SupplierReview]:
        proposed = {answer.arguments["supplier"]: answer for answer in self._of("propose_purchase_order_create")}
        return [
            SupplierReview(answer, proposed.get(answer.arguments["supplier"])) for answer in self._of("order_advice")
        ]

    @property
    def _suppliers(self) -> Sequence[dict[str, dict[str, int]]]:
        return (self._of("list_suppliers")[-1].result or {}).get("suppliers", [])

    def _of(self, tool: str) -> list[AnsweredCall]:
        return [answer for answer in self.answers if answer.tool == tool]
