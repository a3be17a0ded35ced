"""A run's progress as server-sent events: from stored rows, so that who comes again or later sees the same."""

import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import anyio
from fastapi import Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import ServerSentEvent

from api.desk import RequestDesk
from api.shapes.meetings import RunEventShape
from domain.errors import DomainError, NotFound, StoreUnavailable
from store.run_events import events_after
from store.tables import Run
from virtual_office.meeting.runs import DONE

_LOOK_EVERY, _ALIVE_EVERY = 0.4, 15.0


LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The last event that you have.")]
After = Annotated[int, Query(ge=0, le=1_000_000, description="As Last-Event-ID, for clients that cannot send it.")]
Follow = Annotated[bool, Query(description="false: what there is by now, and no waiting")]
STREAMED: dict[int | str, dict[str, Any]] = {204: {"description": "It is over, and you have all of it."}}


class AllTold(DomainError):
    """The run is over and the client has all of it: no error to anybody, and no reason to come again."""

    code = "all_told"
    status = 204


def begin(desk: RequestDesk, run_id: UUID, kind: str, last_event_id: str | None, after: int) -> int:
    """The number of the last event that the client has: its header's, or the query's; 0 for what is no number.

    Raises NotFound for no run of this kind, AllTold where nothing will follow: a browser then stops coming again.
    """
    header = (last_event_id or "").strip()
    seen = max(int(header) if header.isdecimal() and len(header) < 10 else 0, after)
    with desk.office.database.read(desk.ctx) as session:
        run = session.get(Run, (desk.ctx.brand_id, run_id))
        if run is None or run.kind != kind:
            raise NotFound(f"No {kind} {run_id} in brand {desk.ctx.brand}.")
        if seen and run.status == DONE and not events_after(session, run_id, seen, limit=1):
            raise AllTold("It is over, and you have all of it.")
    return seen


async def stream(desk: RequestDesk, run_id: UUID, seen: int, follow: bool) -> AsyncIterator[ServerSentEvent]:
    """The events after `seen`, as they come, until the run is over or the stream has been open long enough.

    Who is cut off comes again with the last id. A watcher costs a read of a few rows each time that it looks.
    """
    opened = spoke = time.monotonic()
    while True:
        try:
            events, over = await run_in_threadpool(_look, desk, run_id, seen)
        except StoreUnavailable:  # the run goes on when the store is back, and so does who watches it
            events, over = [], False
        for event in events:
            seen, spoke = event.seq, time.monotonic()
            yield ServerSentEvent(data=event, event=event.kind, id=str(event.seq))
        if not events and (over or not follow or time.monotonic() - opened > desk.house.manners.stream_seconds):
            return
        if not events:
            if time.monotonic() - spoke > _ALIVE_EVERY:
                spoke = time.monotonic()
                yield ServerSentEvent(comment="still here")
            await anyio.sleep(_LOOK_EVERY)


def _look(desk: RequestDesk, run_id: UUID, seen: int) -> tuple[Sequence[RunEventShape], bool]:
    with desk.office.database.read(desk.ctx) as session:
        run = session.get(Run, (desk.ctx.brand_id, run_id))
        if run is None:
            raise NotFound(f"No run {run_id} in brand {desk.ctx.brand}.")
        rows = events_after(session, run_id, seen)
        shown = [RunEventShape(seq=row.seq, kind=row.kind, data=row.data, at=row.created_at) for row in rows]
        return shown, run.status == DONE
