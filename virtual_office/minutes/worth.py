"""What a proposal is worth as it stands after its challenges: its promise, net of what it costs other channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.figure import Cell
from language.lines import Line, Span
from language.prose import Writing, rounded
from store.tables import ActionItem, ProposalRow
from virtual_office.meeting.recomputed import CHANGED
from virtual_office.minutes.sitting import Sitting, sentences_of

_ENDS = ("value", "low", "high")


@dataclass(frozen=True)
class Worth:
    """A promise as it stands: value and range, in minor units or a KPI's unit, with the codes that open them.

    `costs_others` is taken off already: what the proposal brings here and other channels miss.
    """

    value: int
    low: int
    high: int
    unit: str
    codes: Sequence[str] = ()
    costs_others: int = 0
    weight: int = 0
    """What the chair weighed, in minor units."""

    @property
    def in_money(self) -> bool:
        return self.unit.endswith(".minor")

    @property
    def may_lose(self) -> bool:
        """Whether its range does not rule out a loss."""
        return self.in_money and self.low < 0


def worth_of(sitting: Sitting, proposal: ProposalRow, item: ActionItem | None = None) -> Worth | None:
    """What a proposal is worth; None where it promises nothing."""
    revision = sitting.revisions.get(proposal.id)
    stored = (item.prediction if item else None) or proposal.prediction
    prediction: Mapping[str, Any] = revision.prediction.model_dump() if revision and item is None else stored
    if not prediction:
        return None
    unit = str(prediction["unit"])
    missed = revision.prediction.value - revision.expected_minor if revision and unit.endswith(".minor") else 0
    costs = max(missed, 0)
    value, low, high = (int(prediction[end]) - costs for end in _ENDS)
    weight = revision.expected_minor if revision else proposal.expected_minor
    return Worth(value, low, high, unit, () if costs else _codes(sitting, proposal, prediction), costs, weight)


def _codes(sitting: Sitting, proposal: ProposalRow, prediction: Mapping[str, Any]) -> Sequence[str]:
    rows = [row for row in sitting.challenges if row.proposal_id == proposal.id and row.status == CHANGED]
    codes = (sitting.promise_codes(row, prediction) for row in (*reversed(rows), proposal))
    return next((found for found in codes if found), ())


def value_span(sitting: Sitting, worth: Worth, *, exact: bool = False) -> Span:
    """The value alone."""
    code = worth.codes[0] if worth.codes else ""
    return sitting.number(Cell(value=worth.value, unit=worth.unit), code, exact=exact)


def expected(sitting: Sitting, worth: Worth, *, exact: bool = False) -> Line:
    """`€1.2k (−€510 to €3.8k)`, its range rounded as its value is."""
    codes = worth.codes or ("", "", "")
    low, high = (
        sitting.number(Cell(value=value, unit=worth.unit), code, exact=exact)
        for value, code in zip((worth.low, worth.high), codes[1:], strict=True)
    )
    return sitting.line("interval", value=[value_span(sitting, worth, exact=exact)], low=[low], high=[high])


def together(sitting: Sitting, worths: Sequence[Worth], *, exact: bool = False) -> Span:
    """The sum of promises in money."""
    codes = [worth.codes[0] for worth in worths if worth.codes]
    code = "+".join(codes) if len(codes) == len(worths) else ""
    return sitting.money(sum(worth.value for worth in worths), code, exact=exact)


def why_now(sitting: Sitting, proposal: ProposalRow, written: Writing = rounded) -> Line:
    """The sentence of a proposal's reason that says why now: the first that no challenge has replaced."""
    return next(iter(_standing(sitting, proposal, written)), [])


def reason_as_it_stands(sitting: Sitting, proposal: ProposalRow) -> Line:
    """All of a proposal's reason that no challenge has replaced."""
    lines = _standing(sitting, proposal, rounded)
    return [span for line in lines for span in (Span(" "), *line)][1:]


def _standing(sitting: Sitting, proposal: ProposalRow, written: Writing) -> list[Line]:
    """The sentences that cite nothing a challenge has recomputed."""
    replaced = _replaced(sitting, proposal)
    lines = (sitting.spans(text, proposal.figures, written) for text in sentences_of(sitting.prose(proposal)))
    return [line for line in lines if not replaced.intersection(span.code for span in line)]


def _replaced(sitting: Sitting, proposal: ProposalRow) -> set[str]:
    """The codes of the promise and the amounts that a challenge recomputed."""
    if proposal.id not in sitting.revisions:
        return set()
    rows = [row for row in sitting.challenges if row.proposal_id == proposal.id and row.status == CHANGED]
    before = [sitting.cell(code) for row in rows for key, code in row.figures.items() if key.endswith("_before")]
    amounts = {code for code in proposal.figures.values() if (cell := sitting.cell(code)) and cell in before}
    return amounts | set(sitting.promise_codes(proposal, proposal.prediction))
