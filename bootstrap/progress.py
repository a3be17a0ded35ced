"""Writes what a run goes through into the store as it goes through it, so that anybody can watch it from anywhere."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import Any
from uuid import UUID

from bootstrap.meetings import Progress
from domain.context import Context
from store.database import Database
from store.run_events import tell

_log = logging.getLogger(__name__)
"""On standard error, also without being set up: standard output is a verb's document."""
RunEntry = tuple[str, dict[str, Any]]
_END = ("", dict[str, Any]())
_LONGEST = 500


@contextmanager
def recorded(database: Database, ctx: Context, run_id: UUID) -> Iterator[Progress]:
    """A progress whose steps are kept as the run's events; written by a thread, so that no step waits for it.

    All of them are written when this ends. They tell and decide nothing: one that cannot be written is logged.
    """
    queue: SimpleQueue[RunEntry] = SimpleQueue()
    writer = Thread(target=_write, args=(database, ctx, run_id, queue), name=f"progress of {run_id}")
    writer.start()
    try:
        yield lambda step, detail: queue.put(("progress", {"step": step, "detail": detail[:_LONGEST]}))
    finally:
        queue.put(_END)
        writer.join()


def _write(database: Database, ctx: Context, run_id: UUID, queue: "SimpleQueue[RunEntry]") -> None:
    """Write the events that came meanwhile in one transaction."""
    ended = False
    while not ended:
        events = [queue.get()]
        while not queue.empty():
            events.append(queue.get())
        ended = any(event is _END for event in events)
        if entries := [event for event in events if event is not _END]:
            try:
                with database.begin(ctx) as session:
                    tell(session, run_id, *entries)
            except Exception as error:  # noqa: BLE001 - a meeting does not fail because nobody could watch it
                reason = getattr(error, "orig", error)
                _log.warning("progress.lost run=%s events=%s reason=%s", run_id, len(entries), reason)
