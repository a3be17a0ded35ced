"""Holds meetings that nobody opens: due by their schedules, called by rules, or done with waiting for people."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.actor import Actor, ActorKind, Permission
from domain.context import Context
from domain.ids import derived_id
from store.reads.settings import brand_of

if TYPE_CHECKING:
    from bootstrap.meetings import Meetings

HOLDER_RIGHTS = frozenset({Permission.DATA_READ, Permission.MEETING_HOLD, Permission.ACTION_PROPOSE})


def hold_scheduled(meetings: "Meetings", ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `meeting.hold`: hold the meeting of a slot, or go on with the one begun for it; says which."""
    from virtual_office.meeting.graph import Invitation
    from virtual_office.meeting.runs import DONE, WAITING, PlannedSlot
    from virtual_office.schedule.due import run_of_slot, still_due

    ctx = ctx.acting_as(schedule_actor(ctx))
    name = payload["definition"]
    with meetings.database.read(ctx) as session:
        run, slot, currency = run_of_slot(session, payload), still_due(session, payload), brand_of(session).currency
    if run is not None and run.status == DONE:
        return f"{name}: held already as {run.id}"
    if run is not None and run.status == WAITING:
        return f"{name}: waits for people as {run.id}"
    if run is not None:
        return f"{name}: went on with {meetings.resume(ctx, str(run.id))}"
    if slot is None:
        return f"{name}: not held, as the schedule no longer asks for it"
    definition = slot.scheduled.definition
    planned = PlannedSlot(name, slot.scheduled.version, slot.at)
    limits = definition.limits.as_resources(currency)
    run_id = meetings.hold(
        ctx, Invitation(definition.agenda, definition.attendees, limits, definition.manner, planned=planned)
    )
    return f"{name}: held as {run_id}"


def go_on_unasked(meetings: "Meetings", ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `meeting.go_on`: let a meeting go on that waited for people as long as it was to."""
    from virtual_office.schedule.due import still_waits

    ctx = ctx.acting_as(schedule_actor(ctx))
    with meetings.database.read(ctx) as session:
        waits = still_waits(session, payload)
    if not waits:
        return f"{payload['run']}: people let it go on already"
    return f"{meetings.resume(ctx, payload['run'])}: went on, as nobody said more"


def hold_called(meetings: "Meetings", ctx: Context, payload: Mapping[str, Any]) -> str:
    """The job `meeting.call`: hold the meeting that a rule or workflow called, or go on with the one that was begun."""
    from virtual_office.meeting.graph import Invitation
    from virtual_office.meeting.runs import DONE, PlannedSlot
    from virtual_office.schedule.due import run_of_slot

    ctx = ctx.acting_as(schedule_actor(ctx))
    slot = {"definition": f"{payload['rule']}:{payload['run']}:{payload['step']}", "slot": payload["slot"]}
    with meetings.database.read(ctx) as session:
        run = run_of_slot(session, slot)
    if run is not None and run.status == DONE:
        return f"{payload['agenda']}: held already as {run.id}"
    if run is not None:
        return f"{payload['agenda']}: went on with {meetings.resume(ctx, str(run.id))}"
    planned = PlannedSlot(slot["definition"], payload["version"], datetime.fromisoformat(slot["slot"]))
    run_id = meetings.hold(ctx, Invitation(payload["agenda"], tuple(payload["agents"]), {}, planned=planned))
    return f"{payload['agenda']}: held as {run_id}"


def schedule_actor(ctx: Context) -> Actor:
    """The schedule, which may do what somebody who was allowed to set it wanted done: hold meetings, change nothing."""
    return Actor(
        kind=ActorKind.SYSTEM,
        id=derived_id(ctx.brand_id, "schedule"),
        name="schedule",
        permissions=HOLDER_RIGHTS,
        delegator=ctx.actor.delegator or ctx.actor.id,
    )
