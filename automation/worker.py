"""The job runner: relays what happened, then leases due jobs of a brand one at a time and runs each by its kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from actions.answers import wake_due
from actions.items import expire_due
from automation.relay import relay
from automation.watchdog import tell_given_up
from domain.cause import Cause
from domain.context import Context
from domain.errors import DomainError
from store.database import Database
from store.jobs import claim_due, fail, finish
from store.leases import Holder, lease_holder
from store.session import BrandSession
from store.tables import Job

JobHandler = Callable[[Context, Mapping[str, Any]], str]
Planner = Callable[[BrandSession], None]
"""Queues what has become due by itself; asked before jobs are run, and free to be asked again."""
LastWords = Callable[[BrandSession, Mapping[str, Any], str], None]
"""Told, in the transaction in which a job is given up, with its payload and why."""
_NOBODY: Mapping[str, LastWords] = {}
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
        self,
        database: Database,
        handlers: Mapping[str, JobHandler],
        planners: Sequence[Planner] = (),
        last_words: Mapping[str, LastWords] = _NOBODY,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._planners = planners
        self._last_words = last_words
        self._holder: Holder | None = None

    def run_due(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """Close what has expired, bring back what was put off, relay what happened, and run what is due, oldest first;
        until nothing more comes of it."""
        with self._database.begin(ctx) as session:
            expire_due(session)
            wake_due(session)
            for plan in self._planners:
                plan(session)
        return self.run_queued(ctx, limit)

    def run_queued(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """Only relay what happened and run what is queued: for who was woken because something was."""
        results: list[JobResult] = []
        with self._held() as holder:
            while len(results) < limit:
                relayed = self._relay(ctx)
                ran = self._run_all(ctx, holder, limit - len(results))
                results += ran
                if not ran and not relayed:
                    break
        return results

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep one lease for all that is run within: for a process that runs again and again."""
        with lease_holder(self._database) as holder:
            self._holder = holder
            try:
                yield
            finally:
                self._holder = None

    @contextmanager
    def _held(self) -> Iterator[Holder]:
        if self._holder is not None:
            yield self._holder
            return
        with lease_holder(self._database) as holder:
            yield holder

    def _relay(self, ctx: Context) -> int:
        total = 0
        while True:
            with self._database.begin(ctx) as session:
                relayed = relay(session)
            total += relayed
            if relayed == 0:
                return total

    def _run_all(self, ctx: Context, holder: Holder, limit: int) -> list[JobResult]:
        """One job after another; each is closed in the transaction that claims the next."""
        results: list[JobResult] = []
        done: UUID | None = None
        while True:
            with self._database.begin(ctx) as session:
                if done is not None:
                    finish(session, done)
                may_go_on = len(results) < limit
                job = claim_due(session, holder, list(self._handlers), free=not results) if may_go_on else None
            if job is None:
                return results
            result = self._run(ctx, job)
            done = job.id if result.ok else None
            results.append(result)

    def _run(self, ctx: Context, job: Job) -> JobResult:
        caused = ctx.caused_by(Cause.model_validate(job.cause))
        try:
            outcome = self._handlers[job.kind](caused, job.payload)
        except Exception as error:  # noqa: BLE001 - a job's failure is recorded and tried again, whatever it was
            return self._failed(caused, job.id, job.kind, job.payload, error)
        return JobResult(job.id, job.kind, True, outcome)

    def _failed(self, ctx: Context, job_id: UUID, kind: str, payload: Mapping[str, Any], error: Exception) -> JobResult:
        reason = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        log.warning("job.failed", job=str(job_id), kind=kind, brand=ctx.brand, reason=reason)

        with self._database.begin(ctx) as session:
            if fail(session, job_id, reason, final=isinstance(error, DomainError) and error.final):
                tell_given_up(session, job_id, kind, reason)
                if kind in self._last_words:
                    self._last_words[kind](session, payload, reason)
        return JobResult(job_id, kind, False, reason)
