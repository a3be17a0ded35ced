"""The job runner: relays what happened, then leases due jobs of a brand one at a time and runs each by its kind."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from actions.answers import expire_due, wake_due
from automation.deadlines import tell_lapsed, warn_due
from automation.due import anything_due
from automation.relay import relay
from automation.watchdog import tell_given_up
from domain.cause import Cause
from domain.context import Context
from domain.errors import DomainError
from language.errors import error_text
from store.database import Database
from store.jobs import claim_alike, claim_due, fail, finish
from store.leases import Holder, Lease
from store.session import BrandSession
from store.tables import Job
from store.woken import is_woken

_log = logging.getLogger(__name__)
"""On standard error, also without being set up: standard output is a verb's document."""
JobHandler = Callable[[Context, Mapping[str, Any]], str]
Planner = Callable[[BrandSession], None]
"""Queues what has become due by itself; asked before jobs are run, and free to be asked again."""
LastWords = Callable[[BrandSession, Mapping[str, Any], str], None]
"""Told, in the transaction in which a job is given up, with its payload and why."""
Together = Callable[[BrandSession, Sequence[Mapping[str, Any]]], Sequence[str]]
"""Runs several jobs of its kind, by their payloads, in the transaction that closes them. Raises where one of them
fails: then nothing was done, and each is run by its own handler."""
MOST_TOGETHER = 50
_NOBODY: Mapping[str, LastWords] = {}
_APART: Mapping[str, Together] = {}


@dataclass(frozen=True)
class JobResult:
    """One job and how it ended: `outcome` is the handler's sentence, or the error."""

    id: UUID
    kind: str
    ok: bool
    outcome: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Worker:
    """Runs jobs for the brands it is given a Context of. Many may run at once; each job is leased to one."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, JobHandler],
        planners: Sequence[Planner] = (),
        last_words: Mapping[str, LastWords] = _NOBODY,
        together: Mapping[str, Together] = _APART,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._planners = planners
        self._last_words = last_words
        self._together = together
        self._lease: Lease | None = None

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of job that it runs."""
        return self._handlers.keys()

    def run_due(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """Close what has expired, bring back what was put off, relay what happened, and run what is due, oldest first;
        until nothing more comes of it. Where nothing is due, that is all that is looked at."""
        with self._database.begin(ctx) as session:
            due = anything_due(session, self.kinds)
            if due:
                tell_lapsed(session, expire_due(session))
                wake_due(session)
                warn_due(session)
            for plan in self._planners:
                plan(session)
        return self.run_queued(ctx, limit) if due or is_woken(session) else []

    def run_queued(self, ctx: Context, limit: int = 1_000) -> list[JobResult]:
        """Only relay what happened and run what is queued: for who was woken because something was."""
        results: list[JobResult] = []
        with self._held() as lease:
            while len(results) < limit:
                relayed = self._relay(ctx)
                ran = self._run_all(ctx, lease, limit - len(results))
                results += ran
                if not ran and not relayed:
                    break
        return results

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep one lease for all that is run within: for a process that runs again and again."""
        with self._held() as lease:
            self._lease = lease
            try:
                yield
            finally:
                self._lease = None

    @contextmanager
    def _held(self) -> Iterator[Lease]:
        if self._lease is not None:
            yield self._lease
            return
        lease = Lease(self._database)
        try:
            yield lease
        finally:
            lease.close()

    def _relay(self, ctx: Context) -> int:
        total = 0
        while True:
            with self._database.begin(ctx) as session:
                relayed = relay(session)
            total += relayed
            if relayed == 0:
                return total

    def _run_all(self, ctx: Context, lease: Lease, limit: int) -> list[JobResult]:
        """One job after another; each is closed in the transaction that claims the next, or in its own."""
        results: list[JobResult] = []
        done: list[UUID] = []
        while True:
            holder = lease.holder()
            with self._database.begin(ctx) as session:
                if done:
                    finish(session, done)
                claimed = self._claim(session, holder, limit - len(results), free=not results)
            if not claimed:
                return results
            if ran := self._run_together(ctx, claimed):
                done = []
            else:
                ran = [self._run(ctx, job) for job in claimed]
                done = [job.id for job in ran if job.ok]
            results += ran

    def _claim(self, session: BrandSession, holder: Holder, most: int, *, free: bool) -> Sequence[Job]:
        """The job that has been due longest, with more of its kind where they are run together."""
        job = claim_due(session, holder, list(self._handlers), free=free) if most > 0 else None
        if job is None:
            return ()
        if job.kind not in self._together:
            return [job]
        return [job, *claim_alike(session, holder, job, min(most, MOST_TOGETHER) - 1)]

    def _run_together(self, ctx: Context, jobs: Sequence[Job]) -> Sequence[JobResult]:
        """Their results; None where they are to be run one by one."""
        together = self._together.get(jobs[0].kind)
        if together is None:
            return ()
        try:
            with self._database.begin(ctx) as session:
                outcomes = together(session, [job.payload for job in jobs])
                finish(session, [job.id for job in jobs])
        except Exception as error:  # noqa: BLE001 - whichever of them it was fails again, alone, and is recorded there
            _log.info(
                "jobs.apart kind=%s number=%s reason=%s: %s", jobs[0].kind, len(jobs), type(error).__name__, error
            )
            return ()
        return [
            JobResult(job.id, job.kind, True, outcome, job.payload) for job, outcome in zip(jobs, outcomes, strict=True)
        ]

    def _run(self, ctx: Context, job: Job) -> JobResult:
        caused = ctx.caused_by(Cause.model_validate(job.cause))
        try:
            outcome = self._handlers[job.kind](caused, job.payload)
        except Exception as error:  # noqa: BLE001 - a job's failure is recorded and tried again, whatever it was
            return self._failed(caused, job.id, job.kind, job.payload, error)
        return JobResult(job.id, job.kind, True, outcome, job.payload)

    def _failed(self, ctx: Context, job_id: UUID, kind: str, payload: Mapping[str, Any], error: Exception) -> JobResult:
        reason = error_text(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        _log.warning("job.failed job=%s kind=%s brand=%s reason=%s", job_id, kind, ctx.brand, reason)
        with self._database.begin(ctx) as session:
            if fail(session, job_id, reason, final=isinstance(error, DomainError) and error.final):
                tell_given_up(session, job_id, kind, reason)
                if kind in self._last_words:
                    self._last_words[kind](session, payload, reason)
        return JobResult(job_id, kind, False, reason, payload)
