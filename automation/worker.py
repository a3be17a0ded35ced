"""The job runner: leases due jobs of a brand one at a time and runs each by its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from actions.answers import wake_due
from actions.items import expire_due
from domain.context import Context
from domain.errors import DomainError
from store.database import Database
from store.jobs import claim_due, fail, finish
from store.leases import Holder, lease_holder
from store.session import BrandSession

JobHandler = Callable[[Context, Mapping[str, Any]], str]
Planner = Callable[[BrandSession], None]
"""Queues what has become due by itself; asked before jobs are run, and free to be asked again."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class JobResult:
    """One job and how it ended: `outcome` is the handler's sentence, or the error."""

    id: UUID
    kind: str
    ok: bool
    outcome: str


class Worker:
    """Runs jobs for the brands it is given a Context of. Many may run at once; each job is leased to one."""

    def __init__(
        self, database: Database, handlers: Mapping[str, JobHandler], planners: Sequence[Planner] = ()
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._planners = planners

    def run_due(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """Close what has expired, bring back what was put off, then run what is due, oldest first."""
        with self._database.begin(ctx) as session:
            expire_due(session)
            wake_due(session)
            for plan in self._planners:
                plan(session)
        results: list[JobResult] = []
        with lease_holder(self._database) as holder:
            while len(results) < limit and (result := self._run_next(ctx, holder)) is not None:
                results.append(result)
        return results

    def _run_next(self, ctx: Context, holder: Holder) -> JobResult | None:
        with self._database.begin(ctx) as session:
            job = claim_due(session, holder, list(self._handlers))
        if job is None:
            return None
        try:
            outcome = self._handlers[job.kind](ctx, job.payload)
        except Exception as error:  # noqa: BLE001 - a job's failure is recorded and tried again, whatever it was
            return self._failed(ctx, job.id, job.kind, error)
        self._close(ctx, lambda session: finish(session, job.id))
        return JobResult(job.id, job.kind, True, outcome)

    def _failed(self, ctx: Context, job_id: UUID, kind: str, error: Exception) -> JobResult:
        reason = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        log.warning("job.failed", job=str(job_id), kind=kind, brand=ctx.brand, reason=reason)
        self._close(ctx, lambda session: fail(session, job_id, reason))
        return JobResult(job_id, kind, False, reason)

    def _close(self, ctx: Context, close: Callable[[BrandSession], None]) -> None:
        with self._database.begin(ctx) as session:
            close(session)
