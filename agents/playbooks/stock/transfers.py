"""What the Inventory Forecaster says of stock in the wrong place; in two languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.playbooks.prose import Said, because_of, claim, joined, speakable
from agents.playbooks.transcript import Answer
from domain.report import AgentReport, Claim, Finding, Severity
from llm.rules import Call

MOST_MOVES, _MOST = 8, 60
_PROPOSE = "propose_stock_transfer"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Transfers:
    """The advice on transfers, and what became of its proposals by product, origin and target."""

    advice: Answer | None = None
    proposed: Mapping[Key, Answer] = field(default_factory=dict[Key, Answer])

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> "Transfers":
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
            Finding(subject=_named(line["sku"])[:120], claim=self._rationale(at), severity=Severity.ATTENTION)
            for at, line in self._moves()
        ]

    def missing(self) -> list[Said]:
        result = self._result
        if result.get("status") != "insufficient":
            return []
        why = joined(because_of(result))
        return [Said(f"Transfers between places: {why.text}.", f"Umlagerungen zwischen Orten: {why.german}.")]

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
        name, origin, target = (_named(line[key]) for key in ("sku", "origin", "target"))
        return claim(
            f"Move {{quantity}} of {name} from {origin} to {target}. At {origin} lie {{there}} and {{sold_there}} are "
            f"sold; {target} has {{here}} and sells {{sold_here}}, so it runs out. After {{cost}} of transport that "
            "should bring {gain} over {horizon} ({coverage} interval: {gain_low} to {gain_high}).",
            figures,
            f"Lagern Sie {{quantity}} von {name} von {origin} nach {target} um. In {origin} liegen {{there}}, verkauft "
            f"werden {{sold_there}}; {target} hat {{here}} und verkauft {{sold_here}}, läuft also leer. Nach {{cost}} "
            "für den Transport sollte das {gain} über {horizon} bringen (Intervall zu {coverage}: {gain_low} bis "
            "{gain_high}).",
        )


def with_transfers(report: AgentReport, transfers: Transfers) -> AgentReport:
    """A report with what is said of transfers added to it."""
    return report.model_copy(
        update={
            "findings": [*report.findings, *transfers.findings()][:_MOST],
            "proposals": [*report.proposals, *transfers.proposals][:_MOST],
            "missing_data": [*report.missing_data, *(line.text for line in transfers.missing())],
            "missing_german": [*report.missing_german, *(line.german for line in transfers.missing())],
        }
    )


def _key(of: Mapping[str, Any]) -> Key:
    return str(of["sku"]), str(of["origin"]), str(of["target"])


def _named(code: Any) -> str:
    return str(code) if speakable(str(code)) else "a product or place"
