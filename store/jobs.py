"""The queue of background jobs: queued once per key, due by the brand's clock, leased by live connections."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from store.leases import Holder, is_alive, lock_row
from store.session import BrandSession, raw_connection
from store.tables import Job

QUEUED, LEASED, DONE, DEAD = "queued", "leased", "done", "dead"
MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=1)


def enqueue(session: BrandSession, kind: str, key: str, payload: dict[str, Any], run_at: datetime) -> None:
    """Queue a job unless one of this key was ever queued."""
    ctx = session.ctx
    raw_connection(session).execute(
        insert(Job.__table__)  # type: ignore[attr-defined]
        .values(
            brand_id=ctx.brand_id,
            id=ctx.new_id(),
            key=key,
            kind=kind,
            payload=payload,
            run_at=run_at,
            status=QUEUED,
            attempts=0,
            last_error="",
            created_at=ctx.now(),
        )
        .on_conflict_do_nothing(index_elements=["brand_id", "key"])
    )


def due_at(session: BrandSession, key: str) -> datetime | None:
    """When the next queued job whose key begins so is due."""
    return session.scalars(
        select(col(Job.run_at))
        .where(col(Job.key).startswith(key, autoescape=True), col(Job.status) == QUEUED)
        .order_by(col(Job.run_at))
        .limit(1)
    ).first()


def claim_due(session: BrandSession, holder: Holder, kinds: Sequence[str]) -> Job | None:
    """Lease the job that has been due longest, after freeing those whose holder's connection is gone."""
    _free_abandoned(session)
    job = session.scalars(
        select(Job)
        .where(col(Job.run_at) <= session.ctx.now(), col(Job.status) == QUEUED, col(Job.kind).in_(kinds))
        .order_by(col(Job.run_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is None:
        return None
    job.status, job.attempts = LEASED, job.attempts + 1
    job.lease_pid, job.lease_started = holder.pid, holder.started
    return job


def _free_abandoned(session: BrandSession) -> None:
    leased = select(Job).where(col(Job.status) == LEASED).with_for_update(skip_locked=True)
    for job in session.scalars(leased):
        if not is_alive(session, job.lease_pid, job.lease_started):
            job.status, job.lease_pid, job.lease_started = QUEUED, None, None
    session.flush()


def finish(session: BrandSession, job_id: UUID) -> None:
    """The job is done."""
    job = lock_row(session, Job, job_id)
    job.status, job.finished_at, job.last_error = DONE, session.ctx.now(), ""


def fail(session: BrandSession, job_id: UUID, error: str) -> None:
    """The job failed: tried again after a pause that doubles, given up after MAX_ATTEMPTS."""
    job = lock_row(session, Job, job_id)
    job.last_error = error[:2_000]
    if job.attempts >= MAX_ATTEMPTS:
        job.status, job.finished_at = DEAD, session.ctx.now()
        return
    job.status = QUEUED
    job.run_at = session.ctx.now() + RETRY_AFTER * 2 ** (job.attempts - 1)
