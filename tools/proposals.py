"""Stores proposals: an action and its promise as the server computed them, and the agent's reason for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.action import Action
from domain.canonical import sha256_of
from domain.money import LARGEST_MINOR
from domain.prediction import Prediction
from domain.report import Claim
from store.session import BrandSession
from store.tables import ProposalRow, Receipt
from tools.answers import joined_label, receipt_of_run
from tools.base import GaveUp, Retry, ToolArguments, ToolEnv
from tools.receipts import record_figures
from tools.report_check import check_rationale


@dataclass(frozen=True)
class Draft:
    """A proposal before it is stored. `expected_minor` is what the chair weighs; `names` may stand in the rationale."""

    action: Action
    prediction: Prediction
    expected_minor: int
    rationale: Claim
    receipts: Sequence[UUID]
    names: frozenset[str]


def receipt_of_tool(session: BrandSession, env: ToolEnv, receipt_id: UUID, tool: str) -> Receipt:
    """A receipt of this run, if it is one of that tool. Raises NotFound, Retry."""
    receipt = receipt_of_run(session, env.run_id, receipt_id)
    if receipt.tool != tool:
        raise Retry(f"{receipt.id} is a receipt of {receipt.tool}; a proposal needs one of {tool}.")
    return receipt


def proposal_of_run(session: BrandSession, env: ToolEnv, proposal: UUID, kind: str) -> ProposalRow:
    """A proposal of this run and kind. Raises Retry."""
    row = session.scalars(
        select(ProposalRow).where(col(ProposalRow.id) == proposal, col(ProposalRow.run_id) == env.run_id)
    ).first()
    if row is None or row.kind != kind:
        raise Retry(f"{proposal} is no proposal of {kind} in this run.")
    return row


def receipt_behind(session: BrandSession, proposal: ProposalRow, tool: str) -> Receipt | None:
    """The answer of a tool that a proposal rests on; None where it rests on none of it."""
    rests_on = [UUID(receipt) for receipt in proposal.receipts]
    return session.scalars(select(Receipt).where(col(Receipt.id).in_(rests_on), col(Receipt.tool) == tool)).first()


def store_proposal(session: BrandSession, env: ToolEnv, tool: str, args: ToolArguments, draft: Draft) -> ProposalRow:
    """Keep a proposal; the same call in the same run has one only. Raises Retry for a rationale that does not hold, and
    GaveUp for a promise beyond what can be booked."""
    promised = draft.prediction
    if max(map(abs, (draft.expected_minor, promised.value, promised.low, promised.high))) > LARGEST_MINOR:
        raise GaveUp(f"{draft.action.subject} would bring or cost more than can be booked, so it is not proposed.")
    if wrong := check_rationale(session, env.run_id, draft.rationale, draft.names):
        raise Retry("; ".join(f"rationale: {problem}" for problem in wrong))
    call = sha256_of([env.agent, tool, args.model_dump(mode="json"), session.ctx.known_until])
    return _find(session, env, call) or _store(session, env, draft, call)


def _find(session: BrandSession, env: ToolEnv, call: str) -> ProposalRow | None:
    return session.scalars(
        select(ProposalRow).where(
            col(ProposalRow.run_id) == env.run_id,
            col(ProposalRow.agent) == env.agent,
            col(ProposalRow.request_hash) == call,
        )
    ).first()


def _store(session: BrandSession, env: ToolEnv, draft: Draft, call: str) -> ProposalRow:
    receipts = _unique((*draft.receipts, *(ref.receipt for ref in draft.rationale.figures.values())))
    row = ProposalRow(
        run_id=env.run_id,
        agent=env.agent,
        request_hash=call,
        kind=draft.action.kind,
        action=draft.action.model_dump(mode="json"),
        text=draft.rationale.text,
        german=draft.rationale.german,
        message=draft.rationale.message.document() if draft.rationale.message else None,
        figures=record_figures(session, env.run_id, draft.rationale.figures),
        receipts=[str(receipt) for receipt in receipts],
        prediction=draft.prediction.model_dump(mode="json"),
        expected_minor=draft.expected_minor,
        label=joined_label(session, receipts, env.run_id, env.agent),
        created_at=session.ctx.now(),
    )
    session.add(row)
    session.flush()
    return row


def _unique(receipts: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(receipts))
