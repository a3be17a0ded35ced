"""Runs that people ask for and do not wait for: the job `run.hold`, which goes on after a kill."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.context import Context
from domain.errors import NotFound
from domain.ids import UserId
from store.jobs import enqueue
from store.session import BrandSession
from store.tables import Run

if TYPE_CHECKING:
    from bootstrap.meetings import Meetings

HOLD_RUN = "run.hold"


def queue_run(session: BrandSession, run_id: UUID, cause: str) -> None:
    """Queue a run to be held, or gone on with, for this Context's person; once for each cause."""
    payload = {"run": str(run_id), "person": str(session.ctx.actor.id)}
    enqueue(session, HOLD_RUN, f"{HOLD_RUN}:{run_id}:{cause}", payload, session.ctx.now())


def hold_run(meetings: "Meetings", ctx: Context, payload: Mapping[str, Any]) -> str:
    """Hold it with the rights that the person has by now; what it goes through can be watched. The sentence says how
    it stands."""
    from bootstrap.progress import recorded
    from identity.open_context import person_in
    from virtual_office.meeting.runs import ANSWER

    person, run_id = person_in(meetings.database, ctx, UserId(UUID(payload["person"]))), UUID(payload["run"])
    kind, _ = _kind_and_status(meetings, person, run_id)
    with recorded(meetings.database, person, run_id) as progress:
        (meetings.answer_on if kind == ANSWER else meetings.go_on)(person, run_id, progress)
    return "{} {}".format(*_kind_and_status(meetings, person, run_id))


def _kind_and_status(meetings: "Meetings", ctx: Context, run_id: UUID) -> tuple[str, str]:
    with meetings.database.read(ctx) as session:
        run = session.get(Run, (ctx.brand_id, run_id))
        if run is None:
            raise NotFound(f"No run {run_id} in brand {ctx.brand}.")
        return run.kind, run.status


__all__ = ["HOLD_RUN", "hold_run", "queue_run"]
