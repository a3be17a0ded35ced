"""Processes that carry out what is due by themselves: alone, or woken by a broker with a look round beside."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from threading import Event
from time import monotonic

import structlog

from automation.worker import JobResult
from bootstrap.office import Office
from domain.context import Context
from domain.errors import NotSignedIn, StoreUnavailable
from settings import Settings, load_settings

BATCH = 200
HELPED_AFTER_SECONDS = 0.05
_KNOWN_FOR_SECONDS = 900.0
_ASKED_AGAIN_AFTER_SECONDS = 30.0
log = structlog.get_logger(__name__)


class Runner:
    """Carries out what is due in the brands of one profile; holds one lease for as long as its process lives."""

    def __init__(self, settings: Settings, profile: str | None) -> None:
        self._office, self._profile = Office.open(settings), profile
        self._contexts: dict[str, Context] = {}
        self._looked = 0.0
        if settings.broker_url is not None:
            from automation.broker import Bell

            url = settings.broker_url.get_secret_value()
            self._office.database.bell = Bell(url, quiet_seconds=HELPED_AFTER_SECONDS)
        self._lease = self._office.clockwork.held()
        self._lease.__enter__()

    @property
    def brands(self) -> list[str]:
        """The brands that this profile works in, asked anew after a while. Raises NotSignedIn once it may not."""
        if not self._contexts or monotonic() - self._looked > _KNOWN_FOR_SECONDS:
            self._open()
        return sorted(self._contexts)

    def woken(self, brand: str) -> None:
        """Work off what is queued in a brand."""
        self._work_off(brand, self._office.work_queued)

    def __call__(self, brand: str) -> int:
        """Look round in a brand and work it off; how many jobs were run."""
        return self._work_off(brand, self._office.work)

    def _work_off(self, brand: str, work: Callable[[Context, int], Sequence[JobResult]]) -> int:
        """A brand that is not this profile's is left alone."""
        if brand not in self.brands and monotonic() - self._looked > _ASKED_AGAIN_AFTER_SECONDS:
            self._open()
        ctx = self._contexts.get(brand)
        if ctx is None:
            return 0
        done = 0
        while True:
            ran = work(ctx, BATCH)
            done += len(ran)
            if len(ran) < BATCH:
                return done

    def _open(self) -> None:
        from identity.open_context import own_contexts

        settings = self._office.settings
        self._contexts = {ctx.brand: ctx for ctx in own_contexts(self._office.database, settings.home, self._profile)}
        self._looked = monotonic()


def run_alone(profile: str | None, every_seconds: float, is_over: Callable[[], bool], stopped: Event) -> None:
    """Look round at every brand again and again, until it is over. What fails in one brand does not keep the others,
    and a store that is gone for a moment does not end it. Raises NotSignedIn once the profile may work nowhere."""
    runner = Runner(load_settings(), profile)
    while not is_over() and not stopped.is_set():
        if not _look_round_once(runner):
            stopped.wait(every_seconds)


def _look_round_once(runner: Runner) -> int:
    """How many jobs were run."""
    done = 0
    try:
        brands = runner.brands
    except StoreUnavailable as error:
        log.warning("worker.failed", reason=error.message)
        return 0
    for brand in brands:
        try:
            done += runner(brand)
        except NotSignedIn:
            raise
        except Exception as error:  # noqa: BLE001 - whatever failed is due again at the next look
            reason = getattr(error, "orig", None) or error  # of a database error not the statement's values
            log.warning("worker.failed", brand=brand, reason=f"{type(error).__name__}: {reason}")
    return done


def run_with_broker(profile: str | None, url: str, every_seconds: float, processes: int) -> None:
    """A Celery worker, and beside it a process that looks round for what no message told of."""
    from automation.broker import serve

    parent = os.getpid()
    spawned = multiprocessing.get_context("spawn")
    look_round = spawned.Process(target=_look_round, args=(profile, every_seconds, parent), daemon=True)
    look_round.start()
    try:
        serve(url, lambda: Runner(load_settings(), profile).woken, processes)
    finally:
        look_round.terminate()
        look_round.join(10)


def _look_round(profile: str | None, every_seconds: float, parent: int) -> None:
    run_alone(profile, every_seconds, lambda: os.getppid() != parent, Event())
