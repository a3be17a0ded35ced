"""Counters of a serving process, as Prometheus reads them; nothing of any brand is in them."""

from collections.abc import Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class DoneJob(Protocol):
    """A job that ended."""

    @property
    def kind(self) -> str: ...
    @property
    def ok(self) -> bool: ...


class Telemetry:
    """One process's counters."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "mhos_http_requests", "Answered requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "mhos_http_request_seconds", "Time to answer", ["route"], buckets=_SECONDS, registry=self._registry
        )
        self._jobs = Counter("mhos_jobs", "Background jobs that ended", ["kind", "ok"], registry=self._registry)
        self._runs = Counter("mhos_runs_started", "Runs that people started", ["kind"], registry=self._registry)
        self._logins = Counter("mhos_logins", "Attempts to log in", ["ok"], registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def jobs(self, done: Iterable[DoneJob]) -> None:
        for job in done:
            self._jobs.labels(job.kind, str(job.ok).lower()).inc()

    def run_started(self, kind: str) -> None:
        self._runs.labels(kind).inc()

    def login(self, ok: bool) -> None:
        self._logins.labels(str(ok).lower()).inc()

    def exposition(self) -> str:
        """Prometheus' text format."""
        return generate_latest(self._registry).decode()


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
