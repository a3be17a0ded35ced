"""The outbox: events are written in the transaction that caused them, numbered in the order in which these commit."""

from typing import Any

from sqlalchemy import event as sqlalchemy_event

from domain.cause import Cause
from domain.event import Event, new_event
from store.leases import one_at_a_time
from store.session import BrandSession
from store.tables import OutboxEvent
from store.woken import wake

_EVENTS = "mhos.events"


def emit(session: BrandSession, type_: str, subject: str, data: dict[str, Any], cause: Cause | None = None) -> None:
    """Put a CloudEvents envelope of this Context's brand into the outbox; it is there once the transaction is."""
    emit_event(session, new_event(session.ctx, type_, subject, data, cause))


def emit_event(session: BrandSession, event: Event) -> None:
    """As `emit`, of an event whose id is needed before."""
    session.info.setdefault(_EVENTS, []).append(event)


@sqlalchemy_event.listens_for(BrandSession, "before_commit")
def _number(session: BrandSession) -> None:
    """Last of all, so that whoever waits here holds up nobody: what commits first has the lower number."""
    events = session.info.pop(_EVENTS, ())
    if not events:
        return
    session.flush()
    one_at_a_time(session, "events")
    session.add_all(
        OutboxEvent(
            id=event.id,
            type=event.type,
            subject=event.subject,
            envelope=event.model_dump(mode="json"),
            created_at=event.time,
        )
        for event in events
    )
    wake(session)
