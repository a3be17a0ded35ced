"""The Finance Analyst on rules: look at margins, cash, debtors, expenses and budgets, propose what is due, report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from langchain_core.messages import BaseMessage

from agents.playbooks.finance.prose import budget_rationale, flag_rationale, reminder_rationale
from agents.playbooks.finance.report import MoneyReview, write_report
from agents.playbooks.transcript import AnsweredCall, answers
from domain.report import Claim
from llm.rules import Call

MOST_FLAGS = 6
_OVERVIEW = ("contribution_margins", "cash_runway", "receivables", "expense_review", "budget_response")


def next_calls(messages: Sequence[BaseMessage]) -> Sequence[Call]:
    """The calls of the next turn, from nothing but the conversation so far."""
    review = _Review(answers(messages))
    return review.unseen() or review.unadvised() or review.unproposed() or [review.report()]


@dataclass(frozen=True)
class _Review:
    """The answers of the conversation so far."""

    answers: Sequence[AnsweredCall]

    def unseen(self) -> list[Call]:
        seen = {answer.tool for answer in self.answers}
        return [Call(name, {}) for name in _OVERVIEW if name not in seen]

    def unadvised(self) -> list[Call]:
        asked = self._of("reminder_advice") or not self._may_be_reminded
        return [] if asked else [Call("reminder_advice", {})]

    def unproposed(self) -> list[Call]:
        return [*self._reminders(), *self._budgets(), *self._flags()]

    def report(self) -> Call:
        return Call("submit_report", write_report(self.money).model_dump(mode="json"))

    @cached_property
    def money(self) -> MoneyReview:
        first = {name: self._of(name)[0] for name in _OVERVIEW}
        return MoneyReview(
            margins=first["contribution_margins"],
            cash=first["cash_runway"],
            receivables=first["receivables"],
            expenses=first["expense_review"],
            budgets=first["budget_response"],
            reminders=self._of("reminder_advice"),
            proposed=[answer for answer in self.answers if answer.tool.startswith("propose_")],
        )

    @property
    def _may_be_reminded(self) -> bool:
        listing = self._of("receivables")[0].result or {}
        return any(row["may_be_reminded"] for row in listing.get("debtors", ()))

    def _reminders(self) -> list[Call]:
        """One proposal for everybody: what is small by itself is looked at together."""
        if self._of("propose_invoice_remind"):
            return []
        advised = [answer for answer in self._of("reminder_advice") if (answer.result or {}).get("status") == "remind"]
        return [self._proposal("propose_invoice_remind", answer, reminder_rationale(answer)) for answer in advised[:1]]

    def _budgets(self) -> list[Call]:
        answer = self.money.budgets
        if self._of("propose_budget_reallocate") or not answer.result or answer.result["status"] != "move":
            return []
        return [self._proposal("propose_budget_reallocate", answer, budget_rationale(answer))]

    def _flags(self) -> list[Call]:
        answer = self.money.expenses
        done = {flag.arguments["category"] for flag in self._of("propose_expense_flag")}
        odd = (answer.result or {}).get("odd", ())[:MOST_FLAGS]
        return [
            self._proposal("propose_expense_flag", answer, flag_rationale(answer, at), category=expense["category"])
            for at, expense in enumerate(odd)
            if expense["category"] not in done
        ]

    def _proposal(self, tool: str, answer: AnsweredCall, rationale: Claim, **arguments: object) -> Call:
        document = rationale.model_dump(mode="json")
        return Call(tool, {**arguments, "analysis_receipt": answer.receipt, "rationale": document})

    def _of(self, tool: str) -> list[AnsweredCall]:
        return [answer for answer in self.answers if answer.tool == tool]
