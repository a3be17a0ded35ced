"""The queue of background jobs: queued once per key, due by the brand's clock, leased by live connections."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.cause import Cause
from domain.errors import Conflict, InvalidInput, NotFound
from store.leases import Holder, is_alive, lock_row
from store.outbox import emit
from store.session import BrandSession, raw_connection
from store.tables import Job
from store.woken import wake

QUEUED, LEASED, DONE, DEAD = "queued", "leased", "done", "dead"
MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=1)


def enqueue(
    session: BrandSession, kind: str, key: str, payload: Mapping[str, Any], run_at: datetime, cause: Cause | None = None
) -> None:
    """Queue a job unless one of this key was ever queued; what it does has the Context's cause, or this one."""
    ctx = session.ctx
    wake(session)
    raw_connection(session).execute(
        insert(Job.__table__)  # type: ignore[attr-defined]
        .values(
            brand_id=ctx.brand_id,
            id=ctx.new_id(),
            key=key,
            kind=kind,
            payload=dict(payload),
            run_at=run_at,
            status=QUEUED,
            attempts=0,
            last_error="",
            cause=(cause or ctx.cause).model_dump(mode="json"),
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


def claim_due(session: BrandSession, holder: Holder, kinds: Sequence[str], *, free: bool = True) -> Job | None:
    """Lease the job that has been due longest; before that, free those whose holder's connection is gone."""
    if free:
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
    job.lease_pid, job.lease_started, job.claimed_at = holder.pid, holder.started, session.ctx.now()
    return job


def claim_alike(session: BrandSession, holder: Holder, job: Job, most: int) -> Sequence[Job]:
    """Lease up to so many more due jobs of the same kind, those due longest first."""
    jobs = session.scalars(
        select(Job)
        .where(col(Job.run_at) <= session.ctx.now(), col(Job.status) == QUEUED, col(Job.kind) == job.kind)
        .where(col(Job.id) != job.id)
        .order_by(col(Job.run_at), col(Job.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for alike in jobs:
        alike.status, alike.attempts = LEASED, alike.attempts + 1
        alike.lease_pid, alike.lease_started, alike.claimed_at = holder.pid, holder.started, session.ctx.now()
    return jobs


def _free_abandoned(session: BrandSession) -> None:
    leased = select(Job).where(col(Job.status) == LEASED).with_for_update(skip_locked=True)
    for job in session.scalars(leased):
        if not is_alive(session, job.lease_pid, job.lease_started):
            job.status, job.lease_pid, job.lease_started = QUEUED, None, None
    session.flush()


def finish(session: BrandSession, job_ids: Sequence[UUID]) -> None:
    """The jobs are done."""
    done = update(Job).where(col(Job.id).in_(job_ids))
    session.execute(done.values(status=DONE, finished_at=session.ctx.now(), last_error=""))


def fail(session: BrandSession, job_id: UUID, error: str, *, final: bool = False) -> bool:
    """The job failed: tried again after a pause that doubles, given up after MAX_ATTEMPTS, or at once where it is
    final. Whether it was given up."""
    job = lock_row(session, Job, job_id)
    job.last_error = error[:2_000]
    if final or job.attempts >= MAX_ATTEMPTS:
        job.status, job.finished_at = DEAD, session.ctx.now()
        details = {"kind": job.kind, "error": job.last_error, "attempts": job.attempts}
        emit(session, "job.dead", str(job.id), details, Cause.model_validate(job.cause))
        return True
    job.status = QUEUED
    job.run_at = session.ctx.now() + RETRY_AFTER * 2 ** (job.attempts - 1)
    wake(session)
    return False


def retry(session: BrandSession, job_id: UUID) -> None:
    """Queue a dead letter again, with all its attempts before it. Raises Conflict for a job that is not dead."""
    job = lock_row(session, Job, job_id)
    if job.status != DEAD:
        raise Conflict(f"This job is {job.status}: only dead ones are tried again.", remedy="See `mhos jobs --dead`.")
    job.status, job.attempts, job.run_at, job.finished_at = QUEUED, 0, session.ctx.now(), None
    wake(session)


def listed(session: BrandSession, statuses: Sequence[str], most: int = 200) -> Sequence[Job]:
    """Jobs at these statuses by this moment, the next to run first."""
    known = select(Job).where(col(Job.status).in_(statuses), col(Job.created_at) <= session.ctx.known_until)
    return session.scalars(known.order_by(col(Job.run_at), col(Job.id)).limit(most)).all()


def find_job(session: BrandSession, job_id: str) -> Job:
    """By its id or an unambiguous beginning or end of it. Raises NotFound or InvalidInput."""
    wanted = job_id.strip().lower()
    if len(wanted) < 4:
        raise InvalidInput("Give at least four characters of the job's id.")
    ids = session.execute(select(col(Job.id))).scalars().all()
    matching = [candidate for candidate in ids if str(candidate).startswith(wanted) or str(candidate).endswith(wanted)]
    if not matching:
        raise NotFound(f"No job {job_id} in brand {session.ctx.brand}.", remedy="See `mhos jobs`.")
    if len(matching) > 1:
        raise InvalidInput(f"{job_id} fits {len(matching)} jobs.", remedy="Give more of the id.")
    return session.scalars(select(Job).where(col(Job.id) == matching[0])).one()
