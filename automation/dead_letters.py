"""Background jobs as people see them, and trying again what was given up."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.actor import Permission
from domain.canonical import sha256_of
from domain.errors import NotFound
from store.audit import append_audit
from store.jobs import retry
from store.session import BrandSession
from store.tables import Job


def jobs(session: BrandSession, statuses: Sequence[str], most: int, after: UUID | None = None) -> Sequence[Job]:
    """Jobs at these statuses by this moment, newest first; those after one of them, where it is named."""
    wanted = select(Job).where(col(Job.status).in_(statuses), col(Job.created_at) <= session.ctx.known_until)
    if after is not None:
        wanted = wanted.where(col(Job.id) < after)
    return session.scalars(wanted.order_by(col(Job.id).desc()).limit(most)).all()


def job_of(session: BrandSession, job_id: UUID) -> Job:
    """Raises NotFound."""
    job = session.get(Job, (session.ctx.brand_id, job_id))
    if job is None:
        raise NotFound(f"No job {job_id} in brand {session.ctx.brand}.", remedy="See `mhos jobs`.")
    return job


def retry_job(session: BrandSession, job_id: UUID) -> Job:
    """Queue a dead letter again. Raises Forbidden, Conflict for a job that is not dead."""
    session.ctx.require(Permission.AUTOMATION_WRITE)
    job = job_of(session, job_id)
    retry(session, job.id)
    append_audit(session, "job.retried", str(job.id), {"kind": job.kind, "error": job.last_error})
    return job


def job_document(job: Job) -> dict[str, Any]:
    """A job as the CLI and the API show it."""
    return {
        "id": str(job.id),
        "kind": job.kind,
        "status": job.status,
        "attempts": job.attempts,
        "run_at": job.run_at.isoformat(),
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "last_error": job.last_error,
        "payload": job.payload,
    }


def job_tag(job: Job) -> str:
    """The tag that an answer to it is bound to."""
    return sha256_of([str(job.id), job.status, job.attempts, job.run_at.isoformat()])[:24]
