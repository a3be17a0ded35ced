"""Events of runs, in order: whoever reads after an event's number misses nothing and sees nothing twice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.ids import derived_id
from store.session import BrandSession
from store.tables import Run, RunEvent

OVER = "done"
"""The status of a run that is over."""


def tell(session: BrandSession, run_id: UUID, *events: tuple[str, dict[str, Any]]) -> None:
    """Add events of a run, each a kind and its data. Numbers are given and committed in the same order.

    What is told of a run that is over is dropped: its end is the last that anybody is told.
    """
    if not _hold(session, run_id):
        return
    last = session.scalar(select(func.max(col(RunEvent.seq))).where(col(RunEvent.run_id) == run_id)) or 0
    now = session.ctx.now()
    session.add_all(
        RunEvent(id=derived_id(run_id, f"event:{seq}"), run_id=run_id, seq=seq, kind=kind, data=data, created_at=now)
        for seq, (kind, data) in enumerate(events, start=last + 1)
    )
    session.flush()


def _hold(session: BrandSession, run_id: UUID) -> bool:
    """Lock the run, which others may go on to refer to; whether anything may still be told of it.

    Whoever ends a run has it locked: what it tells of that comes before it says so.
    """
    over = select(col(Run.status) == OVER).where(col(Run.id) == run_id).with_for_update(key_share=True)
    return not session.scalars(over).one()


def events_after(session: BrandSession, run_id: UUID, seq: int, limit: int = 500) -> Sequence[RunEvent]:
    """The events of a run that follow a number, oldest first."""
    return session.scalars(
        select(RunEvent)
        .where(col(RunEvent.run_id) == run_id, col(RunEvent.seq) > seq)
        .order_by(col(RunEvent.seq))
        .limit(limit)
    ).all()
