"""Runs: started, held by one process at a time, finished once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.context import Context
from domain.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from store.audit import append_audit
from store.database import Database
from store.leases import is_alive, lease_holder, lock_row
from store.outbox import emit
from store.run_events import tell
from store.session import BrandSession
from store.tables import Run

MEETING, ANSWER = "meeting", "answer"
GRAPH_VERSION = "meeting/3"
RUNNING, WAITING, DONE = "running", "waiting", "done"
BREAKS_ALLOWED = 3
"""How often the database may break off in a run before whoever holds it is told."""
T = TypeVar("T")


@dataclass(frozen=True)
class PlannedSlot:
    """The definition that a meeting is held by, its version, and the time at which its rhythm asked for it."""

    definition: str
    version: int
    slot: datetime


def start_run(
    session: BrandSession,
    agenda: str,
    agents: Sequence[str],
    limits: Mapping[str, int] | None = None,
    manner: Mapping[str, Any] | None = None,
    planned: PlannedSlot | None = None,
    run_id: UUID | None = None,
) -> UUID:
    """Open a meeting's run; what it will read is fixed to this moment.

    `limits` are what people let it spend, `manner` how it is held: plain JSON values. A `planned` slot has
    one run: a second of it is refused by the database. One of a `run_id` that is there already is left as it is.
    """
    ctx = session.ctx
    if run_id is not None and lock_row(session, Run, run_id) is not None:
        return run_id
    run = Run(
        id=run_id or ctx.new_id(),
        kind=MEETING,
        graph_version=GRAPH_VERSION,
        status=RUNNING,
        agenda=agenda,
        agents=list(agents),
        limits=dict(limits or {}),
        manner=dict(manner or {}),
        started_by=ctx.actor.label,
        definition=planned.definition if planned else None,
        definition_version=planned.version if planned else None,
        slot=planned.slot if planned else None,
        as_of=ctx.known_until,
        started_at=ctx.now(),
    )
    session.add(run)
    session.flush()
    details = {"agenda": agenda, "agents": list(agents), "limits": run.limits}
    append_audit(session, "meeting.started", str(run.id), details)
    emit(session, "meeting.started", str(run.id), details)
    tell(session, run.id, ("started", details))
    return run.id


def find_run(session: BrandSession, run_id: str) -> Run:
    """By its id or an unambiguous beginning or end of it; the newest meeting for an empty id. Raises NotFound."""
    wanted = run_id.strip().lower()
    newest_first = select(Run).order_by(col(Run.started_at).desc(), col(Run.id).desc())
    known = col(Run.started_at) <= session.ctx.known_until
    runs = session.scalars(newest_first.where(col(Run.kind) == MEETING, known)).all()
    matching = [run for run in runs if str(run.id).startswith(wanted) or str(run.id).endswith(wanted)]
    if not matching:
        raise NotFound(f"No meeting {run_id}".rstrip() + f" in brand {session.ctx.brand}.", remedy="See `mhos runs`.")
    if wanted and len(matching) > 1:
        raise InvalidInput(f"{run_id} fits {len(matching)} meetings.", remedy="Give more of the id.")
    return matching[0]


@contextmanager
def held(database: Database, ctx: Context, run_id: UUID) -> Iterator[Run]:
    """Hold a run for this process. Raises Conflict when a living process holds it, or its graph has changed."""
    with lease_holder(database) as holder:
        _outlast_who_ends(database, ctx, run_id)
        with database.begin(ctx) as session:
            run: Run | None = lock_row(session, Run, run_id)
            if run is None:
                raise NotFound(f"No meeting {run_id} in brand {ctx.brand}.")
            if run.status == RUNNING and is_alive(session, run.lease_pid, run.lease_started):
                raise Conflict(
                    "This meeting is being held by another process.", remedy="Wait for it, or stop it first."
                )
            if run.graph_version != GRAPH_VERSION:
                raise Conflict(
                    f"This meeting was begun under {run.graph_version}; this version runs {GRAPH_VERSION}.",
                    remedy="Start a new meeting: what the old one recorded stays readable.",
                )
            run.lease_pid, run.lease_started = holder.pid, holder.started
            if run.status != DONE:
                tell(session, run_id, ("held", {}))
            if run.status == WAITING:
                run.status = RUNNING
        yield run


def _outlast_who_ends(database: Database, ctx: Context, run_id: UUID) -> None:
    """Wait up to a second for a holder to be gone: the server notices a moment later that its connection was closed."""
    for _ in range(20):
        with database.read(ctx) as session:
            run = session.get(Run, (ctx.brand_id, run_id))
            if run is None or run.status != RUNNING or not is_alive(session, run.lease_pid, run.lease_started):
                return
        time.sleep(0.05)


async def over_breaks(run: Callable[[], Awaitable[T]], progress: Callable[[str, str], None]) -> T:
    """The result of `run`, which goes on with a held run where the database breaks off: the lease is lost with it, so
    that the run is held anew. Raises StoreUnavailable where the database does not come back, or breaks off repeatedly,
    and Conflict where another process was quicker."""
    for breaks in range(BREAKS_ALLOWED):
        try:
            return await run()
        except StoreUnavailable as error:
            progress("broken off", error.message)
            await asyncio.sleep(breaks)
    return await run()


def wait_at(database: Database, ctx: Context, run_id: UUID, step: str) -> None:
    """Leave a run waiting for people after a step; it takes no process while it waits.

    Where its `manner` says for how many hours, it may go on by itself from then on.
    """
    with database.begin(ctx) as session:
        run: Run = lock_row(session, Run, run_id)
        hours = run.manner.get("wait_hours")
        until = (ctx.now() + timedelta(hours=hours)).isoformat() if hours else None
        run.status, run.manner = WAITING, {**run.manner, "at": step, "until": until}
        append_audit(session, "meeting.waiting", str(run_id), {"step": step})
        emit(session, "meeting.waiting", str(run_id), {"step": step})
        tell(session, run_id, ("waiting", {"step": step}))


def pinned(ctx: Context, as_of: datetime | None) -> Context:
    """The Context that a meeting reads in: nothing learned after it began, however long it takes."""
    return replace(ctx, as_of=as_of)


def finish_run(session: BrandSession, run_id: UUID, result: dict[str, Any]) -> None:
    """Close the run with its minutes, once."""
    run: Run = lock_row(session, Run, run_id)
    if run.status == DONE:
        return
    tell(session, run_id, ("finished", {"action_items": result.get("adopted", [])}))
    run.status, run.finished_at, run.result = DONE, session.ctx.now(), result
    append_audit(session, "meeting.finished", str(run_id), {"action_items": len(result.get("adopted", []))})
    emit(session, "meeting.finished", str(run_id), {"action_items": len(result.get("adopted", []))})
