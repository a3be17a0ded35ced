"""The watchdog: flags jobs that were given up or hang, and meetings that nobody carries on; once each."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from automation.notifications import ADMINS, Note, notify
from domain.severity import Severity
from store.jobs import LEASED
from store.leases import is_alive
from store.session import BrandSession
from store.tables import Job, Run

HANGS_AFTER = timedelta(minutes=30)
STALLED_AFTER = timedelta(minutes=15)


def watch(session: BrandSession) -> None:
    """Tell the brand's admins of what is stalled; asked at every turn of the clockwork."""
    now = session.ctx.now()
    hanging = select(Job).where(col(Job.status) == LEASED, col(Job.claimed_at) < now - HANGS_AFTER)
    for job in session.scalars(hanging):
        if is_alive(session, job.lease_pid, job.lease_started):
            _tell(session, f"hangs:{job.id}:{job.attempts}", f"The job {job.kind} has been running since "
                  f"{job.claimed_at:%Y-%m-%d %H:%M} UTC", "mhos jobs", job.id)  # fmt: skip
    running = select(Run).where(col(Run.status) == "running", col(Run.started_at) < now - STALLED_AFTER)
    for run in session.scalars(running):
        if not is_alive(session, run.lease_pid, run.lease_started):
            _tell(session, f"stalled:{run.id}:{run.lease_started}", "A meeting was broken off; nobody goes on with it",
                  f"mhos meet --resume {str(run.id)[-8:]}", run.id)  # fmt: skip


def tell_given_up(session: BrandSession, job_id: UUID, kind: str, reason: str) -> None:
    """A job is a dead letter now: told in the transaction in which it becomes one."""
    body = f"{reason}\nmhos jobs retry {str(job_id)[-8:]}"
    _tell(session, f"dead:{job_id}:{session.ctx.now().isoformat()}", f"The job {kind} was given up", body, job_id)


def _tell(session: BrandSession, key: str, title: str, body: str, subject: UUID) -> None:
    note = Note(key=key, severity=Severity.CRITICAL, module="automation", title=title, body=body, source="watchdog",
                subject=str(subject), roles=ADMINS)  # fmt: skip
    notify(session, note)
