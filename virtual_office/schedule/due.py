"""Which scheduled meetings are due, queued once each, and held once each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from store.jobs import enqueue
from store.reads.settings import brand_of
from store.session import BrandSession
from store.tables import Run
from virtual_office.meeting.runs import WAITING
from virtual_office.schedule.versions import Scheduled, definitions

HOLD_JOB, GO_ON_JOB = "meeting.hold", "meeting.go_on"


@dataclass(frozen=True)
class Slot:
    """One time at which a definition asks for a meeting."""

    scheduled: Scheduled
    at: datetime


def queue_due_meetings(session: BrandSession) -> None:
    """Queue the newest slot of every definition that holds, unless it ever was; earlier ones that were missed are not
    made up for."""
    for slot in due_slots(session):
        key = f"{HOLD_JOB}:{slot.scheduled.name}:{slot.at.isoformat()}"
        payload = {"definition": slot.scheduled.name, "slot": slot.at.isoformat()}
        enqueue(session, HOLD_JOB, key, payload, session.ctx.now())


def queue_ended_waits(session: BrandSession) -> None:
    """Queue every meeting that has waited for people as long as it was to: it goes on by itself, once a step."""
    for run in session.scalars(select(Run).where(col(Run.status) == WAITING)):
        until, step = run.manner.get("until"), run.manner.get("at")
        if until and datetime.fromisoformat(until) <= session.ctx.now():
            payload = {"run": str(run.id), "step": step}
            enqueue(session, GO_ON_JOB, f"{GO_ON_JOB}:{run.id}:{step}", payload, session.ctx.now())


def still_waits(session: BrandSession, payload: Mapping[str, Any]) -> bool:
    """Whether a queued meeting still waits where it did."""
    run = session.get(Run, (session.ctx.brand_id, UUID(payload["run"])))
    return run is not None and run.status == WAITING and run.manner.get("at") == payload["step"]


def due_slots(session: BrandSession) -> list[Slot]:
    """The newest slot by now of every definition that is not paused, if it lies after the definition was set."""
    zone, now = brand_of(session).zone, session.ctx.now()
    held = [scheduled for scheduled in definitions(session) if not scheduled.definition.paused]
    slots = [Slot(scheduled, scheduled.definition.last_slot(zone, now)) for scheduled in held]
    return [slot for slot in slots if slot.at > slot.scheduled.since]


def still_due(session: BrandSession, payload: Mapping[str, Any]) -> Slot | None:
    """The slot of a queued job; None where a newer one has come, or its definition is paused, removed or changed."""
    wanted = datetime.fromisoformat(payload["slot"])
    slots = (slot for slot in due_slots(session) if slot.scheduled.name == payload["definition"])
    return next((slot for slot in slots if slot.at == wanted), None)


def newest_run(session: BrandSession, name: str) -> Run | None:
    """The meeting that was last begun by a definition."""
    known = select(Run).where(col(Run.definition) == name, col(Run.started_at) <= session.ctx.known_until)
    return session.scalars(known.order_by(col(Run.slot).desc()).limit(1)).first()


def run_of_slot(session: BrandSession, payload: Mapping[str, Any]) -> Run | None:
    """The meeting that was begun for a queued job's slot."""
    return session.scalars(
        select(Run).where(
            col(Run.definition) == payload["definition"], col(Run.slot) == datetime.fromisoformat(payload["slot"])
        )
    ).first()
