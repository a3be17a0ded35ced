"""The learning journal: every prediction beside its outcome."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.action import parse_action
from domain.money import BPS
from domain.prediction import Outcome
from store.outbox import emit
from store.session import BrandSession
from store.tables import ActionItem, OutcomeRow

_KEPT_BEFORE, _LEAST_TRUST = 8, 0.2
_LOOKED_THROUGH = 500
_OF_ITEM = (col(ActionItem.id) == col(OutcomeRow.action_item_id)) & (
    col(ActionItem.brand_id) == col(OutcomeRow.brand_id)
)


@dataclass(frozen=True)
class Promise:
    """A prediction, the agent that made it, and its action item."""

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
    """Write the outcome of a promise, once. False when it is recorded already."""
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


def recall(session: BrandSession, limit: int = 10) -> dict[str, list[JournalEntry]]:
    """Outcomes of every agent's last `limit` predictions, newest first."""
    place = func.row_number().over(
        partition_by=col(OutcomeRow.agent), order_by=(col(OutcomeRow.measured_at).desc(), col(OutcomeRow.id).desc())
    )
    known = select(col(OutcomeRow.id).label("id"), place.label("place")).where(
        col(OutcomeRow.measured_at) <= session.ctx.known_until
    )
    newest = known.subquery()
    rows = session.scalars(
        select(OutcomeRow)
        .where(col(OutcomeRow.id).in_(select(newest.c.id).where(newest.c.place <= limit)))
        .order_by(col(OutcomeRow.measured_at).desc(), col(OutcomeRow.id).desc())
    )
    by_agent: dict[str, list[JournalEntry]] = {}
    for row in rows:
        by_agent.setdefault(row.agent, []).append(_entry(row))
    return by_agent


def entries(session: BrandSession, agent: str = "", kind: str = "") -> Sequence[JournalEntry]:
    """Every outcome known by now, newest first; of one agent or one action kind, if they are named."""
    statement = select(OutcomeRow).where(col(OutcomeRow.measured_at) <= session.ctx.known_until)
    statement = statement.where(col(OutcomeRow.agent) == agent) if agent else statement
    statement = statement.where(col(OutcomeRow.kind) == kind) if kind else statement
    rows = session.scalars(statement.order_by(col(OutcomeRow.measured_at).desc(), col(OutcomeRow.id).desc()))
    return [_entry(row) for row in rows]


def precedents(session: BrandSession, kind: str, touches: Collection[str], limit: int = 2) -> Sequence[JournalEntry]:
    """Measured decisions of a kind that share most of these targets: most shared first, then newest."""
    rows = session.execute(
        select(OutcomeRow, col(ActionItem.action))
        .join(
            ActionItem, (col(ActionItem.id) == OutcomeRow.action_item_id) & (ActionItem.brand_id == OutcomeRow.brand_id)
        )
        .where(col(OutcomeRow.kind) == kind, col(OutcomeRow.measured_at) <= session.ctx.known_until)
        .order_by(col(OutcomeRow.measured_at).desc(), col(OutcomeRow.id).desc())
        .limit(_LOOKED_THROUGH)
    ).all()
    shared = [(len(parse_action(action).touches.intersection(touches)), row) for row, action in rows]
    ranked = sorted((entry for entry in shared if entry[0]), key=lambda entry: -entry[0])
    return [_entry(row) for _, row in ranked[:limit]]


def trust_bps(session: BrandSession) -> dict[tuple[str, str], int]:
    """By agent and action kind: the share of what was promised that came true, in basis points from 2,000 to 10,000.

    The realised over the promised value of all that was measured, drawn to 1 as if eight promises had been kept to the
    cent; what was not measurable does not move it. Money only: other units have no sum. What people asked for, or
    edited, is held against no agent, whatever they are called.
    """
    rows = session.scalars(
        select(OutcomeRow)
        .join(ActionItem, _OF_ITEM)
        .where(col(ActionItem.proposer).startswith("agent:"))
        .where(col(OutcomeRow.measured_at) <= session.ctx.known_until)
    ).all()
    promised: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in rows:
        if row.effect is not None and row.predicted and row.unit.endswith(".minor"):
            promised.setdefault((row.agent, row.kind), []).append((int(row.predicted["value"]), row.effect))
    return {key: _trust(pairs) for key, pairs in promised.items()}


def _trust(pairs: Sequence[tuple[int, int]]) -> int:
    """From (promised, realised) pairs."""
    promised = sum(max(promise, 0) for promise, _ in pairs)
    if promised <= 0:
        return BPS
    usual = _KEPT_BEFORE * promised / len(pairs)
    share = (usual + sum(realised for _, realised in pairs)) / (usual + promised)
    return round(BPS * min(max(share, _LEAST_TRUST), 1.0))


def _entry(row: OutcomeRow) -> JournalEntry:
    detail = dict(row.detail)
    subject = str(detail.pop("subject", ""))
    outcome = Outcome.model_validate(detail)
    return JournalEntry(row.action_item_id, row.agent, row.kind, subject, row.predicted, outcome, row.measured_at)
