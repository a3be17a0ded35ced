"""Stock in the wrong place, as the Inventory Forecaster reports it: what to move, and what could not be looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.claims import missing, reason_to_act, reasons_of
from agents.playbooks.stock.names import Name, is_speakable, subject_of
from agents.playbooks.transcript import AnsweredCall
from domain.message import Message, message
from domain.report import AgentReport, Claim, Finding, FindingSeverity
from llm.rules import Call

MOST_MOVES, _MOST = 8, 60
_PROPOSE = "propose_stock_transfer"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Transfers:
    """The advice on transfers, and what became of its proposals by product, origin and target."""

    advice: AnsweredCall | None = None
    proposed: Mapping[Key, AnsweredCall] = field(default_factory=dict[Key, AnsweredCall])

    @classmethod
    def of(cls, answers: Sequence[AnsweredCall]) -> "Transfers":
        """As a conversation tells them."""
        asked = [answer for answer in answers if answer.tool == "transfer_advice"]
        proposed = {_key(answer.arguments): answer for answer in answers if answer.tool == _PROPOSE}
        return cls(asked[-1] if asked else None, proposed)

    @property
    def proposals(self) -> list[UUID]:
        return [UUID(answer.result["proposal"]) for answer in self.proposed.values() if answer.result]

    def unasked(self) -> list[Call]:
        return [] if self.advice else [Call("transfer_advice", {})]

    def unproposed(self) -> list[Call]:
        return [
            Call(
                _PROPOSE,
                {
                    "sku": line["sku"],
                    "origin": line["origin"],
                    "target": line["target"],
                    "analysis_receipt": self.advice.receipt if self.advice else None,
                    "rationale": self._rationale(at).model_dump(mode="json"),
                },
            )
            for at, line in self._moves()
            if _key(line) not in self.proposed
        ]

    def findings(self) -> list[Finding]:
        return [
            Finding(
                subject=subject_of(_named(line["sku"])), claim=self._rationale(at), severity=FindingSeverity.ATTENTION
            )
            for at, line in self._moves()
        ]

    def missing(self) -> list[Message]:
        """That the places could not be looked at, and why."""
        if self._result.get("status") != "insufficient":
            return []
        return [message("stock.missing.transfers", reasons=reasons_of(self._result))]

    @property
    def _result(self) -> Mapping[str, Any]:
        return (self.advice.result if self.advice else None) or {}

    def _moves(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        lines = enumerate(self._result.get("lines", ()))
        yield from [(at, line) for at, line in lines if line["decision"] == "move"][:MOST_MOVES]

    def _rationale(self, at: int) -> Claim:
        assert self.advice is not None
        line = self._result["lines"][at]
        figures = {key: self.advice.ref("lines", at, key) for key, value in line.items() if isinstance(value, dict)}
        figures |= {key: self.advice.ref(key) for key in ("horizon", "coverage")}
        move = message(
            "stock.move",
            product=_named(line["sku"]),
            origin=_named(line["origin"]),
            target=_named(line["target"]),
        )
        return reason_to_act([move], figures)


def with_transfers(report: AgentReport, transfers: Transfers) -> AgentReport:
    """A report to which moves between places, their proposals and what is missing are added."""
    lacking = missing(transfers.missing())
    return report.model_copy(
        update={
            "findings": [*report.findings, *transfers.findings()][:_MOST],
            "proposals": [*report.proposals, *transfers.proposals][:_MOST],
            "missing_data": [*report.missing_data, *lacking["missing_data"]],
            "missing": [*report.missing, *lacking["missing"]],
        }
    )


def _key(of: Mapping[str, Any]) -> Key:
    return str(of["sku"]), str(of["origin"]), str(of["target"])


def _named(code: Any) -> Name:
    return str(code) if is_speakable(str(code)) else Message(key="stock.a_product_or_place")
