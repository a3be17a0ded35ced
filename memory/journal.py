"""The learning journal: every promise beside what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.prediction import Outcome
from store.outbox import emit
from store.session import BrandSession
from store.tables import OutcomeRow


@dataclass(frozen=True)
class Promise:
    """What was promised, by whom, in which action item."""

    item_id: UUID
    agent: str
    kind: str
    subject: str
    predicted: dict[str, Any] | None


@dataclass(frozen=True)
class JournalEntry:
    """A promise and its outcome, as an agent's report or `mhos show` opens with it."""

    item_id: UUID
    agent: str
    kind: str
    subject: str
    predicted: dict[str, Any] | None
    outcome: Outcome
    measured_at: datetime


def record(session: BrandSession, promise: Promise, outcome: Outcome) -> bool:
    """Write the outcome of a promise, once. False when it stands there already."""
    if entry_of(session, promise.item_id) is not None:
        return False
    session.add(
        OutcomeRow(
            action_item_id=promise.item_id,
            agent=promise.agent,
            kind=promise.kind,
            predicted=promise.predicted,
            status=outcome.status,
            unit=outcome.unit,
            effect=outcome.effect,
            low=outcome.low,
            high=outcome.high,
            detail={**outcome.model_dump(mode="json"), "subject": promise.subject},
            measured_at=session.ctx.now(),
        )
    )
    session.flush()
    emit(session, "outcome.measured", str(promise.item_id), {"status": outcome.status, "effect": outcome.effect})
    return True


def entry_of(session: BrandSession, item_id: UUID) -> JournalEntry | None:
    """The outcome of one action item; None while it has none."""
    row = session.scalars(select(OutcomeRow).where(col(OutcomeRow.action_item_id) == item_id)).first()
    return None if row is None else _entry(row)


def recall(session: BrandSession, agent: str, limit: int = 10) -> Sequence[JournalEntry]:
    """How an agent's last promises came out, newest first."""
    rows = session.scalars(
        select(OutcomeRow)
        .where(col(OutcomeRow.agent) == agent, col(OutcomeRow.measured_at) <= session.ctx.known_until)
        .order_by(col(OutcomeRow.measured_at).desc(), col(OutcomeRow.id).desc())
        .limit(limit)
    )
    return [_entry(row) for row in rows]


def _entry(row: OutcomeRow) -> JournalEntry:
    detail = dict(row.detail)
    subject = str(detail.pop("subject", ""))
    outcome = Outcome.model_validate(detail)
    return JournalEntry(row.action_item_id, row.agent, row.kind, subject, row.predicted, outcome, row.measured_at)
