"""What runs go through, told in order: whoever reads after an event's number misses nothing and sees nothing twice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.ids import derived_id
from store.leases import one_at_a_time
from store.session import BrandSession
from store.tables import RunEvent


def tell(session: BrandSession, run_id: UUID, *events: tuple[str, dict[str, Any]]) -> None:
    """Add events of a run, each a kind and its data. Numbers are given and committed in the same order."""
    one_at_a_time(session, f"events of {run_id}")
    last = session.scalar(select(func.max(col(RunEvent.seq))).where(col(RunEvent.run_id) == run_id)) or 0
    now = session.ctx.now()
    session.add_all(
        RunEvent(id=derived_id(run_id, f"event:{seq}"), run_id=run_id, seq=seq, kind=kind, data=data, created_at=now)
        for seq, (kind, data) in enumerate(events, start=last + 1)
    )
    session.flush()


def told_after(session: BrandSession, run_id: UUID, seq: int, limit: int = 500) -> Sequence[RunEvent]:
    """The events of a run that follow a number, oldest first."""
    return session.scalars(
        select(RunEvent)
        .where(col(RunEvent.run_id) == run_id, col(RunEvent.seq) > seq)
        .order_by(col(RunEvent.seq))
        .limit(limit)
    ).all()
