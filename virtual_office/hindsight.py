"""How an agent's last promises came out, and what people said no to: the opening of its report."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.action import ItemStatus
from domain.figure import Cell
from domain.prediction import OutcomeStatus
from memory.journal import JournalEntry, recall
from store.session import BrandSession
from store.tables import ActionItem

_LOOK_BACK = timedelta(days=90)


def how_it_went(session: BrandSession, agent: str, limit: int = 5) -> list[str]:
    """Sentences, newest first: measured promises beside what they brought, then rejections with their reasons."""
    outcomes = [_outcome_line(entry) for entry in recall(session, agent, limit)]
    rejected = session.scalars(
        select(ActionItem)
        .where(col(ActionItem.proposer) == f"agent:{agent}", col(ActionItem.status) == ItemStatus.REJECTED)
        .where(col(ActionItem.updated_at) > session.ctx.known_until - _LOOK_BACK)
        .where(col(ActionItem.updated_at) <= session.ctx.known_until)
        .order_by(col(ActionItem.updated_at).desc())
        .limit(limit)
    )
    return outcomes + [f"{item.subject}: rejected, because {item.status_reason}" for item in rejected]


def _outcome_line(entry: JournalEntry) -> str:
    outcome = entry.outcome
    if outcome.status is OutcomeStatus.NOT_MEASURABLE:
        return f"{entry.subject}: not measurable ({'; '.join(outcome.reasons)})"
    came = _amount(outcome.model_dump(), "effect")
    return f"{entry.subject}: brought {came}" + (
        f", promised {_amount(entry.predicted, 'value')}" if entry.predicted else ""
    )


def _amount(numbers: Mapping[str, Any], middle: str) -> str:
    value, low, high = (Cell(value=numbers[part], unit=numbers["unit"]).render() for part in (middle, "low", "high"))
    return f"{value} ({low} to {high})"
