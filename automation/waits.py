"""Events that workflows wait for: those that come, and those that came before the wait began."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from automation.condition import first_unmet
from automation.rule import Workflow
from automation.runs import WAITING, resume
from automation.scope import read_out, scope_of
from automation.step import Wait
from store.leases import lock_row
from store.session import BrandSession
from store.tables import AutomationRun, EventCursor, OutboxEvent
from store.upsert import insert_once

RULES = "rules"


def locked_cursor(session: BrandSession, consumer: str = RULES) -> EventCursor:
    """The number of the last relayed event, locked: others who relay, or begin to wait, wait for this transaction."""
    wanted = select(EventCursor).where(col(EventCursor.consumer) == consumer).with_for_update()
    fresh = {"populate_existing": True}
    cursor = session.scalars(wanted, execution_options=fresh).first()
    if cursor is None:
        insert_once(session, EventCursor, {"consumer": consumer, "seq": 0})
        cursor = session.scalars(wanted, execution_options=fresh).one()
    return cursor


def arrived_already(session: BrandSession, run: AutomationRun, step: Wait) -> dict[str, Any] | None:
    """The first event that this wait is for among those relayed since the one that began the run.

    The cursor is held meanwhile: what is not among them will be relayed after this wait is there to be seen.
    """
    until = locked_cursor(session).seq
    events = session.scalars(
        select(OutboxEvent)
        .where(col(OutboxEvent.seq) > run.event_seq, col(OutboxEvent.seq) <= until)
        .where(col(OutboxEvent.type) == step.event)
        .order_by(col(OutboxEvent.seq))
    )
    return next((event.envelope for event in events if _fits(session, run, step, event.envelope)), None)


def wake_waiting(session: BrandSession, events: Sequence[OutboxEvent]) -> None:
    """Wake the workflows that wait for one of these events."""
    types = {event.type for event in events}
    waiting = select(AutomationRun).where(col(AutomationRun.status) == WAITING, col(AutomationRun.waits_for).in_(types))
    for waiting_run in session.scalars(waiting.order_by(col(AutomationRun.id))).all():
        run = lock_row(session, AutomationRun, waiting_run.id)
        if run.status == WAITING:
            _wake(session, run, [event.envelope for event in events if event.type == run.waits_for])


def _wake(session: BrandSession, run: AutomationRun, envelopes: Sequence[Mapping[str, Any]]) -> None:
    step = Workflow.model_validate(run.document).step(run.step)
    if not isinstance(step, Wait):
        return
    arrived = next((envelope for envelope in envelopes if _fits(session, run, step, envelope)), None)
    if arrived is not None:
        run.results = {**run.results, step.name: {"arrived": dict(read_out(arrived))}}
        resume(session, run)


def _fits(session: BrandSession, run: AutomationRun, step: Wait, envelope: Mapping[str, Any]) -> bool:
    scope = {**scope_of(run.envelope, run.results), "arrived": read_out(envelope)}
    return first_unmet(step.where, scope, session) is None
