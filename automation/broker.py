"""Celery, which only wakes workers and spreads their work: the job rows in the store stay the truth.

A message names a brand and nothing else. Whoever gets one runs what is due there, each job under its lease: a message
that comes twice finds nothing left to do, and what a lost one meant is found by the next look round.
"""

import warnings
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any

import structlog

from domain.errors import Unavailable

WAKE = "mhos.wake"
QUEUE = "mhos"
_MESSAGE_LIVES_SECONDS = 60
_LEFT_ALONE_SECONDS = 30.0
_AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
log = structlog.get_logger(__name__)


def celery_app(url: str) -> Any:
    """The Celery application on Redis or RabbitMQ: no results, no time limits, early acknowledgement.

    Early, because the lease in the store says who is at a job: nothing hangs on the broker for it, so that neither
    a visibility timeout nor a redelivery can do a thing twice.
    """
    from celery import Celery

    app = Celery("mhos", broker=url)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": 5, "socket_timeout": 5} if url.startswith("redis") else {},
    )
    return app


class Bell:
    """Wakes a worker for a brand. A broker that does not answer is said once, left alone for a while, and
    costs nothing but the wait for the next look round.

    Who works off a brand anyway rings only to be helped: not again within `quiet_seconds`.
    """

    def __init__(self, url: str, quiet_seconds: float = 0.0) -> None:
        self._url, self._app, self._told = url, None, False
        self._quiet_seconds, self._rung = quiet_seconds, dict[str, float]()
        self._silent_until = -inf

    def __call__(self, brand: str) -> None:
        now = monotonic()
        if now < self._silent_until or now - self._rung.get(brand, -inf) < self._quiet_seconds:
            return
        self._rung[brand] = now
        if self._app is None:
            self._app = celery_app(self._url)
            self._app.conf.broker_connection_timeout = 2
            self._app.conf.broker_transport_options |= _AT_ONCE
        try:
            self._app.send_task(WAKE, [brand], expires=_MESSAGE_LIVES_SECONDS, retry=False, ignore_result=True)
        except Exception as error:  # noqa: BLE001 - whatever a broker's client raises: the rows are there, and looked at
            self._silent_until = monotonic() + _LEFT_ALONE_SECONDS
            if not self._told:
                log.warning("broker.silent", error=f"{type(error).__name__}: {error}")
                self._told = True


def probe(url: str) -> None:
    """Raises Unavailable where the broker does not answer."""
    try:
        with celery_app(url).connection_for_write(connect_timeout=5) as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
    except Exception as error:
        raise Unavailable(
            f"The broker does not answer: {type(error).__name__}: {error}",
            remedy="Check MHOS_BROKER_URL, or unset it to run jobs without a broker.",
        ) from error


def serve(url: str, open_runner: Callable[[], Callable[[str], None]], processes: int) -> None:
    """Run a Celery worker until it is stopped. Each of its processes opens a runner of its own with the first message,
    and calls it with the brand that each message names."""
    from celery.exceptions import SecurityWarning

    app = celery_app(url)
    runner: list[Callable[[str], None]] = []

    @app.task(name=WAKE, ignore_result=True)
    def wake(brand: str) -> None:
        if not runner:
            runner.append(open_runner())
        runner[0](brand)

    warnings.filterwarnings("ignore", category=SecurityWarning)  # only JSON is accepted, also by root
    app.Worker(
        concurrency=processes,
        pool_cls="prefork",
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        queues=[QUEUE],
    ).start()
