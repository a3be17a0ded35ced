"""What is stored of a meeting: findings, proposals, action items, the limits it had, who answers for what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.language import Language
from domain.message import read_message
from domain.report import FindingSeverity
from language.speech import speak
from store.session import BrandSession
from store.tables import ActionItem, FigureRow, FindingRow, ProposalRow, Run, TurnRow


def findings_of(session: BrandSession, run_id: UUID) -> Sequence[FindingRow]:
    """The findings of a run in the order they were reported."""
    return session.scalars(
        select(FindingRow)
        .where(col(FindingRow.run_id) == run_id)
        .order_by(col(FindingRow.agent), col(FindingRow.ordinal))
    ).all()


def proposals_of(session: BrandSession, run_id: UUID) -> Sequence[ProposalRow]:
    """The proposals of a run."""
    return session.scalars(
        select(ProposalRow).where(col(ProposalRow.run_id) == run_id).order_by(col(ProposalRow.id))
    ).all()


def items_of(session: BrandSession, run_id: UUID) -> Sequence[ActionItem]:
    """The action items that a run left, best first."""
    return session.scalars(
        select(ActionItem).where(col(ActionItem.run_id) == run_id).order_by(col(ActionItem.ordinal))
    ).all()


def owners_of(items: Iterable[ActionItem]) -> dict[str, Any]:
    """Who answers for each item, by its id, as the guardrails saw it when it was adopted: what the record keeps."""
    return {
        str(item.id): {"decision": item.verdict.get("decision"), "gates": item.verdict.get("gates", [])}
        for item in items
    }


def mending_risks(session: BrandSession, run_id: UUID, proposals: Sequence[ProposalRow]) -> set[UUID]:
    """The proposals that rest on the same receipts as a finding which is a risk: they answer it."""
    risks = [row for row in findings_of(session, run_id) if row.severity == FindingSeverity.RISK]
    codes = {code for row in risks for code in row.figures.values()}
    figures = session.scalars(select(FigureRow).where(col(FigureRow.code).in_(codes)))
    receipts = {str(row.receipt_id) for row in figures}
    return {proposal.id for proposal in proposals if receipts.intersection(proposal.receipts)}


def limits_of(session: BrandSession, run: Run) -> dict[str, int]:
    """Limits of the meeting by resource, in minor units or items: as it was called, updated by the turns in it."""
    limit_turns = select(TurnRow).where(col(TurnRow.run_id) == run.id, col(TurnRow.kind) == "limit")
    limits = dict(run.limits)
    for turn in session.scalars(limit_turns.order_by(col(TurnRow.created_at), col(TurnRow.id))):
        limits.update(turn.limits)
    return limits


def summary_in(report: Mapping[str, Any], language: Language) -> str:
    """A stored report's summary, its figures still by their keys; empty where it is not known in that language."""
    if language is Language.EN:
        return str(report.get("summary", ""))
    summary = report.get("summary_message")
    return speak(read_message(summary), language) if summary else str(report.get("summary_german", ""))
