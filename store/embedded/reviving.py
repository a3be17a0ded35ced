"""Brings a home's server back for a process that outlived it: one attempt at a time, shared by all who ask."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread

from psycopg import pq

from domain.errors import StoreUnavailable
from store.embedded.errors import EmbeddedPostgresError
from store.embedded.folders import folders_of
from store.embedded.listening import noted_address, ping
from store.embedded.server import ensure_running

PATIENCE_SECONDS = 20.0
_COME_AGAIN_SECONDS = 2


class Reviver:
    """Starts a home's server again where it does not answer any more. Safe to be called by any number of threads."""

    def __init__(self, home: Path, start: Callable[[Path], object] = ensure_running) -> None:
        self._home, self._start = home.resolve(), start
        self._guard = Lock()
        self._attempt: Future[None] | None = None

    def __call__(self) -> None:
        """Return once the server answers. Raises StoreUnavailable where it cannot be started, or is not back yet."""
        try:
            self._under_way().result(PATIENCE_SECONDS)
        except TimeoutError:
            raise StoreUnavailable(
                "The database is starting again.",
                remedy="Try again in a moment.",
                retry_after=_COME_AGAIN_SECONDS,
            ) from None
        except EmbeddedPostgresError as error:
            raise StoreUnavailable(error.message, remedy=error.remedy) from error

    def _under_way(self) -> "Future[None]":
        """The attempt of this moment. It has a thread of its own, so that nobody has to wait for its end."""
        with self._guard:
            if self._attempt is None or self._attempt.done():
                self._attempt = Future()
                Thread(target=self._revive, args=(self._attempt,), name="database revival", daemon=True).start()
            return self._attempt

    def _revive(self, attempt: "Future[None]") -> None:
        try:
            if not self._answers():
                self._start(self._home)
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it is
            attempt.set_exception(error)
        else:
            attempt.set_result(None)

    def _answers(self) -> bool:
        folders = folders_of(self._home)
        if not folders.data.is_dir():  # starting it would make an empty one in the place of what was there
            raise EmbeddedPostgresError(
                f"The database's folder {folders.data} is gone.", "Put it back, or end this process and start it anew."
            )
        address = noted_address(folders)
        return address is not None and ping(address) is pq.Ping.OK
